import type { PageJob } from '../../page-data.ts';
import type { App } from '../state/app.ts';
import { maxCompared } from '../state/view-state.ts';
import { notify } from '../widgets/notices.ts';

/** The jobs to compare. A link may name too many jobs, or jobs that are not on the page. */
export function comparedJobs(app: App): PageJob[] {
  return [...new Set(app.view().compared)]
    .map((id) => app.jobOf(id))
    .filter((job) => job !== null)
    .slice(0, maxCompared);
}

/** Adds a job to the comparison or removes it, and shows a notice near the element. */
export function toggleCompared(app: App, job: string, near: Element): void {
  const { compared } = app.view();
  if (compared.includes(job)) {
    removeFromComparison(app, job);
    notify(near, 'Removed from comparison.');
    return;
  }
  if (compared.length >= maxCompared) {
    notify(near, `Only ${maxCompared} results can be compared. Remove one first.`);
    return;
  }
  app.go({ compared: [...compared, job] }, 'replace');
  notify(near, `Added to comparison (${compared.length + 1} of ${maxCompared}).`);
}

export function removeFromComparison(app: App, job: string): void {
  app.go({ compared: app.view().compared.filter((other) => other !== job) }, 'replace');
}
