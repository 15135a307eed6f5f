import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { failure, JobFailure } from '../../src/core/job/failures.ts';
import type { Job } from '../../src/core/job/job.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import type { ProviderClient } from '../../src/core/provider.ts';
import { runBatch } from '../../src/engine/batch.ts';
import type { Limits } from '../../src/engine/lanes.ts';
import { withRepeatedSaves, withRetry } from '../../src/http/retry.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { sized } from '../support/tiers.ts';
import { type World, world } from '../support/world.ts';

const secondMs = 1_000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;

interface Weather {
  /** Whether the API is out at this time, in ms since the start. */
  isOut(atMs: number): boolean;
  readonly of: 'submits' | 'all';
  /** `lost`: unanswered though accepted; `unreachable`: no connection at all. */
  readonly how: 'unanswered' | 'lost' | 'unreachable';
}

interface Night {
  readonly w: World;
  readonly events: readonly RunEvent[];
  /** When each POST arrived, in ms since the start. */
  readonly posts: readonly number[];
  count(status: string): number;
}

const limits: Limits = {
  ...calmLimits,
  concurrency: { max: 32, adapts: false },
  maxSubmissions: 8,
  backoff: { retries: 5, firstMs: 1_000, limitMs: 60_000 },
};

// What a POST takes, so that several are under way when an outage begins.
const submitMs = 300;

async function night(
  jobs: number,
  { isOut, of, how }: Weather,
  given: Partial<Limits> = {},
  w: World = world({ slots: 32, latencyMs: (job) => 2_000 + 300 * (Number(job.input.seed) % 7) }),
): Promise<Night> {
  w.put(Array.from({ length: jobs }, (_, seed): Job => aJob({ prompt: 'a cat', seed })));
  const startMs = w.clock.now();
  const events: RunEvent[] = [];
  const posts: number[] = [];
  const never = new AbortController().signal;
  const out = (): boolean => isOut(w.clock.now() - startMs);

  function read<Args extends unknown[], T>(call: (...args: Args) => Promise<T>) {
    return async (...args: Args): Promise<T> => {
      if (of === 'all' && out()) throw new JobFailure(failure('server_error', 'HTTP 503', { http: 503 }));
      return call(...args);
    };
  }
  const api: ProviderClient = {
    async submit(job, signal) {
      posts.push(w.clock.now() - startMs);
      if (out() && how === 'unreachable') throw new JobFailure(failure('unreachable', 'No connection.'));
      await w.clock.sleep(submitMs, never);
      if (!out() || how === 'unreachable') return w.api.submit(job, signal);
      if (how === 'lost') await w.api.submit(job, signal);
      throw new JobFailure(failure('unanswered', 'HTTP 503', { http: 503 }));
    },
    status: read(w.api.status),
    result: read(w.api.result),
    cancel: read(w.api.cancel),
    ping: read(w.api.ping),
  };
  const policy = { backoff: limits.backoff, clock: w.clock, dice: () => 0.5 };
  const ports = {
    ...portsOf(w, (event) => events.push(event)),
    api,
    results: (ties) => withRetry(api, { ...policy, ...ties }),
    files: (ties) => withRepeatedSaves(w.files, { ...policy, ...ties }),
  } satisfies Parameters<typeof runBatch>[0];
  await w.clock.run(runBatch(ports, { ...limits, ...given }, handles().stop));
  w.reboot();
  return {
    w,
    events,
    posts,
    count: (status) => w.states().filter((state) => state.status === status).length,
  };
}

function between(fromMs: number, toMs: number): (atMs: number) => boolean {
  return (atMs) => atMs >= fromMs && atMs < toMs;
}

function expectNothingTwice({ w }: Night): void {
  expect(Math.max(0, ...w.accepted.values())).toBeLessThanOrEqual(1);
}

const budget = limits.maxSubmissions + 2;

