import { type Failure, type FailureKind, JobFailure } from '../core/failures.ts';
import type { Job, JobId } from '../core/job.ts';
import { type Backoff, backoffMs, longestRetryAfterMs, showDuration } from '../core/pace.ts';
import type { Clock, Dice, Observer } from '../core/ports.ts';

export interface Repeating {
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
  readonly drain: AbortSignal;
  /**
   * How long a submit is tried on while the API cannot be reached, once it has been in this run: a night should
   * outlive a network that is away for some minutes.
   */
  readonly patienceMs: number;
  /** No submission at all is welcome for longer than is waited here. */
  readonly endSubmitting: (reason: Failure) => void;
}

/**
 * Submits that provably were not accepted and are to be made again. Such a job goes back to `pending` and waits
 * outside the lane of submits, so that neither a crash leaves it in doubt nor its wait keeps others back.
 */
export interface Repeats {
  /** Notes the failure of a submit. false: it is not to be made again, in this run at least. */
  takes(job: Job, error: unknown): boolean;
  /** Whether a wait stands before the job's next submit. */
  waits(job: Job): boolean;
  /** Resolves when the wait is over; rejects with the reason of `drain`. */
  wait(job: Job): Promise<void>;
  /** The job was accepted. */
  accepted(job: Job): void;
}

/** Never sent, or refused with 429: nothing else proves that nothing was accepted. */
const unpaidKinds: ReadonlySet<FailureKind> = new Set(['rate_limited', 'unreachable']);

export function repeats(world: Repeating): Repeats {
  const { backoff, clock, dice, observe, drain } = world;
  const tries = new Map<JobId, { count: number; waitedMs: number; delayMs: number | null }>();
  let wasReached = false;

  function mayRepeat(kind: FailureKind, count: number, waitedMs: number): boolean {
    return count <= backoff.retries || (kind === 'unreachable' && wasReached && waitedMs < world.patienceMs);
  }

  return {
    takes(job, error) {
      if (!(error instanceof JobFailure) || !unpaidKinds.has(error.failure.kind)) return false;
      const { kind } = error.failure;
      const { count: before, waitedMs } = tries.get(job.id) ?? { count: 0, waitedMs: 0 };
      const count = before + 1;
      const askedMs = error.retryAfterMs;
      const isTooLong = askedMs !== null && askedMs > longestRetryAfterMs;
      if (isTooLong) world.endSubmitting(withWait(error.failure, askedMs));
      if (drain.aborted || isTooLong || !mayRepeat(kind, count, waitedMs)) {
        tries.delete(job.id);
        return false;
      }
      const delayMs = backoffMs(count, backoff, askedMs, dice());
      observe({ type: 'repeating', call: 'submit', job: job.id, failure: error.failure, askedMs, delayMs });
      tries.set(job.id, { count, waitedMs: waitedMs + delayMs, delayMs });
      return true;
    },
    waits: (job) => (tries.get(job.id)?.delayMs ?? null) !== null,
    async wait(job) {
      const waiting = tries.get(job.id);
      if (waiting === undefined || waiting.delayMs === null) return;
      await clock.sleep(waiting.delayMs, drain);
      waiting.delayMs = null;
    },
    accepted(job) {
      wasReached = true;
      tries.delete(job.id);
    },
  };
}

function withWait(failure: Failure, askedMs: number): Failure {
  return { ...failure, message: `${failure.message} It wants no submission for ${showDuration(askedMs)}.` };
}
