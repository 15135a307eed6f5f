import type { Key } from '../filters/keys.ts';
import type { ViewState } from '../state/app.ts';
import type { Page } from '../state/page-store.ts';
import { button, element } from '../widgets/dom.ts';

const axes = ['x', 'superX', 'y', 'superY'] as const satisfies readonly (keyof ViewState)[];
type Axis = (typeof axes)[number];

const groups: readonly { readonly kind: Key['kind']; readonly label: string }[] = [
  { kind: 'axis', label: 'Plan axes' },
  { kind: 'own', label: 'All jobs' },
  { kind: 'input', label: 'Inputs' },
  { kind: 'tag', label: 'Tags' },
];

/** Chooses the axes of the grid's columns and rows, and the axes that these are nested in. */
export function axisPickers(page: Page): HTMLElement {
  const pickers = {
    x: picker(page, 'x', 'Columns'),
    superX: picker(page, 'superX', 'Columns within'),
    y: picker(page, 'y', 'Rows'),
    superY: picker(page, 'superY', 'Rows within'),
  };
  return element(
    'div',
    { class: 'pickers', role: 'group', 'aria-label': 'Grid axes' },
    element('label', { class: 'picker' }, 'Columns', pickers.x),
    element('label', { class: 'picker' }, 'within', pickers.superX),
    button(
      'Swap rows and columns',
      () => swapAxes(page),
      { class: 'tool swap', title: 'Swap rows and columns (x)' },
      '⇄',
    ),
    element('label', { class: 'picker' }, 'Rows', pickers.y),
    element('label', { class: 'picker' }, 'within', pickers.superY),
  );
}

export function swapAxes(page: Page): void {
  const { x, y, superX, superY } = page.view();
  page.go({ x: y, y: x, superX: superY, superY: superX }, 'push');
}

function picker(page: Page, axis: Axis, label: string): HTMLSelectElement {
  const select = element('select', { 'aria-label': label });
  function show(): void {
    const chosen = page.view()[axis];
    if (select.options.length > 0 && select.value === optionOf(chosen)) return;
    select.replaceChildren(new Option('—', optionOf(null)), ...options(page, chosen));
    select.value = optionOf(chosen);
  }
  select.addEventListener('change', () => {
    const key = select.value === optionOf(null) ? null : select.value.slice(1);
    const view = page.view();
    // A key can be on one axis only: the two axes swap their keys.
    const elsewhere = key === null ? undefined : axes.find((other) => other !== axis && view[other] === key);
    page.go({ [axis]: key, ...(elsewhere === undefined ? {} : { [elsewhere]: view[axis] }) }, 'push');
  });
  page.onChange(show);
  show();
  return select;
}

/** Keys that jobs differ in, and the chosen one in any case. */
function options(page: Page, chosen: string | null): readonly HTMLElement[] {
  return groups.flatMap(({ kind, label }) => {
    const own = page.keys.flatMap((key) => {
      if (key.kind !== kind) return [];
      const count = page.columnOf(key.id)?.labels.length ?? 0;
      return count > 1 || key.id === chosen ? new Option(`${key.label} (${count})`, optionOf(key.id)) : [];
    });
    return own.length === 0 ? [] : element('optgroup', { label }, ...own);
  });
}

/** A key may have any name, even an empty one. */
function optionOf(key: string | null): string {
  return key === null ? '' : `=${key}`;
}
