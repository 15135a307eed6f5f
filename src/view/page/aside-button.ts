import type { App } from './app.ts';
import { button } from './dom.ts';
import { followed } from './following.ts';
import { icon } from './icon.ts';
import { say } from './saying.ts';
import { mostCompared } from './view-state.ts';

/** Lays a job aside for comparison or takes it back. */
export function asideButton(app: App, job: string): HTMLElement {
  const made = button(
    'Lay aside for comparison',
    () => layAside(app, job, made),
    { class: 'aside' },
    icon('compare'),
  );
  return followed(app, made, (aside) => {
    aside.setAttribute('aria-pressed', String(app.view().compared.includes(job)));
  });
}

/** The same by a key; what comes of it is said near the element. */
export function layAside(app: App, job: string, near: Element): void {
  const { compared } = app.view();
  if (compared.includes(job)) {
    app.go({ compared: compared.filter((other) => other !== job) }, 'replace');
    say(near, 'Taken out of the comparison.');
    return;
  }
  if (compared.length >= mostCompared) {
    say(near, `${mostCompared} are laid aside already: take one out first.`);
    return;
  }
  app.go({ compared: [...compared, job] }, 'replace');
  say(near, `Laid aside for comparison: ${compared.length + 1} of ${mostCompared}.`);
}
