import { button, element } from '../dom.ts';
import { lightboxKeys } from '../lightbox/lightbox-keys.ts';

/** Keys as events name them, and what they do. */
interface Row {
  readonly keys: readonly string[];
  readonly does: string;
}

const arrows = ['ArrowLeft', 'ArrowUp', 'ArrowRight', 'ArrowDown'] as const;

const parts: readonly { readonly where: string; readonly rows: readonly Row[] }[] = [
  {
    where: 'Anywhere',
    rows: [
      { keys: ['g', 'w', 'r'], does: 'grid, wall, report' },
      { keys: ['/'], does: 'search' },
      { keys: ['x'], does: 'swap rows and columns' },
      { keys: ['Escape'], does: 'close what is open' },
      { keys: ['?'], does: 'this list' },
    ],
  },
  {
    where: 'In the grid and on the wall',
    rows: [
      { keys: arrows, does: 'go from picture to picture, and to the labels of the grid' },
      { keys: ['Home', 'End'], does: 'first and last of a row or of the wall; with Ctrl, of the grid' },
      { keys: ['PageUp', 'PageDown'], does: 'one window up or down' },
      { keys: ['Enter', ' '], does: 'open the picture; on a label, hide it or show it alone' },
      { keys: ['s'], does: 'star' },
      { keys: ['c'], does: 'lay aside for comparison, or take back' },
    ],
  },
  { where: 'In a picture that is open', rows: lightboxKeys },
  {
    where: 'On the slider of a comparison',
    rows: [
      { keys: arrows, does: 'move it a little' },
      { keys: ['PageUp', 'PageDown'], does: 'move it further' },
      { keys: ['Home', 'End'], does: 'none or all of the first picture' },
    ],
  },
];

const names: Readonly<Record<string, string>> = {
  ArrowLeft: '←',
  ArrowUp: '↑',
  ArrowRight: '→',
  ArrowDown: '↓',
  PageUp: 'Page Up',
  PageDown: 'Page Down',
  Escape: 'Esc',
  ' ': 'Space',
};

/** What can be done without a mouse. */
export function keyHelp(): HTMLDialogElement {
  const dialog = element('dialog', {
    class: 'card key-help',
    tabindex: '-1',
    autofocus: true,
    'aria-label': 'Keys',
  });
  dialog.append(
    element('h2', {}, 'Keys'),
    element(
      'div',
      { class: 'key-parts' },
      ...parts.map(({ where, rows }) =>
        element(
          'section',
          {},
          element('h3', {}, where),
          element('dl', {}, ...rows.flatMap(({ keys, does }) => [term(keys), element('dd', {}, does)])),
        ),
      ),
    ),
    button('Close', () => dialog.close(), { class: 'close' }),
  );
  dialog.addEventListener('click', ({ target }) => {
    // The dialog itself is hit only beside what it holds: on its backdrop.
    if (target === dialog) dialog.close();
  });
  return dialog;
}

function term(keys: readonly string[]): HTMLElement {
  return element('dt', {}, ...keys.map((key) => element('kbd', {}, names[key] ?? key)));
}
