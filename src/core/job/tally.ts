import type { RunEvent } from '../ports.ts';
import { type Failure, failureKinds } from './failures.ts';
import { type JobId, type JobState, type JobStatus, jobStatuses } from './job.ts';
import { costOf, failureOf, filesOf, isAtRest, isEstimated } from './state-facts.ts';

export type StatusCounts = Readonly<Record<JobStatus, number>>;

/** What the run folder holds: when a run begins, or at the moment of asking. */
export interface Holdings {
  /** Jobs of the current plan, and older ones that are still in flight. */
  readonly counts: StatusCounts;
  /** Charged so far, in dollars, as the server says or by estimates. */
  readonly spentUsd: number;
  /** What of it is estimated by the time of machines; left out: nothing. */
  readonly estimatedUsd?: number;
  /** Jobs done whose cost the server did not name. */
  readonly unpriced: number;
}

interface FailureCount {
  readonly failure: Failure;
  readonly jobs: number;
  /** The first of them. */
  readonly example: JobId;
  /** The path of the server's answer to it, if that is all there is of a result. */
  readonly answer?: string;
}

/** A run in numbers so far: every text, exit code and JSON line about it comes from this one fold. */
export interface Tally extends Holdings {
  /** Jobs that this run has left to a later one. */
  readonly stalled: number;
  /** Accepted in this run. */
  readonly submittedNow: number;
  readonly doneNow: number;
  /** Calls that had to be repeated. */
  readonly repeated: number;
  readonly halted: Failure | null;
  /** Most frequent first; equal messages are counted together. */
  readonly failures: readonly FailureCount[];
}

// Beyond this many different messages, only the known ones continue to be counted.
const maxMessages = 1_000;

export function noCounts(): Record<JobStatus, number> {
  return Object.fromEntries(jobStatuses.map((status) => [status, 0])) as Record<JobStatus, number>;
}

/** Folds the events of one run. Of jobs it keeps the ids of those alone that did not succeed. */
export function tallying(start: Holdings): { observe(event: RunEvent): void; now(): Tally } {
  const counts = { ...start.counts };
  const failures = new Map<string, FailureCount & { jobs: number }>();
  const counted = new Set<JobId>();
  let { spentUsd, estimatedUsd = 0, unpriced } = start;
  let [stalled, submittedNow, doneNow, repeated] = [0, 0, 0, 0];
  let halted: Failure | null = null;

  const keyOf = ({ kind, message }: Failure): string => `${failureKinds[kind].class} ${message}`;

  /** A job has moved on from this: a callback has told what became of it, or another runner of its run. */
  function uncount(from: JobState, job: JobId): void {
    const failure = failureOf(from);
    // What was so before this run began was not counted.
    if (failure === null || !counted.delete(job)) return;
    if (!isAtRest(from.status)) stalled -= 1;
    const seen = failures.get(keyOf(failure));
    if (seen === undefined) return;
    seen.jobs -= 1;
    if (seen.jobs === 0) failures.delete(keyOf(failure));
  }

  function count(failure: Failure, example: JobId, answer: string | undefined): void {
    counted.add(example);
    const key = keyOf(failure);
    const seen = failures.get(key);
    if (seen) seen.jobs += 1;
    else if (failures.size < maxMessages) {
      failures.set(key, { failure, jobs: 1, example, ...(answer === undefined ? {} : { answer }) });
    }
  }

  return {
    observe(event) {
      switch (event.type) {
        case 'advanced': {
          const { from, state, job } = event;
          counts[from.status] -= 1;
          counts[state.status] += 1;
          // A job that another runner tries again has been paid for so far.
          const isSame = from.attempt === state.attempt;
          spentUsd += (costOf(state) ?? 0) - (isSame ? (costOf(from) ?? 0) : 0);
          estimatedUsd += estimateOf(state) - (isSame ? estimateOf(from) : 0);
          if (from.status === 'submitting' && state.status === 'queued') submittedNow += 1;
          if (state.status === 'done') {
            doneNow += 1;
            if (state.costUsd === null) unpriced += 1;
          }
          const failure = failureOf(state);
          uncount(from, job.id);
          if (failure) count(failure, job.id, filesOf(state)[0]?.path);
          if (failure && !isAtRest(state.status)) stalled += 1;
          return;
        }
        case 'repeating':
          repeated += 1;
          return;
        case 'halted':
          halted ??= event.failure;
          return;
        case 'polled':
        case 'warned':
        case 'waiting':
        case 'resumed':
          return;
      }
    },
    now: () => ({
      counts: { ...counts },
      spentUsd,
      estimatedUsd,
      unpriced,
      stalled,
      submittedNow,
      doneNow,
      repeated,
      halted,
      failures: [...failures.values()].sort((a, b) => b.jobs - a.jobs),
    }),
  };
}

function estimateOf(state: JobState): number {
  return isEstimated(state) ? (costOf(state) ?? 0) : 0;
}

/** The number of jobs that are counted. */
export function totalOf({ counts }: Pick<Holdings, 'counts'>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

/** How many jobs ended, and not well. */
export function endedBadly({ failed, cancelled, lost }: StatusCounts): number {
  return failed + cancelled + lost;
}

/** Whether no job is left that a run could continue. */
export function hasNothingLeft({ counts }: Pick<Holdings, 'counts'>): boolean {
  return jobStatuses.every((status) => counts[status] === 0 || isAtRest(status));
}
