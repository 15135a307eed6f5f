import type { Job } from '../core/job/job.ts';
import type { Budget } from '../core/money/budget.ts';
import type { RunEvent } from '../core/ports.ts';

/** Lets jobs in as far as a budget allows, which it keeps up to date by what happens to them. */
export interface Admission {
  /** Resolves to true once the job may be submitted, to false when none may be any more, or `drain` fires. */
  admit(job: Job, drain: AbortSignal): Promise<boolean>;
  /** Why none may be submitted any more, after this job could not: whole sentences. */
  why(job: Job): string;
  /** A job that is at the server already. */
  hold(job: Job): void;
  /** Gives what the user is to be told about the cap because of it, once; else null. */
  observe(event: RunEvent): string | null;
}

export function admission(budget: Budget): Admission {
  let wake: () => void = () => {};
  // What was crossed before is said where nothing can be submitted because of it.
  let isTold = budget.crossed() !== null;

  function changed(drain: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      wake = () => {
        drain.removeEventListener('abort', wake);
        resolve();
      };
      drain.addEventListener('abort', wake, { once: true });
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
    why: (job) => budget.why(job),
    hold: (job) => budget.hold(job),
    observe(event) {
      if (event.type !== 'advanced') return null;
      budget.advanced(event.job, event.from, event.state);
      wake();
      const sentence = isTold ? null : budget.crossed();
      isTold ||= sentence !== null;
      return sentence;
    },
  };
}
