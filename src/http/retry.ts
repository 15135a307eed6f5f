import { type FailureKind, failureRule, JobFailure } from '../core/failures.ts';
import type { JobId } from '../core/job.ts';
import { type Backoff, backoffMs, longestRetryAfterMs } from '../core/pace.ts';
import type { ApiClient, Clock, Dice, FileStore, Observer, RunEvent } from '../core/ports.ts';
import { RefusedLink } from './link-gate.ts';

/** When and how calls are repeated. `drain`: no further submit is to be made. */
export interface RetryPolicy {
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
  readonly drain: AbortSignal;
}

interface Repetition {
  readonly call: Extract<RunEvent, { type: 'repeating' }>['call'];
  readonly job: JobId | null;
  readonly allows: (failed: JobFailure) => boolean;
  /** Ends the waiting early: the last failure is then thrown. */
  readonly until: AbortSignal | null;
}

/** A submit is repeated only where it provably was not accepted. */
const unpaidKinds: ReadonlySet<FailureKind> = new Set(['rate_limited', 'unreachable']);

function isTransient(failed: JobFailure): boolean {
  return failureRule(failed.failure.kind).transient;
}

/**
 * The same client with calls repeated where that costs nothing: a submit that provably was not accepted, a result or
 * a cancel after a transient failure. `status` is passed through, since its watcher looks again anyway.
 */
export function withRetry(client: ApiClient, policy: RetryPolicy): ApiClient {
  const free = { job: null, allows: isTransient, until: null };
  return {
    submit: (job, signal) =>
      repeated(policy, signal, () => client.submit(job, signal), {
        call: 'submit',
        job: job.id,
        allows: ({ failure }) => unpaidKinds.has(failure.kind),
        until: policy.drain,
      }),
    status: (id, signal) => client.status(id, signal),
    result: (id, signal) =>
      repeated(policy, signal, () => client.result(id, signal), { call: 'result', ...free }),
    cancel: (id, signal) =>
      repeated(policy, signal, () => client.cancel(id, signal), { call: 'cancel', ...free }),
  };
}

/** The same store with saves repeated, unless the link itself is refused: that takes a fresh one. */
export function withRepeatedSaves(files: FileStore, policy: RetryPolicy): FileStore {
  return {
    save: (template, index, count, link, signal) =>
      repeated(policy, signal, () => files.save(template, index, count, link, signal), {
        call: 'download',
        job: null,
        allows: mayGoBetter,
        until: null,
      }),
  };
}

function mayGoBetter(failed: JobFailure): boolean {
  const { kind, http } = failed.failure;
  if (kind !== 'download_failed' || failed instanceof RefusedLink) return false;
  return http === null || http < 400 || http >= 500 || http === 408 || http === 429;
}

async function repeated<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  { call, job, allows, until }: Repetition,
): Promise<T> {
  for (let n = 1; ; n += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof JobFailure) || n > policy.backoff.retries || !allows(error)) throw error;
      const askedMs = error.retryAfterMs;
      if (until?.aborted || (askedMs !== null && askedMs > longestRetryAfterMs)) throw error;
      const delayMs = backoffMs(n, policy.backoff, askedMs, policy.dice());
      policy.observe({ type: 'repeating', call, job, failure: error.failure, delayMs });
      if (!(await waited(policy.clock, delayMs, signal, until))) throw error;
    }
  }
}

/** Whether the whole wait passed; false where `until` ended it. Rejects with the reason of `signal`. */
async function waited(
  clock: Clock,
  delayMs: number,
  signal: AbortSignal,
  until: AbortSignal | null,
): Promise<boolean> {
  if (until === null) {
    await clock.sleep(delayMs, signal);
    return true;
  }
  // Both signals live as long as the run: AbortSignal.any per wait would pile up on them.
  const either = new AbortController();
  const end = (): void => either.abort();
  if (signal.aborted || until.aborted) end();
  signal.addEventListener('abort', end);
  until.addEventListener('abort', end);
  try {
    await clock.sleep(delayMs, either.signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (!until.aborted) throw error;
    return false;
  } finally {
    signal.removeEventListener('abort', end);
    until.removeEventListener('abort', end);
  }
}
