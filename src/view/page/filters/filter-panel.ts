import { folded } from '../../../core/folded-text.ts';
import type { Page } from '../state/page-store.ts';
import { countText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';
import { positionPopover } from '../widgets/popover.ts';
import { countsOf, hiddenOf } from './filters.ts';
import type { KeyColumn } from './key-column.ts';

interface FilterPanel {
  readonly element: HTMLElement;
  open(key: string, anchor: HTMLElement): void;
}

/** At most this many values are listed; the rest are found by typing. */
const maxListed = 200;
/** Up to this many values need no search field. */
const maxWithoutSearch = 12;

/** The values of a key with the number of jobs for each; ticked values are shown. One panel serves all keys. */
export function filterPanel(page: Page): FilterPanel {
  const panel = element('div', { class: 'card filter-panel', popover: 'auto', role: 'dialog' });
  return {
    element: panel,
    open(key, anchor) {
      const column = page.columnOf(key);
      if (column === null) return;
      panel.setAttribute('aria-label', `Filter by ${column.key.label}`);
      panel.replaceChildren(...panelContents(page, column));
      panel.showPopover();
      positionPopover(panel, anchor);
      panel.querySelector<HTMLElement>('input')?.focus({ preventScroll: true });
    },
  };
}

function panelContents(page: Page, { key, labels, codes }: KeyColumn): readonly HTMLElement[] {
  const counts = countsOf({ key, labels, codes }, page.passedBut(key.id));
  const list = element('ul', {});
  const hiddenNow = (): ReadonlySet<string> => new Set(hiddenOf(page.view(), key.id));
  const tick = (): void => {
    const hidden = hiddenNow();
    for (const box of list.querySelectorAll('input')) box.checked = !hidden.has(box.value);
  };
  const hide = (hidden: readonly string[]): void => {
    page.go({ hidden: { ...page.view().hidden, [key.id]: hidden } }, 'replace');
    tick();
  };
  const actions: RowActions = {
    show: (label) => hide([...hiddenNow()].filter((other) => other !== label)),
    hide: (label) => hide([...hiddenNow(), label]),
    showOnly: (label) => hide(labels.filter((other) => other !== label)),
  };
  const fill = (search: string): void => {
    const wanted = folded(search);
    const found = [...labels.entries()].filter(([, label]) => folded(label).includes(wanted));
    const rows = found
      .slice(0, maxListed)
      .map(([code, label]) => row(label, counts[code] as number, actions));
    list.replaceChildren(...rows, ...moreRow(found.length - rows.length));
    tick();
  };
  fill('');
  const head = element(
    'div',
    { class: 'filter-head' },
    element('b', {}, key.label),
    button('All', () => hide([])),
    button('None', () => hide(labels)),
  );
  return [head, ...(labels.length > maxWithoutSearch ? [valueSearch(fill)] : []), list];
}

interface RowActions {
  show(label: string): void;
  hide(label: string): void;
  showOnly(label: string): void;
}

function row(label: string, count: number, actions: RowActions): HTMLElement {
  const box = element('input', { type: 'checkbox', value: label });
  box.addEventListener('change', () => (box.checked ? actions.show(label) : actions.hide(label)));
  const only = button('only', () => actions.showOnly(label), {
    class: 'only',
    title: 'Show only this value',
    'aria-label': `Only ${label}`,
  });
  const text = element('span', { class: 'clamped' }, label);
  const many = element('span', { class: 'many' }, countText(count));
  return element(
    'li',
    { class: count === 0 ? 'absent' : null },
    element('label', { title: label }, box, text, many),
    only,
  );
}

function moreRow(count: number): readonly HTMLElement[] {
  return count > 0
    ? [element('li', { class: 'more' }, `and ${countText(count)} more: type to find them`)]
    : [];
}

function valueSearch(search: (text: string) => void): HTMLElement {
  const field = element('input', {
    type: 'search',
    placeholder: 'Find a value',
    'aria-label': 'Find a value',
  });
  field.addEventListener('input', () => search(field.value));
  return field;
}
