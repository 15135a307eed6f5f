import type { PageJob } from '../page-data.ts';
import type { App } from './app.ts';
import { mostCompared } from './view-state.ts';

/** The jobs laid aside. A link may name jobs that the page does not hold, or too many. */
export function comparedJobs(app: App): PageJob[] {
  return [...new Set(app.view().compared)]
    .map((id) => app.jobOf(id))
    .filter((job) => job !== null)
    .slice(0, mostCompared);
}
