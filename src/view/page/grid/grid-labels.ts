import type { KeyColumn } from '../filters/key-column.ts';
import { element } from '../widgets/dom.ts';
import type { Line } from './cross-table.ts';
import type { GridLayout } from './grid-layout.ts';
import type { Group } from './tracks.ts';

/** A label of a row (`column` is -1) or of a column (`row` is -1): text that is clamped, the whole in its title. */
export function lineLabel(layout: GridLayout, place: { row: number; column: number }): HTMLElement {
  const isRow = place.column < 0;
  const { axes, table } = layout;
  const line = (isRow ? table.rows[place.row] : table.columns[place.column]) as Line;
  const axis = isRow ? axes.y : axes.x;
  const above = isRow ? axes.superY : axes.superX;
  const text = axis?.labels[line.code] ?? '';
  const spoken = [axis, above].flatMap((column, n) => spokenValue(column, n === 0 ? line.code : line.above));
  return element(
    'div',
    {
      class: isRow ? 'row-label' : 'column-label',
      role: isRow ? 'rowheader' : 'columnheader',
      tabindex: -1,
      title: text,
      'aria-label': spoken.join(', '),
      [isRow ? 'aria-colindex' : 'aria-rowindex']: 1,
      ...(isRow ? {} : { 'aria-colindex': place.column + 2 }),
      'data-row': place.row,
      'data-column': place.column,
      'data-key': axis?.key.id,
      'data-label': text,
    },
    element('span', { class: 'clamped' }, text),
  );
}

/** What bounds a piece of the grid that shares a value of the axis above; the text stays in view within it. */
export function groupBar(column: KeyColumn, { above }: Group, isAcross: boolean): HTMLElement {
  const text = column.labels[above] as string;
  const said = element(
    'span',
    { class: 'bar-text', 'data-key': column.key.id, 'data-label': text },
    element('span', { class: 'key' }, column.key.label),
    ` ${text}`,
  );
  return element(
    'div',
    {
      class: isAcross ? 'bar across' : 'bar down',
      'aria-hidden': 'true',
      title: `${column.key.label}: ${text}`,
    },
    isAcross ? said : element('div', { class: 'strip' }, said),
  );
}

/** What the labels mean, where they meet. */
export function corner({ axes: { x, y, superX, superY } }: GridLayout): HTMLElement {
  const names = (above: KeyColumn | null, axis: KeyColumn | null): string =>
    [above, axis].flatMap((column) => column?.key.label ?? []).join(' › ');
  const [across, down] = [names(superX, x), names(superY, y)];
  return element(
    'div',
    { class: 'corner', 'aria-hidden': 'true' },
    across === '' ? null : element('span', { class: 'across' }, `${across} →`),
    down === '' ? null : element('span', { class: 'down' }, `${down} ↓`),
  );
}

function spokenValue(column: KeyColumn | null, code: number): readonly string[] {
  return column === null ? [] : [`${column.key.label} ${column.labels[code]}`];
}
