import { describe, expect, test } from 'vitest';
import { type FailureKind, failure, type Help, JobFailure } from '../../src/core/job/failures.ts';
import type { SavedFile } from '../../src/core/job/job.ts';
import { maxRetryAfterMs } from '../../src/core/pacing/pace.ts';
import type { Clock, FileStore, RunEvent } from '../../src/core/ports.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import { refusedLink } from '../../src/http/links/link-gate.ts';
import { type RetryPolicy, withRepeatedSaves, withRetry } from '../../src/http/retry.ts';
import { aLink } from '../support/builders.ts';
import { aJob, anId, aRequest, calm, failureOf, now } from '../support/hosted-api.ts';

const backoff = { retries: 3, firstMs: 1_000, limitMs: 60_000 };

interface Waiting {
  readonly ms: number;
  readonly pass: () => void;
}

/** A clock whose sleeps end when the test says so, or at once. */
function handDriven(atOnce: boolean = true) {
  const waits: Waiting[] = [];
  let asleep = Promise.withResolvers<void>();
  const clock: Clock = {
    now: () => now,
    sleep(ms, signal) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      signal.addEventListener('abort', () => reject(signal.reason));
      if (signal.aborted) reject(signal.reason);
      waits.push({ ms, pass: resolve });
      if (atOnce) resolve();
      asleep.resolve();
      return promise;
    },
  };
  return {
    clock,
    waits,
    async nextSleep(): Promise<Waiting> {
      await asleep.promise;
      asleep = Promise.withResolvers<void>();
      return waits.at(-1) as Waiting;
    },
  };
}

function policyWith(clock: Clock, more: Partial<RetryPolicy> = {}) {
  const events: RunEvent[] = [];
  const policy: RetryPolicy = {
    backoff,
    clock,
    dice: () => 1,
    observe: (event) => events.push(event),
    ...more,
  };
  return { policy, events };
}

function fails(
  kind: FailureKind,
  retryAfterMs: number | null = null,
  http: number | null = null,
  helpedBy: Help = 'another_try',
): JobFailure {
  return new JobFailure(failure(kind, `It was ${kind}.`, { http }), { retryAfterMs, helpedBy });
}

/** A client that fails with each of these in turn and then succeeds. */
function failing(...failures: readonly Error[]) {
  const left = [...failures];
  let calls = 0;
  async function next<T>(value: T): Promise<T> {
    calls += 1;
    const error = left.shift();
    if (error) throw error;
    return value;
  }
  const client: ProviderClient = {
    submit: () => next(aRequest()),
    status: () => next({ phase: 'running' } as const),
    result: () =>
      next({ phase: 'succeeded', outputs: [aLink('https://f.example/a')], costUsd: null } as const),
    cancel: () => next('cancelled' as const),
    ping: () => next(undefined),
  };
  const content = { bytes: 1, sha256: '', original_sha256: null, mime: 'image/png' };
  const saved: SavedFile = { path: 'a', ...content, width: null, height: null };
  const files: FileStore = { save: () => next(saved) };
  return { client, files, calls: () => calls };
}

describe('a result and a cancel', () => {
  const transient: readonly FailureKind[] = ['rate_limited', 'unreachable', 'read_failed', 'server_error'];
  const final: readonly FailureKind[] = [
    'lost',
    'unauthorized',
    'generation_failed',
    'cancelled',
    'no_output',
  ];
  for (const call of ['result', 'cancel'] as const) {
    test.each(transient)(`${call} is asked again after %s`, async (kind) => {
      const { clock } = handDriven();
      const { policy, events } = policyWith(clock);
      const world = failing(fails(kind), fails(kind));
      await withRetry(world.client, policy)[call](aRequest(), calm());
      expect([world.calls(), events.length]).toEqual([3, 2]);
      expect(events[0]).toMatchObject({ type: 'repeating', call, job: null, failure: { kind } });
    });

    test.each(final)(`${call} is not asked again after %s`, async (kind) => {
      const world = failing(fails(kind));
      await failureOf(
        withRetry(world.client, policyWith(handDriven().clock).policy)[call](aRequest(), calm()),
      );
      expect(world.calls()).toBe(1);
    });
  }

  test('a bug is thrown on as it is', async () => {
    const bug = new TypeError('x is not a function');
    const world = failing(bug);
    const call = withRetry(world.client, policyWith(handDriven().clock).policy).result(aRequest(), calm());
    await expect(call).rejects.toBe(bug);
  });
});

