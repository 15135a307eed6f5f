import type { PageJob } from '../../page-data.ts';
import type { App } from '../app.ts';
import { button } from '../dom.ts';
import { followed } from '../following.ts';
import { icon } from '../icon.ts';
import { titleOf } from '../job/job-words.ts';
import { layAside, takeOut } from './laid-aside.ts';

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

/** Takes a job out, wherever it stands among those that are compared. */
export function takeOutButton(app: App, job: PageJob, className: string | null = null): HTMLElement {
  return button(
    `Take out: ${titleOf(job)}`,
    () => takeOut(app, job.job),
    { class: className },
    icon('close'),
  );
}
