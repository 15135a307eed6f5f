import './axis-pickers.css';
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

/** Chooses the axes of the grid's columns and rows, each from the outside in: `Columns: style › seed`. */
export function axisPickers(page: Page): HTMLElement {
  return element(
    'div',
    { class: 'pickers', role: 'group', 'aria-label': 'Grid axes' },
    control(page, 'Columns', 'superX', 'x'),
    button(
      'Swap rows and columns',
      () => swapAxes(page),
      { class: 'tool swap', title: 'Swap rows and columns (x)' },
      '⇄',
    ),
    control(page, 'Rows', 'superY', 'y'),
  );
}

export function swapAxes(page: Page): void {
  const { x, y, superX, superY } = page.view();
  page.go({ x: y, y: x, superX: superY, superY: superX }, 'push');
}

function control(page: Page, name: string, outer: Axis, inner: Axis): HTMLElement {
  const both = element(
    'div',
    { class: 'axis-control', role: 'group' },
    element('span', { class: 'axis-name', 'aria-hidden': 'true' }, `${name}:`),
    picker(page, outer, `${name} within`, '+'),
    element('span', { class: 'axis-step', 'aria-hidden': 'true' }, '›'),
    picker(page, inner, name, 'none'),
  );
  function show(): void {
    const view = page.view();
    const labels = [view[outer], view[inner]].map((id) => page.keys.find((key) => key.id === id)?.label);
    const text = labels.filter((label) => label !== undefined).join(' › ');
    both.setAttribute('aria-label', `${name}: ${text === '' ? 'none' : text}`);
  }
  page.onChange(show);
  show();
  return both;
}

/** `none` is the option for no axis. */
function picker(page: Page, axis: Axis, label: string, none: string): HTMLSelectElement {
  const select = element('select', { 'aria-label': label, title: label });
  let drawn: string | null | undefined;
  function show(): void {
    const chosen = page.view()[axis];
    if (drawn === chosen) return;
    drawn = chosen;
    select.replaceChildren(
      new Option(chosen === null ? none : 'none', optionOf(null)),
      ...options(page, chosen),
    );
    select.value = optionOf(chosen);
    select.classList.toggle('is-none', chosen === null);
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

/** Keys that jobs differ in, with the number of their values, and the chosen one in any case, by its name alone. */
function options(page: Page, chosen: string | null): readonly HTMLElement[] {
  return groups.flatMap(({ kind, label }) => {
    const own = page.keys.flatMap((key) => {
      if (key.kind !== kind) return [];
      const count = page.columnOf(key.id)?.labels.length ?? 0;
      if (key.id === chosen) return new Option(key.label, optionOf(key.id));
      return count > 1 ? new Option(`${key.label} (${count})`, optionOf(key.id)) : [];
    });
    return own.length === 0 ? [] : element('optgroup', { label }, ...own);
  });
}

/** A key may have any name, even an empty one. */
function optionOf(key: string | null): string {
  return key === null ? '' : `=${key}`;
}
