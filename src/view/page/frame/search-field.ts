import type { Page } from '../state/page-store.ts';
import { element } from '../widgets/dom.ts';
import { notify } from '../widgets/notices.ts';

/** Searches as the user types, at most once per frame. Enter and ↓ move to the first result. */
export function searchField(page: Page, focusFirst: () => boolean): HTMLElement {
  const field = element('input', {
    type: 'search',
    placeholder: 'Search prompts',
    'aria-label': 'Search prompts, names and IDs',
    title: 'Search prompts, names and IDs (/). Enter moves to the first result.',
    spellcheck: 'false',
    autocomplete: 'off',
    enterkeyhint: 'search',
  });
  let frame = 0;
  function search(): void {
    cancelAnimationFrame(frame);
    frame = 0;
    if (field.value !== page.view().search) page.go({ search: field.value }, 'replace');
  }
  field.addEventListener('input', () => {
    if (frame === 0) frame = requestAnimationFrame(search);
  });
  field.addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, altKey, shiftKey, isComposing } = event;
    if (isComposing || ctrlKey || metaKey || altKey || shiftKey) return;
    if (key !== 'Enter' && key !== 'ArrowDown') return;
    event.preventDefault();
    search();
    if (!focusFirst()) notify(field, 'No matches.');
  });
  const box = element(
    'div',
    { class: 'search', role: 'search' },
    field,
    element('kbd', { 'aria-hidden': 'true' }, '/'),
  );
  function show(): void {
    const { search: words, mode } = page.view();
    if (frame === 0 && field.value !== words) field.value = words;
    // Nothing in the report depends on it.
    box.hidden = mode === 'report';
  }
  page.onChange(show);
  show();
  return box;
}

/** Moves the focus to the search field. */
export function focusSearch(box: HTMLElement): void {
  const field = box.querySelector<HTMLInputElement>('input');
  field?.select();
  field?.focus();
}

/** Keeps the element in one of two places, by the width of the window. */
export function placeByWidth(
  query: string,
  placed: HTMLElement,
  inside: HTMLElement,
  outside: HTMLElement,
): void {
  const narrow = matchMedia(query);
  const place = (): void => (narrow.matches ? inside : outside).append(placed);
  narrow.addEventListener('change', place);
  place();
}
