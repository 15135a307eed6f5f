import { swapAxes } from '../grid/axis-pickers.ts';
import { lightboxKeys } from '../lightbox/lightbox-keys.ts';
import type { Mode } from '../state/app.ts';
import type { Page } from '../state/page-store.ts';
import { button, element, isTyping } from '../widgets/dom.ts';

const modes: Readonly<Record<string, Mode>> = { g: 'grid', w: 'wall', r: 'report' };

/** Keys that work everywhere on the page, unless the user is typing or a dialog is open. */
export function pageKeys(page: Page, search: () => void, help: HTMLDialogElement): void {
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isTyping(target) || document.querySelector('dialog[open], :popover-open') !== null) return;
    const mode = Object.hasOwn(modes, key) ? modes[key] : undefined;
    if (key === '/') search();
    else if (key === '?') help.showModal();
    else if (key === 'x' && page.view().mode === 'grid') swapAxes(page);
    else if (mode !== undefined) page.go({ mode }, 'push');
    else return;
    event.preventDefault();
  });
}

/** Keys by their event names, and what they do. */
interface Shortcut {
  readonly keys: readonly string[];
  readonly does: string;
}

const arrows = ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown'] as const;

const sections: readonly { readonly title: string; readonly shortcuts: readonly Shortcut[] }[] = [
  {
    title: 'Everywhere',
    shortcuts: [
      { keys: ['g', 'w', 'r'], does: 'grid, wall, report' },
      { keys: ['/'], does: 'search; then Enter or ↓: to the first result' },
      { keys: ['x'], does: 'swap rows and columns' },
      { keys: ['Escape'], does: 'close the dialog or menu' },
      { keys: ['?'], does: 'show this list' },
    ],
  },
  {
    title: 'Grid and wall',
    shortcuts: [
      { keys: arrows, does: 'move between images and grid labels' },
      { keys: ['Home', 'End'], does: 'first or last in the row (with Ctrl, and on the wall: of all)' },
      { keys: ['PageUp', 'PageDown'], does: 'page up or down' },
      { keys: ['Enter', ' '], does: 'open the image; on a label: hide this value, or show it only' },
      { keys: ['s'], does: 'add or remove a star' },
      { keys: ['c'], does: 'add to or remove from comparison' },
      { keys: ['p'], does: 'compare with the other folders, where several are compared' },
    ],
  },
  { title: 'Open image', shortcuts: lightboxKeys },
  {
    title: 'Comparison slider',
    shortcuts: [
      { keys: arrows, does: 'move the slider' },
      { keys: ['PageUp', 'PageDown'], does: 'move the slider in larger steps' },
      { keys: ['Home', 'End'], does: 'all the way left or right' },
    ],
  },
];

const keyNames: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowRight: '→',
  ArrowDown: '↓',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
  Escape: 'Esc',
  ' ': 'Space',
};

/** The dialog that lists the keyboard shortcuts. */
export function keyHelp(): HTMLDialogElement {
  const title = 'Keyboard shortcuts';
  const dialog = element('dialog', {
    class: 'card key-help',
    tabindex: '-1',
    autofocus: true,
    'aria-label': title,
  });
  dialog.append(
    element('h2', {}, title),
    element('div', { class: 'key-parts' }, ...sections.map(section)),
    button('Close', () => dialog.close(), { class: 'close' }),
  );
  dialog.addEventListener('click', ({ target }) => {
    // The dialog itself is the target only of clicks on its backdrop.
    if (target === dialog) dialog.close();
  });
  return dialog;
}

function section({ title, shortcuts }: (typeof sections)[number]): HTMLElement {
  return element(
    'section',
    {},
    element('h3', {}, title),
    element('dl', {}, ...shortcuts.flatMap(({ keys, does }) => [term(keys), element('dd', {}, does)])),
  );
}

function term(keys: readonly string[]): HTMLElement {
  return element('dt', {}, ...keys.map((key) => element('kbd', {}, keyNames[key] ?? key)));
}
