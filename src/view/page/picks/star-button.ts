import './star-button.css';
import type { App } from '../state/app.ts';
import { bound } from '../widgets/bound-elements.ts';
import { button } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { notify } from '../widgets/notices.ts';

/** Adds a star to a job or removes it. */
export function starButton(app: App, job: string): HTMLElement {
  const { picks } = app;
  const toggle = button(
    'Star',
    () => picks.star(job, !picks.of(job).isStarred),
    { class: 'star' },
    icon('star'),
  );
  return bound(picks, toggle, (target) => {
    const isLinked = picks.linked().includes(job);
    target.setAttribute('aria-pressed', String(picks.of(job).isStarred));
    target.classList.toggle('is-linked', isLinked);
    const label = isLinked ? 'Star, from the link' : 'Star';
    target.setAttribute('aria-label', label);
    target.title = label;
  });
}

/** The same for a key: shows a notice near the element. */
export function toggleStar({ picks }: App, job: string, near: Element): void {
  const isStarred = !picks.of(job).isStarred;
  picks.star(job, isStarred);
  notify(near, isStarred ? 'Star added.' : 'Star removed.');
}
