import type { App } from './app.ts';
import { compareDialog } from './compare-dialog.ts';
import { compareTray } from './compare-tray.ts';
import { element } from './dom.ts';

/** Jobs laid aside, and the dialog in which they are seen side by side. It follows the view. */
export function comparison(app: App): HTMLElement {
  return element('div', { class: 'comparison' }, compareTray(app), compareDialog(app));
}
