import type { Budget } from '../core/budget.ts';
import type { Job } from '../core/job.ts';
import { costOf, failureOf } from '../core/lifecycle.ts';
import type { RunEvent } from '../core/ports.ts';

type Advanced = Extract<RunEvent, { type: 'advanced' }>;

/** Lets jobs in as far as a budget allows, which it keeps up to date by what happens to them. */
export interface Admission {
  /** Resolves to true once the job may be submitted, to false when none may be any more, or `drain` fires. */
  admit(job: Job, drain: AbortSignal): Promise<boolean>;
  /** A job that is at the server already. */
  hold(job: Job): void;
  observe(event: RunEvent): void;
}

export function admission(budget: Budget): Admission {
  let wake: () => void = () => {};

  function changed(drain: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      wake = resolve;
      drain.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  return {
    async admit(job, drain) {
      for (;;) {
        if (drain.aborted) return false;
        const verdict = budget.admit(job);
        if (verdict !== 'wait') return verdict === 'go';
        await changed(drain);
      }
    },
    hold: (job) => budget.hold(job),
    observe(event) {
      if (event.type !== 'advanced') return;
      account(budget, event);
      wake();
    },
  };
}

/** A job is settled once: when its cost is known, or when it will not be known in this run. */
function account(budget: Budget, { job, from, state }: Advanced): void {
  const known = costOf(from) !== null;
  switch (state.status) {
    case 'pending':
      // Unless it rests for this run it only waits to be submitted again, and keeps its place.
      if (failureOf(state) !== null) budget.release(job);
      return;
    case 'submitting':
      return;
    case 'queued':
    case 'running':
    case 'succeeded':
      // What stalls is paid for all the same, though nobody says yet how much.
      if (!known && (costOf(state) !== null || failureOf(state) !== null)) budget.settle(job, costOf(state));
      return;
    case 'cancelled':
      budget.release(job);
      return;
    case 'failed':
      if (from.status === 'submitting') budget.release(job);
      else if (!known) budget.settle(job, costOf(state));
      return;
    case 'done':
    case 'lost':
    case 'unknown':
      if (!known) budget.settle(job, costOf(state));
      return;
  }
}
