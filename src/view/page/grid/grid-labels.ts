import type { KeyColumn } from '../filters/key-column.ts';
import { element } from '../widgets/dom.ts';
import type { CellPosition, Line } from './cross-table.ts';
import type { GridLayout } from './grid-layout.ts';
import type { Group } from './tracks.ts';

/** The label of a row (`column` is -1) or a column (`row` is -1). Its text is clamped, its tooltip is not. */
export function lineLabel(layout: GridLayout, position: CellPosition): HTMLElement {
  const isRow = position.column < 0;
  const { axes, table } = layout;
  const line = (isRow ? table.rows[position.row] : table.columns[position.column]) as Line;
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
      ...(isRow ? {} : { 'aria-colindex': position.column + 2 }),
      'data-row': position.row,
      'data-column': position.column,
      'data-key': axis?.key.id,
      'data-label': text,
    },
    element('span', { class: 'clamped' }, text),
  );
}

/** The bar along all lines that share a value of the outer axis. Its text stays in view while the bar does. */
export function groupBar(column: KeyColumn, { above }: Group, isAcross: boolean): HTMLElement {
  const text = column.labels[above] as string;
  const label = element(
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
    isAcross ? label : element('div', { class: 'strip' }, label),
  );
}

/** The names of the axes, in the corner where row and column labels meet. */
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
