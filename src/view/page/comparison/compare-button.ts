import type { PageJob } from '../../page-data.ts';
import { titleOf } from '../job/job-words.ts';
import type { App } from '../state/app.ts';
import { bound } from '../widgets/bound-elements.ts';
import { button } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { removeFromComparison, toggleCompared } from './compared-jobs.ts';

/** Lays a job aside for comparison or takes it back. */
export function compareButton(app: App, job: string): HTMLElement {
  const made = button(
    'Lay aside for comparison',
    () => toggleCompared(app, job, made),
    { class: 'compare-toggle' },
    icon('compare'),
  );
  return bound(app, made, (aside) => {
    aside.setAttribute('aria-pressed', String(app.view().compared.includes(job)));
  });
}

/** Takes a job out, wherever it stands among those that are compared. */
export function removeButton(app: App, job: PageJob, className: string | null = null): HTMLElement {
  return button(
    `Take out: ${titleOf(job)}`,
    () => removeFromComparison(app, job.job),
    { class: className },
    icon('close'),
  );
}
