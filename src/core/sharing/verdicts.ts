import type { Instant, JobId, JobState, JobStatus } from '../job/job.ts';
import { failureOf, isAtRest, requestIdOf } from '../job/state-facts.ts';

/** A state of a job, as one runner tells it. */
export interface Told {
  readonly job: JobId;
  /** The epoch that the runner knows: that of its claim, or of its announcement since. */
  readonly epoch: number;
  readonly state: JobState;
  readonly at: Instant;
}

/**
 * What a shared ledger makes of a state that a runner tells it.
 * `taken`: it stands now. `known`: it stood already, or a later one does. `earlier`: it belongs to an attempt that
 * the user has since replaced, and stands there. `refused`: it would be a decision, and the runner no longer holds the
 * job.
 */
export type Verdict = 'taken' | 'known' | 'earlier' | 'refused';

/** How far a status is along the one way that every attempt goes. */
export const progress = {
  pending: 0,
  submitting: 1,
  unknown: 2,
  queued: 3,
  running: 4,
  succeeded: 5,
  failed: 6,
  cancelled: 6,
  lost: 6,
  done: 7,
} as const satisfies Record<JobStatus, number>;

/** A job in a shared ledger. */
export interface Standing {
  readonly state: JobState;
  /** Counts what has been decided about the job: raised by each claim, announcement, order, and change of its plan. */
  readonly epoch: number;
  /** The epoch of its latest announcement; null: it was never announced. */
  readonly announced: number | null;
}

/**
 * Facts about an attempt are taken from anybody, decisions only from the runner that holds the job: the one that knows
 * its current epoch.
 *
 * A fact is what has happened outside: the submission was answered, or provably never left, or the server has ended
 * it, or its files are on disk. It is taken whenever it tells more than the ledger knows: also of a job that another
 * runner has since found unanswered, and of one that a restored ledger believes to be pending. A decision is what may
 * spend money or ends somebody else's work: to announce a submission, to leave a job for a later run, to believe that
 * the server has lost a request. That a submission never left is a fact about one announcement: told late, it says
 * nothing of a later announcement of the same attempt.
 */
export function verdictOn(
  { state: current, epoch, announced }: Standing,
  { state: told, epoch: toldEpoch }: Pick<Told, 'state' | 'epoch'>,
): Verdict {
  if (told.attempt !== current.attempt) return told.attempt < current.attempt ? 'earlier' : 'refused';
  if (isSame(current, told)) return 'known';
  const whenHeld: Verdict = toldEpoch === epoch ? 'taken' : 'refused';
  switch (told.status) {
    case 'submitting':
      return current.status === 'pending' ? whenHeld : 'refused';
    case 'pending':
      if (current.status === 'submitting' || current.status === 'unknown')
        return toldEpoch === announced ? 'taken' : 'known';
      return current.status === 'pending' ? whenHeld : 'known';
    case 'lost':
      if (isAtRest(current.status) && current.status !== 'unknown') return 'known';
      return whenHeld;
    case 'unknown':
      if (current.status === 'unknown') return failureOf(told)?.offeredId === undefined ? 'known' : 'taken';
      return progress[current.status] < progress.unknown ? 'taken' : 'known';
    case 'queued':
    case 'running':
    case 'succeeded':
      if (current.status === told.status) return whenHeld;
      return progress[told.status] > progress[current.status] ? 'taken' : 'known';
    case 'done':
    case 'failed':
    case 'cancelled':
      return progress[told.status] > progress[current.status] ? 'taken' : 'known';
  }
}

function isSame(current: JobState, told: JobState): boolean {
  return (
    current.status === told.status &&
    requestIdOf(current) === requestIdOf(told) &&
    failureOf(current)?.message === failureOf(told)?.message
  );
}
