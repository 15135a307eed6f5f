import { button, element } from '../dom.ts';

const keys: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['←', '↑', '→', '↓'], 'go from picture to picture, and to the labels of the grid'],
  [['Home', 'End'], 'first and last of a row; with Ctrl, of the grid'],
  [['Page Up', 'Page Down'], 'one window up or down'],
  [['Enter'], 'open the picture; on a label, hide it or show it alone'],
  [['s'], 'star'],
  [['c'], 'lay aside to be compared, or take back'],
  [['/'], 'search'],
  [['x'], 'swap rows and columns'],
  [['g', 'w', 'r'], 'grid, wall, report'],
  [['Esc'], 'close what is open'],
  [['?'], 'this list'],
];

/** What can be done without a mouse. */
export function keyHelp(): HTMLDialogElement {
  const dialog = element('dialog', { class: 'card key-help', 'aria-label': 'Keys' });
  dialog.append(
    element('h2', {}, 'Keys'),
    element(
      'dl',
      {},
      ...keys.flatMap(([names, does]) => [
        element('dt', {}, ...names.map((name) => element('kbd', {}, name))),
        element('dd', {}, does),
      ]),
    ),
    button('Close', () => dialog.close(), { class: 'close' }),
  );
  dialog.addEventListener('click', ({ target }) => {
    // The dialog itself is hit only beside what it holds: on its backdrop.
    if (target === dialog) dialog.close();
  });
  return dialog;
}
