import type { App } from './app.ts';
import { element } from './dom.ts';

export function reportPanel(_app: App): HTMLElement {
  return element('section', { class: 'report' });
}
