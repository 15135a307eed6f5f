import { sentences } from '../core/job/failure-sentences.ts';
import { type FailureKind, failure, JobFailure } from '../core/job/failures.ts';
import type { Instant, Job, JobId } from '../core/job/job.ts';
import { type Backoff, backoffMs, maxRetryAfterMs, showDuration } from '../core/pacing/pace.ts';
import type { ServerView } from '../core/pacing/server-view.ts';
import type { Clock, Dice, Observer } from '../core/ports.ts';

export interface RepeatPorts {
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
  readonly drain: AbortSignal;
  readonly view: Pick<ServerView, 'inFlight'>;
  /**
   * How long submissions are tried on while the API cannot be reached, once it has been in this run, or refuses all of
   * them with nothing in flight: a night should outlive what is away for some minutes.
   */
  readonly patienceMs: number;
}

/**
 * Submissions that provably were not accepted and are to be made again. Such a job goes back to `pending` and waits
 * outside the lane of submits, so that neither a crash leaves it in doubt nor its wait keeps others back.
 */
export interface Repeats {
  /**
   * Notes the failure of a submission. false: it is not to be made again, in this run at least. Throws
   * `submissions_held` where that holds for all of them.
   */
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
// So many refusals in a row, with nothing in flight, are no pace that is being found: the user is told.
const toldFrom = 4;
const yearMs = 366 * 86_400_000;

/** Refusals since something was last accepted or in flight. */
interface AllRefused {
  readonly since: Instant;
  count: number;
}

export function repeats(world: RepeatPorts): Repeats {
  const { backoff, clock, dice, observe, drain, patienceMs } = world;
  const tries = new Map<JobId, { count: number; waitedMs: number; delayMs: number | null }>();
  let wasReached = false;
  let allRefused: AllRefused | null = null;

  function mayRepeat(kind: FailureKind, count: number, waitedMs: number): boolean {
    return count <= backoff.retries || (kind === 'unreachable' && wasReached && waitedMs < patienceMs);
  }

  /** Throws where a refusal is one for all. */
  function refused({ failure: { message, http, code }, retryAfterMs }: JobFailure): void {
    const now = clock.now();
    const held = (why: string): JobFailure => {
      const text = `${sentences.submissions_held}: ${why}. It said: ${message}`;
      return new JobFailure(failure('submissions_held', text, { http, code }), { retryAfterMs });
    };
    if (retryAfterMs !== null && retryAfterMs > maxRetryAfterMs) {
      const asked = `it asked to wait ${retryAfterMs > yearMs ? 'more than a year' : showDuration(retryAfterMs)}`;
      throw held(`${asked}, longer than the ${showDuration(maxRetryAfterMs)} that a run waits`);
    }
    if (world.view.inFlight() > 0) relieved(now);
    allRefused ??= { since: now, count: 0 };
    allRefused.count += 1;
    if (now - allRefused.since >= patienceMs) {
      throw held(`it has refused every submission for ${showDuration(now - allRefused.since)}`);
    }
    if (allRefused.count !== toldFrom) return;
    const until = (allRefused.since + patienceMs) as Instant;
    const text = `The API refuses every submission. It is asked again, at least every half minute. It said: ${message}`;
    observe({ type: 'waiting', for: 'api', message: text, since: allRefused.since, until });
  }

  function relieved(now: Instant): void {
    const over = allRefused;
    allRefused = null;
    if (over === null || over.count < toldFrom) return;
    observe({ type: 'resumed', for: 'api', waitedMs: now - over.since });
  }

  return {
    takes(job, error) {
      if (!(error instanceof JobFailure) || !unpaidKinds.has(error.failure.kind)) return false;
      const { kind } = error.failure;
      const { count: before, waitedMs } = tries.get(job.id) ?? { count: 0, waitedMs: 0 };
      const count = before + 1;
      if (kind === 'rate_limited') refused(error);
      if (drain.aborted || !mayRepeat(kind, count, waitedMs)) {
        tries.delete(job.id);
        return false;
      }
      const askedMs = error.retryAfterMs;
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
      relieved(clock.now());
    },
  };
}
