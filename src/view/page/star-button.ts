import './star-button.css';
import type { App } from './app.ts';
import { button } from './dom.ts';
import { followed } from './following.ts';
import { icon } from './icon.ts';

/** Gives a job a star or takes it back. */
export function starButton(app: App, job: string): HTMLElement {
  const { picks } = app;
  const made = button(
    'Star',
    () => picks.star(job, !picks.of(job).isStarred),
    { class: 'star' },
    icon('star'),
  );
  return followed(picks, made, (star) => {
    star.setAttribute('aria-pressed', String(picks.of(job).isStarred));
  });
}
