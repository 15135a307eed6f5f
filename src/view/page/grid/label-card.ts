import { hiddenOf } from '../filters/filters.ts';
import type { Page } from '../state/page-store.ts';
import { copy } from '../widgets/clipboard.ts';
import { button, element } from '../widgets/dom.ts';
import { notify } from '../widgets/notices.ts';
import { positionPopover } from '../widgets/popover.ts';

/** The full text of a label, with buttons that hide its value or show it only. */
export interface LabelCard {
  readonly element: HTMLElement;
  open(key: string, label: string, anchor: HTMLElement): void;
}

export function labelCard(page: Page): LabelCard {
  const card = element('div', { class: 'card label-card', popover: 'auto', role: 'dialog' });
  let opener: HTMLElement | null = null;
  card.addEventListener('toggle', (event) => {
    if (event.newState === 'closed') opener?.focus({ preventScroll: true });
  });

  return {
    element: card,
    open(key, label, anchor) {
      const column = page.columnOf(key);
      if (column === null) return;
      opener = anchor.closest<HTMLElement>('[tabindex]');
      const hide = (hidden: readonly string[], notice: string): void => {
        card.hidePopover();
        page.go({ hidden: { ...page.view().hidden, [key]: hidden } }, 'push');
        notify(anchor, notice);
      };
      const isHidden = hiddenOf(page.view(), key);
      const others = column.labels.filter((other) => other !== label);
      card.setAttribute('aria-label', column.key.label);
      card.replaceChildren(
        element('div', { class: 'key' }, column.key.label),
        element('p', { class: 'whole' }, label),
        element(
          'div',
          { class: 'buttons' },
          button('Hide', () => hide([...isHidden, label], `${column.key.label} "${label}" hidden.`)),
          button('Only this', () => hide(others, `Showing only ${column.key.label} "${label}".`)),
          button('Copy', () => {
            card.hidePopover();
            copy(label, 'the value', anchor);
          }),
        ),
      );
      card.showPopover();
      positionPopover(card, anchor);
      card.querySelector('button')?.focus();
    },
  };
}
