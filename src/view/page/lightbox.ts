import type { App } from './app.ts';
import { element } from './dom.ts';

export function lightbox(_app: App): HTMLElement {
  return element('dialog', { class: 'lightbox' });
}
