import { failureRule, JobFailure } from '../core/job/failures.ts';
import { type Backoff, backoffMs, maxRetryAfterMs } from '../core/pacing/pace.ts';
import type { Clock, Dice, FileStore, Observer, RunEvent } from '../core/ports.ts';
import type { ProviderClient } from '../core/provider.ts';

/** When and how the calls of collecting are repeated: reads of results, cancellations and downloads. */
export interface RetryPolicy {
  readonly backoff: Backoff;
  readonly clock: Clock;
  readonly dice: Dice;
  readonly observe: Observer;
  /** While the API is away, failures do not count towards `backoff.retries`. */
  readonly isAway?: () => boolean;
  /** A longer Retry-After is not waited for: the job is left to a later run. 15 minutes by default. */
  readonly maxWaitMs?: number;
}

interface Repetition {
  readonly call: Extract<RunEvent, { type: 'repeating' }>['call'];
  readonly allows: (failed: JobFailure) => boolean;
}

function isTransient(failed: JobFailure): boolean {
  return failureRule(failed.failure.kind).transient;
}

/**
 * The same client, but a result or a cancellation is repeated after a transient failure.
 *
 * The other two places that repeat are in the engine, and so `submit` and `status` pass through: `repeats.ts` makes a
 * submission again with a new announcement, and `polling/watch.ts` polls again anyway.
 */
export function withRetry(client: ProviderClient, policy: RetryPolicy): ProviderClient {
  return {
    submit: (...args) => client.submit(...args),
    status: (request, signal) => client.status(request, signal),
    ping: (signal) => client.ping(signal),
    result: (request, signal, sent) =>
      repeated(policy, signal, () => client.result(request, signal, sent), {
        call: 'result',
        allows: isTransient,
      }),
    cancel: (request, signal) =>
      repeated(policy, signal, () => client.cancel(request, signal), { call: 'cancel', allows: isTransient }),
  };
}

/** The same store, but a save is repeated if that may help. A permanent failure needs a fresh link instead. */
export function withRepeatedSaves(files: FileStore, policy: RetryPolicy): FileStore {
  return {
    save: (file, output, signal) =>
      repeated(policy, signal, () => files.save(file, output, signal), {
        call: 'download',
        allows: mayBeHelped,
      }),
  };
}

function mayBeHelped(failed: JobFailure): boolean {
  return failed.failure.kind === 'download_failed' && failed.helpedBy === 'another_try';
}

async function repeated<T>(
  policy: RetryPolicy,
  signal: AbortSignal,
  attempt: () => Promise<T>,
  { call, allows }: Repetition,
): Promise<T> {
  for (let n = 1, counted = 1; ; n += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof JobFailure) || counted > policy.backoff.retries || !allows(error)) throw error;
      const askedMs = error.retryAfterMs;
      if (askedMs !== null && askedMs > (policy.maxWaitMs ?? maxRetryAfterMs)) throw error;
      const delayMs = backoffMs(n, policy.backoff, askedMs, policy.dice());
      policy.observe({ type: 'repeating', call, job: null, failure: error.failure, askedMs, delayMs });
      await policy.clock.sleep(delayMs, signal);
      if (policy.isAway?.() !== true) counted += 1;
    }
  }
}
