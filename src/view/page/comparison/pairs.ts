import type { PageJob } from '../../page-data.ts';
import type { App } from '../state/app.ts';
import { maxCompared } from '../state/view-state.ts';
import { notify } from '../widgets/notices.ts';

/** The jobs of a page by their pairs, where it compares folders. */
interface Pairs {
  /** The jobs of the same pair in all folders, this one included, in the order of the folders. */
  of(job: PageJob): readonly PageJob[];
}

const known = new WeakMap<App, Pairs>();

export function pairsIn(app: App): Pairs {
  const before = known.get(app);
  if (before !== undefined) return before;
  const byPair = new Map<string, PageJob[]>();
  // Jobs are in the order of their folders.
  for (const job of app.jobs) {
    if (job.pair === undefined) continue;
    const jobs = byPair.get(job.pair);
    if (jobs === undefined) byPair.set(job.pair, [job]);
    else jobs.push(job);
  }
  const pairs: Pairs = { of: (job) => (job.pair === undefined ? [] : (byPair.get(job.pair) ?? [])) };
  known.set(app, pairs);
  return pairs;
}

/** Opens the comparison of a job with what is the same in the other folders, or says that there is nothing. */
export function comparePair(app: App, id: string, near: Element): void {
  const job = app.jobOf(id);
  if (job === null || app.head.compared === undefined) return;
  const jobs = pairsIn(app).of(job);
  if (jobs.length < 2) {
    notify(near, 'No other folder has this one.');
    return;
  }
  app.go({ compared: jobs.slice(0, maxCompared).map((each) => each.job), isComparing: true }, 'push');
}

/** The jobs of the next or previous pair that the view shows, with two of them at least; null: there is none. */
export function nextPair(app: App, jobs: readonly PageJob[], step: 1 | -1): readonly PageJob[] | null {
  const [first] = jobs;
  if (first?.pair === undefined) return null;
  const shown = app.shown();
  const places = shown.flatMap(({ pair }, at) => (pair === first.pair ? [at] : []));
  const from = (step === 1 ? places.at(-1) : places[0]) ?? (step === 1 ? -1 : shown.length);
  const seen = new Set([first.pair]);
  for (let at = from + step; at >= 0 && at < shown.length; at += step) {
    const job = shown[at] as PageJob;
    if (job.pair === undefined || seen.has(job.pair)) continue;
    seen.add(job.pair);
    const next = pairsIn(app).of(job);
    if (next.length > 1) return next.slice(0, maxCompared);
  }
  return null;
}

/** Whether these jobs are one pair, as the dialog shows them. */
export function isPair(jobs: readonly PageJob[]): boolean {
  const [first] = jobs;
  return first?.pair !== undefined && jobs.every(({ pair }) => pair === first.pair);
}
