import type { App } from './app.ts';
import { element } from './dom.ts';

export function comparison(_app: App): HTMLElement {
  return element('div', { class: 'comparison' });
}
