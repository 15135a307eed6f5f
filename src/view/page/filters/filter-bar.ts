import './filter-bar.css';
import type { Page } from '../state/page-store.ts';
import { button, element } from '../widgets/dom.ts';
import { filterPanel } from './filter-panel.ts';
import { hiddenOf } from './filters.ts';
import type { Key } from './keys.ts';

/** A button for each key that jobs differ in, which opens the list of its values. */
export function filterBar(page: Page): HTMLElement {
  const panel = filterPanel(page);
  const chips = page.keys.flatMap((key) => {
    const count = page.columnOf(key.id)?.labels.length ?? 0;
    // Search finds names that hardly any two jobs share.
    const isName = key.id === 'id' && count > page.jobs.length / 2;
    return count < 2 || isName ? [] : chip(page, key, count, panel.open);
  });
  return element(
    'div',
    { class: 'filters', role: 'group', 'aria-label': 'Filters' },
    ...chips,
    panel.element,
  );
}

function chip(
  page: Page,
  key: Key,
  count: number,
  open: (key: string, anchor: HTMLElement) => void,
): HTMLElement {
  const shown = element('span', { class: 'left-over' });
  const opener = button(
    `Filter by ${key.label}`,
    () => open(key.id, opener),
    { class: 'chip', 'aria-haspopup': 'dialog', 'data-key': key.id },
    element('span', { class: 'name' }, key.label),
    shown,
  );
  function show(): void {
    const { x, y, superX, superY, mode } = page.view();
    const hidden = new Set(hiddenOf(page.view(), key.id));
    const visible = page.columnOf(key.id)?.labels.filter((label) => !hidden.has(label)) ?? [];
    const isAxis = mode === 'grid' && [x, y, superX, superY].includes(key.id);
    shown.textContent = hidden.size === 0 ? String(count) : `${visible.length}/${count}`;
    opener.classList.toggle('active', hidden.size > 0);
    opener.classList.toggle('on-axis', isAxis);
    opener.setAttribute('aria-label', `Filter by ${key.label}: ${visible.length} of ${count} values shown`);
  }
  page.onChange(show);
  show();
  return opener;
}
