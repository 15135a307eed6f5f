import { sentences } from '../core/job/failure-sentences.ts';
import { type FailureKind, failure, JobFailure } from '../core/job/failures.ts';
import type { Instant, Job, JobId } from '../core/job/job.ts';
import { type Backoff, backoffMs, maxRetryAfterMs, showDuration } from '../core/pacing/pace.ts';
import type { Clock, Dice, Observer } from '../core/ports.ts';

interface RepeatPorts {
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
  readonly drain: AbortSignal;
  /** Requests of the account. */
  readonly inFlight: () => number;
  /**
   * How long submissions are repeated while the API refuses all of them with nothing in flight, or cannot be reached
   * after it was in this run: a run overnight should survive some minutes without the API.
   */
  readonly patienceMs: number;
}

/**
 * Submissions that provably were not accepted and are repeated. Such a job goes back to `pending` and waits outside
 * the lane of submissions, so that a crash does not leave it in doubt and its wait holds up no other job.
 *
 * Nothing below repeats a submission. Of the other two places that repeat, `polling/watch.ts` repeats polls, and
 * `http/retry.ts` the reads and downloads of collecting.
 */
export interface Repeats {
  /**
   * Notes why a submission failed. false: it is not repeated, at least in this run. Throws `submissions_held` if none
   * can be made any more.
   */
  takes(job: Job, error: unknown): boolean;
  /** Whether the job has to wait before it is submitted again. */
  waits(job: Job): boolean;
  /** Resolves when that wait is over; rejects with the reason of `drain`. */
  wait(job: Job): Promise<void>;
  /** The job was accepted. */
  accepted(job: Job): void;
}

/** Never sent, or refused with 429: only these prove that nothing was accepted. */
const unpaidKinds: ReadonlySet<FailureKind> = new Set(['rate_limited', 'unreachable']);
// With nothing in flight, this many refusals in a row are not the search for a pace: this is reported.
const toldFrom = 4;
const yearMs = 366 * 86_400_000;

/** Refusals since a submission was last accepted or in flight. */
interface AllRefused {
  readonly since: Instant;
  count: number;
}

export function repeats(ports: RepeatPorts): Repeats {
  const { backoff, clock, dice, observe, drain, patienceMs } = ports;
  const tries = new Map<JobId, { count: number; waitedMs: number; delayMs: number | null }>();
  let wasReached = false;
  let allRefused: AllRefused | null = null;

  function mayRepeat(kind: FailureKind, count: number, waitedMs: number): boolean {
    return count <= backoff.retries || (kind === 'unreachable' && wasReached && waitedMs < patienceMs);
  }

  /** Throws if the refusal is meant for all submissions. */
  function refused({ failure: { message, http, code }, retryAfterMs }: JobFailure): void {
    const now = clock.now();
    const held = (why: string): JobFailure => {
      const text = `${sentences.submissions_held}: ${why}. Its answer: ${message}`;
      return new JobFailure(failure('submissions_held', text, { http, code }), { retryAfterMs });
    };
    if (retryAfterMs !== null && retryAfterMs > maxRetryAfterMs) {
      const asked = retryAfterMs > yearMs ? 'more than a year' : showDuration(retryAfterMs);
      throw held(`it asked for a wait of ${asked}, and a run waits at most ${showDuration(maxRetryAfterMs)}`);
    }
    if (ports.inFlight() > 0) relieved(now);
    allRefused ??= { since: now, count: 0 };
    allRefused.count += 1;
    if (now - allRefused.since >= patienceMs) {
      throw held(`it has refused every submission for ${showDuration(now - allRefused.since)}`);
    }
    if (allRefused.count !== toldFrom) return;
    const until = (allRefused.since + patienceMs) as Instant;
    const text = `The API refuses every submission. The run tries again at least twice a minute. The API's answer: ${message}`;
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
