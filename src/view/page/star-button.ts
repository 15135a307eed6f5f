import type { App } from './app.ts';
import { button } from './dom.ts';

export function starButton(app: App, job: string): HTMLElement {
  return button('Star', () => app.picks.star(job, !app.picks.of(job).isStarred), { class: 'star' }, '★');
}