describe('an API that leaves submissions unanswered', () => {
  test('from the start and for ever costs a handful of 1,000 rows, and ends the run', async () => {
    const ended = await night(1_000, { isOut: () => true, of: 'submits', how: 'unanswered' });
    expect(ended.posts.filter((atMs) => atMs < minuteMs).length).toBeLessThanOrEqual(10);
    expect(ended.count('unknown')).toBeLessThanOrEqual(budget);
    expect(ended.count('pending')).toBe(1_000 - ended.count('unknown'));
    expect(ended.events.filter(({ type }) => type === 'halted')).toMatchObject([
      { failure: { kind: 'outage' } },
    ]);
  });

  test.each([
    ['submits', 'unanswered'],
    ['submits', 'lost'],
    ['all', 'unanswered'],
    ['all', 'lost'],
    ['all', 'unreachable'],
    ['submits', 'unreachable'],
  ] as const)('for an hour (%s, %s) is outlived', async (of, how) => {
    const ended = await night(600, { isOut: between(20 * secondMs, 20 * secondMs + hourMs), of, how });
    expect(ended.count('unknown')).toBeLessThanOrEqual(how === 'unreachable' ? 0 : budget);
    expect(ended.count('done')).toBe(600 - ended.count('unknown'));
    expectNothingTwice(ended);
  });

  test('says once that it waits and for what, and when it goes on', async () => {
    const { events } = await night(200, {
      isOut: between(10 * secondMs, 40 * secondMs),
      of: 'all',
      how: 'unanswered',
    });
    const told = events.filter(({ type }) => type === 'waiting' || type === 'resumed');
    expect(told.map(({ type }) => type)).toEqual(['waiting', 'waiting', 'resumed']);
    expect(told[1]).toMatchObject({
      for: 'api',
      message: expect.stringContaining('does not answer (HTTP 503)'),
    });
  });

  test('goes on within seconds of the end where free calls fail too', async () => {
    const { posts } = await night(400, {
      isOut: between(10 * secondMs, 130 * secondMs),
      of: 'all',
      how: 'unanswered',
    });
    const next = posts.find((atMs) => atMs >= 130 * secondMs) ?? Number.POSITIVE_INFINITY;
    expect(next).toBeLessThan(200 * secondMs);
    expect(posts.filter(between(15 * secondMs, 130 * secondMs))).toEqual([]);
  });

  test('now and then by chance stops nothing', async () => {
    let n = 0;
    const w = world({ slots: 32, submitFate: () => (++n % 20 === 0 ? 'lostAfter' : 'accepted') });
    const ended = await night(500, { isOut: () => false, of: 'all', how: 'lost' }, {}, w);
    expect(ended.count('pending')).toBe(0);
    expect(ended.count('done')).toBe(500 - ended.count('unknown'));
  });

  test.each([2, 3])(
    'every %d submissions, never two in a row, costs no more than an outage',
    async (every) => {
      let n = 0;
      const w = world({ slots: 32, submitFate: () => (++n % every === 0 ? 'lostAfter' : 'accepted') });
      const ended = await night(500, { isOut: () => false, of: 'all', how: 'lost' }, {}, w);
      expect(ended.count('unknown')).toBeLessThanOrEqual(budget);
      expect(ended.events.filter(({ type }) => type === 'halted')).toMatchObject([
        { failure: { kind: 'outage' } },
      ]);
    },
  );

  test('gives up after the time that the user allows', async () => {
    const ended = await night(
      300,
      { isOut: (atMs) => atMs > 10 * secondMs, of: 'all', how: 'unreachable' },
      { outageMs: 5 * minuteMs },
    );
    expect(ended.events.filter(({ type }) => type === 'halted')).toMatchObject([
      { failure: { kind: 'outage' } },
    ]);
    expect(ended.count('unknown')).toBe(0);
    expect(ended.count('pending')).toBeGreaterThan(0);
  });
});

describe('an API that flaps', () => {
  test('for as long as it may costs no more than one outage, and pays for nothing twice', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          fromMs: fc.integer({ min: 0, max: 30 * secondMs }),
          flaps: fc.integer({ min: 1, max: 40 }),
          downMs: fc.integer({ min: 200, max: 60 * secondMs }),
          upMs: fc.integer({ min: 200, max: 25 * secondMs }),
          of: fc.constantFrom('submits' as const, 'all' as const),
          how: fc.constantFrom('unanswered' as const, 'lost' as const),
          submits: fc.integer({ min: 1, max: 12 }),
        }),
        async ({ fromMs, flaps, downMs, upMs, of, how, submits }) => {
          const isOut = (atMs: number): boolean => {
            const sinceMs = atMs - fromMs;
            return sinceMs >= 0 && sinceMs < flaps * (downMs + upMs) && sinceMs % (downMs + upMs) < downMs;
          };
          const ended = await night(150, { isOut, of, how }, { maxSubmissions: submits });
          expectNothingTwice(ended);
          // An answer between two unanswered ones is no outage yet: one row a flap may go that way before the first.
          expect(ended.count('unknown')).toBeLessThanOrEqual(submits + 2 + 1);
          expect(ended.count('lost') + ended.count('failed')).toBe(0);
        },
      ),
      { numRuns: sized(10, 40), seed: 20_261_129 },
    );
  });
});
