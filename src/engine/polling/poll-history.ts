import { failure, JobFailure, ToldFailure } from '../../core/job/failures.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import type { RemoteStatus } from '../../core/provider.ts';

/** What polling one request has brought so far, beside its state. */
export interface PollHistory {
  /** It was seen as that. */
  saw(phase: RemoteStatus['phase']): void;
  /**
   * A poll failed. `hasEnded`: the request had been called finished just before. Gives the failure of the generation
   * where the server has told it often enough, and over long enough, to be believed.
   */
  failed(error: JobFailure, hasEnded: boolean, at: number): JobFailure | null;
  /** The job's time is over. */
  overdue(): JobFailure;
}

/** One answer may be a mistake of a moment, and so may be a few in the same moment. */
const believedAfter = { times: 3, perhapsMs: 5 * 60_000 } as const;

const seenAs = {
  queued: 'It was last seen in the queue.',
  running: 'It was last seen running.',
  finished: 'It was last seen finished.',
  unrecognised: 'Its last state was a word that is not known here.',
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
      if (!hasEnded || !(error instanceof ToldFailure)) return null;
      told = { times: told.times + 1, since: told.times === 0 ? at : told.since };
      if (told.times < believedAfter.times) return null;
      // A paid result is not given up while the service that serves it may only be broken.
      const patienceMs = error.told === 'plainly' ? 0 : Math.min(believedAfter.perhapsMs, jobTimeoutMs / 2);
      return at - told.since < patienceMs ? null : new JobFailure(error.meant, { cause: error });
    },
    overdue() {
      const limit = jobTimeoutMs < 1_000 ? `${jobTimeoutMs}ms` : showDuration(jobTimeoutMs);
      const last = said === null ? '' : ` ${said}`;
      const message = `The server did not end it within ${limit}; the next run polls it again.${last}`;
      return new JobFailure(failure('overdue', message));
    },
  };
}
