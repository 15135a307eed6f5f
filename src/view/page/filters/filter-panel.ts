import type { Page } from '../state/page-store.ts';
import { countText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';
import { positionPopover } from '../widgets/popover.ts';
import { countsOf, folded, hiddenOf } from './filters.ts';
import type { KeyColumn } from './key-column.ts';

export interface FilterPanel {
  readonly element: HTMLElement;
  open(key: string, anchor: HTMLElement): void;
}

/** More values than this are not listed at once: they are found by typing. */
const maxListed = 200;
const maxWithoutFinder = 12;

/** The values of a key, with how many jobs have each: those that are ticked are shown. One panel serves all keys. */
export function filterPanel(page: Page): FilterPanel {
  const panel = element('div', { class: 'card filter-panel', popover: 'auto', role: 'dialog' });

  function fill(column: KeyColumn): void {
    const { key, labels } = column;
    const counts = countsOf(column, page.passedBut(key.id));
    const list = element('ul', {});
    const hide = (hidden: readonly string[]): void => {
      page.go({ hidden: { ...page.view().hidden, [key.id]: hidden } }, 'replace');
      tick();
    };
    const hiddenNow = (): ReadonlySet<string> => new Set(hiddenOf(page.view(), key.id));

    function tick(): void {
      const hidden = hiddenNow();
      for (const box of list.querySelectorAll('input')) box.checked = !hidden.has(box.value);
    }
    function row(label: string, count: number): HTMLElement {
      const box = element('input', { type: 'checkbox', value: label });
      box.addEventListener('change', () => {
        const hidden = hiddenNow();
        hide(box.checked ? [...hidden].filter((other) => other !== label) : [...hidden, label]);
      });
      const only = button('only', () => hide(labels.filter((other) => other !== label)), {
        class: 'only',
        title: 'Show this value only',
        'aria-label': `Only ${label}`,
      });
      return element(
        'li',
        { class: count === 0 ? 'absent' : null },
        element(
          'label',
          { title: label },
          box,
          element('span', { class: 'clamped' }, label),
          element('span', { class: 'many' }, countText(count)),
        ),
        only,
      );
    }
    function listed(search: string): void {
      const wanted = folded(search);
      const found = [...labels.entries()].filter(([, label]) => folded(label).includes(wanted));
      const rows = found.slice(0, maxListed).map(([code, label]) => row(label, counts[code] as number));
      const rest = found.length - rows.length;
      const more =
        rest > 0 ? element('li', { class: 'more' }, `and ${countText(rest)} more: type to find them`) : null;
      list.replaceChildren(...rows, ...(more === null ? [] : [more]));
      tick();
    }
    panel.setAttribute('aria-label', `Filter by ${key.label}`);
    panel.replaceChildren(
      element(
        'div',
        { class: 'filter-head' },
        element('b', {}, key.label),
        button('All', () => hide([])),
        button('None', () => hide(labels)),
      ),
      ...(labels.length > maxWithoutFinder ? [finder(listed)] : []),
      list,
    );
    listed('');
  }

  return {
    element: panel,
    open(key, anchor) {
      const column = page.columnOf(key);
      if (column === null) return;
      fill(column);
      panel.showPopover();
      positionPopover(panel, anchor);
      panel.querySelector<HTMLElement>('input')?.focus({ preventScroll: true });
    },
  };
}

function finder(listed: (search: string) => void): HTMLElement {
  const field = element('input', {
    type: 'search',
    placeholder: 'Find a value',
    'aria-label': 'Find a value',
  });
  field.addEventListener('input', () => listed(field.value));
  return field;
}
