import type { PageJob } from '../../page-data.ts';
import type { App } from '../state/app.ts';
import { maxCompared } from '../state/view-state.ts';
import { notify } from '../widgets/notices.ts';

/** The jobs laid aside. A link may name jobs that the page does not hold, or too many. */
export function comparedJobs(app: App): PageJob[] {
  return [...new Set(app.view().compared)]
    .map((id) => app.jobOf(id))
    .filter((job) => job !== null)
    .slice(0, maxCompared);
}

/** Lays a job aside for comparison or takes it back; what comes of it is said near the element. */
export function toggleCompared(app: App, job: string, near: Element): void {
  const { compared } = app.view();
  if (compared.includes(job)) {
    removeFromComparison(app, job);
    notify(near, 'Taken out of the comparison.');
    return;
  }
  if (compared.length >= maxCompared) {
    notify(near, `${maxCompared} are laid aside already: take one out first.`);
    return;
  }
  app.go({ compared: [...compared, job] }, 'replace');
  notify(near, `Laid aside for comparison: ${compared.length + 1} of ${maxCompared}.`);
}

export function removeFromComparison(app: App, job: string): void {
  app.go({ compared: app.view().compared.filter((other) => other !== job) }, 'replace');
}
