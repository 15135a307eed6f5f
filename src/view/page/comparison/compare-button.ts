import type { PageJob } from '../../page-data.ts';
import { titleOf } from '../job/job-words.ts';
import type { App } from '../state/app.ts';
import { bound } from '../widgets/bound-elements.ts';
import { button } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import { removeFromComparison, toggleCompared } from './compared-jobs.ts';

/** Adds a job to the comparison or removes it. */
export function compareButton(app: App, job: string): HTMLElement {
  const toggle = button(
    'Add to comparison',
    () => toggleCompared(app, job, toggle),
    { class: 'compare-toggle' },
    icon('compare'),
  );
  return bound(app, toggle, (target) => {
    target.setAttribute('aria-pressed', String(app.view().compared.includes(job)));
  });
}

/** Removes a job from the comparison. */
export function removeButton(app: App, job: PageJob, className: string | null = null): HTMLElement {
  return button(
    `Remove from comparison: ${titleOf(job)}`,
    () => removeFromComparison(app, job.job),
    { class: className },
    icon('close'),
  );
}