test.each(['submit', 'status'] as const)('a %s is passed through untouched', async (call) => {
  const world = failing(fails('rate_limited'));
  const { policy, events } = policyWith(handDriven().clock);
  const client = withRetry(world.client, policy);
  await failureOf(call === 'submit' ? client.submit(aJob(), calm()) : client.status(aRequest(), calm()));
  expect([world.calls(), events.length]).toEqual([1, 0]);
});

test('a read is given up after as many repetitions as allowed, each told with its wait', async () => {
  const { clock } = handDriven();
  const { policy, events } = policyWith(clock);
  const world = failing(...Array.from({ length: 9 }, () => fails('server_error')));
  await failureOf(withRetry(world.client, policy).result(aRequest(), calm()));
  expect(world.calls()).toBe(4);
  expect(events).toMatchObject([1_000, 2_000, 4_000].map((delayMs) => ({ call: 'result', delayMs })));
});

test('a read waits at least as long as the server asks, but not for longer than anyone waits', async () => {
  const { clock, waits } = handDriven();
  await withRetry(failing(fails('rate_limited', 30_000)).client, policyWith(clock).policy).result(
    aRequest(),
    calm(),
  );
  expect(waits[0]?.ms).toBeGreaterThanOrEqual(30_000);
  const world = failing(fails('rate_limited', maxRetryAfterMs + 1));
  await failureOf(withRetry(world.client, policyWith(clock).policy).result(aRequest(), calm()));
  expect(world.calls()).toBe(1);
  const short = failing(fails('rate_limited', 26_000));
  const { policy } = policyWith(clock, { maxWaitMs: 25_000 });
  await failureOf(withRetry(short.client, policy).result(aRequest(), calm()));
  expect(short.calls()).toBe(1);
});

test('a read that is aborted while it waits rejects with the reason', async () => {
  const leave = new AbortController();
  const reason = new Error('leave');
  const { clock, nextSleep } = handDriven(false);
  const world = failing(fails('server_error'));
  const call = withRetry(world.client, policyWith(clock).policy).result(aRequest(), leave.signal);
  call.catch(() => {});
  await nextSleep();
  leave.abort(reason);
  await expect(call).rejects.toBe(reason);
});

test.each([
  ['cut short', fails('download_failed'), 2],
  ['not what it should be', fails('download_failed', null, 200), 2],
  ['answered 503', fails('download_failed', 2_000, 503), 2],
  ['answered 429', fails('download_failed', null, 429), 2],
  ['answered 408', fails('download_failed', null, 408), 2],
  ['expired with 403', fails('download_failed', null, 403, 'another_link'), 1],
  ['gone with 404', fails('download_failed', null, 404, 'another_link'), 1],
  ['on a host that is not allowed', refusedLink('No.'), 1],
  ['of another kind', fails('read_failed'), 1],
])('a save that failed because the file was %s is tried %#', async (_name, failed, tries) => {
  const { policy, events } = policyWith(handDriven().clock);
  const world = failing(failed);
  await withRepeatedSaves(world.files, policy)
    .save({ job: aJob(), requestId: anId, index: 0, count: 1 }, aLink('https://f.example/a'), calm())
    .catch(() => {});
  expect(world.calls()).toBe(tries);
  expect(events).toMatchObject(tries === 2 ? [{ call: 'download', job: null }] : []);
});
