import { failure, JobFailure, ReportedFailure } from '../../core/job/failures.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { RemoteStatus } from '../../core/provider.ts';

/** What the polls of one request have shown, besides its state. */
export interface PollHistory {
  /** A poll found it in this phase. */
  saw(phase: RemoteStatus['phase']): void;
  /**
   * A poll failed. `hasEnded`: the status had just said `finished`. Returns the failure of the generation once the
   * server has reported it often enough, and for long enough, to be believed; else null.
   */
  failed(error: JobFailure, hasEnded: boolean, at: number): JobFailure | null;
  /** The job's time is over. */
  overdue(): JobFailure;
}

/** One answer may be a glitch, and so may several at the same time. */
const believedAfter = { times: 3, perhapsMs: 5 * 60_000 } as const;

const seenAs = {
  queued: 'It was last seen in the queue.',
  running: 'It was last seen running.',
  finished: 'It was last seen finished.',
  unrecognised: 'Its last status was an unknown word.',
} as const satisfies Record<RemoteStatus['phase'], string>;

export function pollHistory(jobTimeoutMs: number): PollHistory {
  let said: string | null = null;
  let told = { times: 0, since: 0 };

  return {
    saw(phase) {
      said = seenAs[phase];
      told = { times: 0, since: 0 };
    },
    failed(error, hasEnded, at) {
      said = `The last answer: ${error.failure.message}`;
      if (!hasEnded || !(error instanceof ReportedFailure)) return null;
      told = { times: told.times + 1, since: told.times === 0 ? at : told.since };
      if (told.times < believedAfter.times) return null;
      // A paid result is not given up while the service that holds it may only be broken for now.
      const patienceMs = error.told === 'plainly' ? 0 : Math.min(believedAfter.perhapsMs, jobTimeoutMs / 2);
      return at - told.since < patienceMs ? null : new JobFailure(error.meant, { cause: error });
    },
    overdue() {
      const limit = jobTimeoutMs < 1_000 ? `${jobTimeoutMs}ms` : showDuration(jobTimeoutMs);
      const last = said === null ? '' : ` ${said}`;
      const message = `The server did not finish it within ${limit}; the next run polls it again.${last}`;
      return new JobFailure(failure('overdue', message));
    },
  };
}
