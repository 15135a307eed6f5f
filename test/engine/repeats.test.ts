import { describe, expect, test } from 'vitest';
import { failure, JobFailure } from '../../src/core/job/failures.ts';
import { maxRetryAfterMs } from '../../src/core/pacing/pace.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { runBatch } from '../../src/engine/batch.ts';
import type { Limits } from '../../src/engine/lanes.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, oneLife, portsOf } from '../support/running.ts';
import { type SubmitFate, type World, world } from '../support/world.ts';

const patient: Partial<Limits> = { backoff: { retries: 3, firstMs: 1_000, limitMs: 8_000 } };

function worldOf(jobs: number, fates: readonly SubmitFate[]): World {
  const w = world({ slots: 8, submitFate: (nth) => fates[nth - 1] ?? 'accepted' });
  w.put(Array.from({ length: jobs }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  return w;
}

describe('a submit that provably was not accepted', () => {
  test.each(['rateLimited', 'unreachable'] as const)('is made again when it was %s', async (fate) => {
    const w = worldOf(1, [fate, fate]);
    const repeated: RunEvent[] = [];
    await oneLife(w, patient, { observe: (event) => event.type === 'repeating' && repeated.push(event) });
    expect(w.states()).toMatchObject([{ status: 'done', attempt: 1 }]);
    expect(repeated).toMatchObject([
      { call: 'submit', delayMs: 750 },
      { call: 'submit', delayMs: 1_500 },
    ]);
  });

  test('rests as pending when it is refused too often', async () => {
    const w = worldOf(1, Array<SubmitFate>(9).fill('rateLimited'));
    await oneLife(w, patient);
    expect(w.states()).toMatchObject([{ status: 'pending', stalled: { kind: 'rate_limited' } }]);
    expect(w.requests.size).toBe(0);
  });

  test('waits as pending, so that a power cut leaves nothing in doubt', async () => {
    const w = worldOf(1, ['rateLimited']);
    const states: string[] = [];
    const run = runBatch(
      portsOf(w, (event) => event.type === 'advanced' && states.push(event.state.status)),
      { ...calmLimits, ...patient },
      handles().stop,
    );
    await w.clock.run(run);
    expect(states.slice(0, 4)).toEqual(['submitting', 'pending', 'submitting', 'queued']);
  });

  test('keeps no lane from others while it waits', async () => {
    const w = worldOf(6, ['rateLimited']);
    const order: string[] = [];
    await oneLife(
      w,
      { ...patient, maxSubmissions: 1, concurrency: { max: 6, adapts: false } },
      {
        observe: (event) => {
          if (event.type === 'advanced' && event.state.status === 'queued')
            order.push(String(event.job.input.seed));
        },
      },
    );
    expect(order).toEqual(['1', '2', '3', '4', '5', '0']);
  });

  test('is given back at once when the run drains while it waits', async () => {
    const w = worldOf(1, ['rateLimited']);
    const { stop, drain } = handles();
    const before = w.clock.now();
    await oneLife(
      w,
      { backoff: { retries: 3, firstMs: 3_600_000, limitMs: 3_600_000 } },
      {
        stop,
        observe: (event) => event.type === 'repeating' && drain.abort(new Error('drained')),
      },
    );
    expect(w.clock.now() - before).toBeLessThan(3_600_000);
    expect(w.states()).toEqual([{ status: 'pending', attempt: 1, stalled: null }]);
  });

  test.each([
    [30_000, 'done'],
    [maxRetryAfterMs + 1, 'pending'],
  ])('waits for a Retry-After of %d ms, unless nobody would: %s', async (retryAfterMs, status) => {
    const w = worldOf(1, []);
    const before = w.clock.now();
    let asked = false;
    const limited: World['api'] = {
      ...w.api,
      async submit(job, signal) {
        if (asked) {
          expect(w.clock.now() - before).toBeGreaterThanOrEqual(retryAfterMs);
          return w.api.submit(job, signal);
        }
        asked = true;
        throw new JobFailure(failure('rate_limited', 'Slow down.', { http: 429 }), { retryAfterMs });
      },
    };
    await w.clock.run(
      runBatch({ ...portsOf(w), api: limited }, { ...calmLimits, ...patient }, handles().stop),
    );
    expect(w.states()).toMatchObject([{ status }]);
  });
});

/** A server that answers every submission alike. */
function refusing(jobs: number, retryAfterMs: number | null) {
  const w = worldOf(jobs, []);
  let posts = 0;
  const events: RunEvent[] = [];
  const api: World['api'] = {
    ...w.api,
    async submit() {
      posts += 1;
      throw new JobFailure(failure('rate_limited', 'Slow down.', { http: 429 }), { retryAfterMs });
    },
  };
  const limits = {
    ...calmLimits,
    outageMs: calmLimits.jobTimeoutMs,
    maxSubmissions: 8,
    concurrency: { max: 64, adapts: false },
  } as const;
  return {
    w,
    events,
    posts: () => posts,
    run: (some: Partial<Limits> = {}) =>
      w.clock.run(
        runBatch(
          { ...portsOf(w, (event) => events.push(event)), api },
          { ...limits, backoff: { retries: 5, firstMs: 1_000, limitMs: 60_000 }, ...some },
          handles().stop,
        ),
      ),
  };
}

describe('a server that takes no submission', () => {
  test.each([
    [86_400_000, '1d0h'],
    [maxRetryAfterMs + 1_000, '15m01s'],
    [Number.MAX_SAFE_INTEGER, 'more than a year'],
  ])('and asks to wait %d ms is asked no more, and the user hears how long', async (askedMs, shown) => {
    const { w, run, posts, events } = refusing(100, askedMs);
    await run();
    expect(posts()).toBeLessThanOrEqual(8);
    expect(events.filter(({ type }) => type === 'halted')).toMatchObject([
      { failure: { kind: 'submissions_held', http: 429, message: expect.stringContaining(shown) } },
    ]);
    expect(w.states().every(({ status }) => status === 'pending')).toBe(true);
  });

  test('is stopped for in the middle too, and what is in flight is collected', async () => {
    const w = worldOf(40, []);
    let posts = 0;
    const api: World['api'] = {
      ...w.api,
      submit(job, signal) {
        posts += 1;
        if (posts <= 10) return w.api.submit(job, signal);
        const refusal = failure('rate_limited', 'Quota used up.', { http: 429 });
        return Promise.reject(new JobFailure(refusal, { retryAfterMs: 86_400_000 }));
      },
    };
    const limits = { ...calmLimits, ...patient, maxSubmissions: 8, concurrency: { max: 40, adapts: false } };
    await w.clock.run(runBatch({ ...portsOf(w), api }, limits, handles().stop));
    expect(posts).toBeLessThanOrEqual(10 + 8);
    const counts = Map.groupBy(w.states(), ({ status }) => status);
    expect([counts.get('done')?.length, counts.get('pending')?.length]).toEqual([10, 30]);
  });

  test.each([null, 0, 1_000, 30_000])(
    'and asks to wait %s ms is asked ever more rarely, with a word why, and given up at last',
    async (askedMs) => {
      const { w, run, posts, events } = refusing(100, askedMs);
      const startedAt = w.clock.now();
      await run();
      expect(posts()).toBeLessThan(90);
      expect(w.clock.now() - startedAt).toBeLessThan(calmLimits.jobTimeoutMs + 120_000);
      expect(events.filter(({ type }) => type === 'waiting' || type === 'halted')).toMatchObject([
        { type: 'waiting', for: 'api', message: expect.stringContaining('Slow down.') },
        { type: 'halted', failure: { kind: 'submissions_held' } },
      ]);
    },
  );

  test('for a while is waited for, and then everything goes on', async () => {
    const w = worldOf(20, Array<SubmitFate>(8).fill('rateLimited'));
    const told: string[] = [];
    await oneLife(
      w,
      { ...patient, backoff: { retries: 9, firstMs: 1_000, limitMs: 8_000 } },
      { observe: ({ type }) => (type === 'waiting' || type === 'resumed') && told.push(type) },
    );
    expect(told).toEqual(['waiting', 'resumed']);
    expect(w.states().every(({ status }) => status === 'done')).toBe(true);
  });
});
