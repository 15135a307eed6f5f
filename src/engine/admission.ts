import type { Job, JobState } from '../core/job/job.ts';
import type { Budget } from '../core/money/budget.ts';
import type { RunEvent } from '../core/ports.ts';
import type { Gate } from '../core/sharing/gate.ts';

/** Admits jobs as far as a budget allows, and keeps that budget up to date with what happens to them. */
export interface Admission {
  /** Resolves to true once the job may be submitted; to false when no more jobs may be, or when `drain` fires. */
  admit(job: Job, drain: AbortSignal): Promise<boolean>;
  /** Why this job and all others can no longer be submitted, in whole sentences. */
  why(job: Job): string;
  /** Counts a job that is already in flight. */
  hold(job: Job, state: JobState): void;
  /** Returns what to tell the user about the cap because of the event, once; else null. */
  observe(event: RunEvent): string | null;
}

export function admission(budget: Budget): Admission {
  let wake: () => void = () => {};
  // If the cap was crossed before this run, `why` says so when nothing can be submitted.
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

/**
 * Where a gate decides at the announcement what may be submitted: admits every job until then, and tells the gate what
 * this runner does. null: there is no spending cap.
 */
export function admissionByGate(
  gate: Pick<Gate, 'isCapped' | 'moved' | 'hold' | 'crossed'>,
): Admission | null {
  if (!gate.isCapped) return null;
  let isTold = gate.crossed() !== null;
  return {
    admit: async (_job, drain) => !drain.aborted,
    why: () => gate.crossed() ?? '',
    hold: (job, state) => gate.hold(job, state),
    observe(event) {
      if (event.type !== 'advanced') return null;
      gate.moved(event.job, event.from, event.state);
      const sentence = isTold ? null : gate.crossed();
      isTold ||= sentence !== null;
      return sentence;
    },
  };
}
