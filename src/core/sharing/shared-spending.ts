import type { Job, JobId, JobState } from '../job/job.ts';
import { isAtRest } from '../job/state-facts.ts';
import type { Budget } from '../money/budget.ts';
import { chargeOf } from '../money/charges.ts';

/** Keeps a budget up to date with what all runners of a run do, from wherever that is heard: once each. */
export interface SharedSpending {
  /** Counts a job that is in flight already, whoever holds it. */
  hold(job: Job, state: JobState): void;
  admit(job: Job): ReturnType<Budget['admit']>;
  /** A job that was admitted is announced now. */
  announced(job: Job, state: JobState): void;
  /** Gives back what was reserved for jobs that were admitted and not announced: those, or null: all of them. */
  release(jobs: readonly Job[] | null): void;
  /** Whoever moved it. What is known already changes nothing. */
  moved(job: Job, from: JobState, state: JobState): void;
}

const isOpen = (state: JobState): boolean => chargeOf(state).type === 'open';
const isUnderWay = ({ status }: JobState): boolean => status !== 'pending' && !isAtRest(status);
const pendingAt = (attempt: number): JobState => ({ status: 'pending', attempt, stalled: null });

export function sharedSpending(budget: Budget): SharedSpending {
  /** What is under way, as far as has been heard. */
  const underWay = new Map<JobId, JobState>();
  const admitted = new Map<JobId, Job>();

  function release(job: Job): void {
    admitted.delete(job.id);
    underWay.delete(job.id);
    budget.release(job);
  }

  function keep(job: Job, state: JobState): void {
    admitted.delete(job.id);
    if (isUnderWay(state)) underWay.set(job.id, state);
    else underWay.delete(job.id);
  }

  function moved(job: Job, from: JobState, state: JobState): void {
    const known = underWay.get(job.id);
    if (known !== undefined && state.attempt < known.attempt) return;
    if (state.status === 'pending') {
      // It has to be admitted again before it is announced again.
      if (known?.attempt === state.attempt) release(job);
      return;
    }
    budget.advanced(job, counted(known, from, state), state);
    keep(job, state);
  }

  return {
    hold(job, state) {
      const known = underWay.get(job.id);
      keep(job, state);
      if (known !== undefined) budget.advanced(job, known, state);
      else if (isOpen(state)) budget.hold(job);
      // What was named as its cost counts already, among what was spent before.
      else if (chargeOf(state).type === 'unnamed') budget.advanced(job, pendingAt(state.attempt), state);
    },
    admit(job) {
      const verdict = budget.admit(job);
      if (verdict === 'go') admitted.set(job.id, job);
      return verdict;
    },
    announced(job, state) {
      keep(job, underWay.get(job.id) ?? state);
    },
    release(jobs) {
      for (const job of jobs ?? [...admitted.values()]) if (admitted.has(job.id)) release(job);
    },
    moved,
  };
}

/** What has been counted of the attempt so far: nothing, where nothing was heard of it until now. */
function counted(known: JobState | undefined, from: JobState, state: JobState): JobState {
  const latest = known ?? from;
  const isUnheard = latest.attempt !== state.attempt || (known === undefined && isOpen(from));
  return isUnheard ? pendingAt(state.attempt) : latest;
}
