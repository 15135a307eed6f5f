import type { Estimator, Likely } from './estimator.ts';
import type { Priced } from './past-attempts.ts';

/** Jobs of one model that agree in all that their price depends on. */
export interface JobGroup extends Priced {
  readonly jobs: number;
}

/** How many jobs are in flight at once, and submitted in a minute. */
export interface RunWindow {
  readonly atOnce: number;
  /** The user has asked for this number; left out: it is what is usual, or found out. */
  readonly isAsked?: boolean;
  /** null: no limit. */
  readonly perMinute: number | null;
  /** How many of them are worked on at once; left out: all. */
  readonly working?: number;
  /** How long it takes until the first is worked on; left out: no time. */
  readonly startMs?: number;
}

/** What several jobs will likely cost and take together. */
export interface Estimate {
  readonly jobs: number;
  /** For those whose price is known. */
  readonly usd: number;
  /** Jobs whose price nobody knows. */
  readonly unpriced: number;
  /** Where prices come from; null: none is known. */
  readonly source: 'catalogue' | 'history' | 'mixed' | null;
  /** The number of past jobs that the prices by history rest on. */
  readonly pastJobs: number;
  /** Jobs that are paid by the time of a machine; left out: none. */
  readonly byTime?: number;
  /** What starting and idle machines may cost beside, at most; left out: nothing. */
  readonly idleUsd?: number;
  /** With `window`; null: unknown. */
  readonly durationMs: number | null;
  readonly window: RunWindow | null;
  /** On the disk; null: unknown. */
  readonly bytes: number | null;
}

/** `window`: null where no run is meant, so that there is no duration. */
export function estimateOf(
  groups: Iterable<JobGroup>,
  { likely: likelyOf }: Pick<Estimator, 'likely'>,
  window: RunWindow | null = null,
): Estimate {
  let [jobs, usd, unpriced, byTime, workMs, longestMs, bytes] = [0, 0, 0, 0, 0, 0, 0];
  let [isTimed, isSized] = [true, true];
  const bases = new Map<Likely, 'catalogue' | 'history'>();
  for (const group of groups) {
    const likely = likelyOf(group);
    jobs += group.jobs;
    if (likely.usd === null) unpriced += group.jobs;
    usd += group.jobs * (likely.usd ?? 0);
    if (likely.isByTime) byTime += group.jobs;
    if (likely.source !== null) bases.set(likely, likely.source);
    isTimed &&= likely.tookMs !== null;
    isSized &&= likely.bytes !== null;
    workMs += group.jobs * (likely.tookMs ?? 0);
    longestMs = Math.max(longestMs, likely.tookMs ?? 0);
    bytes += group.jobs * (likely.bytes ?? 0);
  }
  const sources = new Set(bases.values());
  const durationMs =
    window === null || !isTimed || jobs === 0 ? null : timeOf(jobs, workMs, longestMs, window);
  return {
    jobs,
    usd,
    unpriced,
    source: sources.size > 1 ? 'mixed' : ([...sources][0] ?? null),
    pastJobs: Math.max(0, ...[...bases.keys()].map((likely) => likely.jobs)),
    ...(byTime === 0 ? {} : { byTime }),
    durationMs,
    window:
      durationMs === null || window === null ? null : { ...window, atOnce: Math.min(window.atOnce, jobs) },
    bytes: isSized && jobs > 0 ? bytes : null,
  };
}

/** The estimate for a part of its jobs, which are taken to be like all of them. `jobs`: at most as many as it has. */
export function scaledTo(estimate: Estimate, jobs: number): Estimate {
  if (jobs === estimate.jobs) return estimate;
  const share = estimate.jobs === 0 ? 0 : jobs / estimate.jobs;
  const { durationMs, window, bytes } = estimate;
  const isTimed = durationMs !== null && window !== null && jobs > 0;
  // What one takes follows from what all take in their slots.
  const slots = isTimed ? Math.min(window.atOnce, window.working ?? window.atOnce) : 0;
  const tookMs = isTimed ? (Math.max(0, durationMs - (window.startMs ?? 0)) * slots) / estimate.jobs : 0;
  return {
    ...estimate,
    jobs,
    usd: estimate.usd * share,
    unpriced: Math.round(estimate.unpriced * share),
    ...(estimate.byTime === undefined ? {} : { byTime: Math.round(estimate.byTime * share) }),
    source: jobs === 0 ? null : estimate.source,
    durationMs: isTimed ? Math.min(durationMs, timeOf(jobs, jobs * tookMs, tookMs, window)) : null,
    window: isTimed ? { ...window, atOnce: Math.min(window.atOnce, jobs) } : null,
    bytes: bytes === null || jobs === 0 ? null : bytes * share,
  };
}

/** All slots are busy until the last jobs; submissions per minute may be what holds the run up. */
function timeOf(jobs: number, workMs: number, longestMs: number, window: RunWindow): number {
  const { atOnce, perMinute, working = atOnce, startMs = 0 } = window;
  const submittingMs = perMinute === null ? 0 : ((jobs - 1) * 60_000) / perMinute;
  const slots = Math.max(1, Math.min(atOnce, working, jobs));
  return startMs + Math.max(workMs / slots, submittingMs + longestMs, longestMs);
}
