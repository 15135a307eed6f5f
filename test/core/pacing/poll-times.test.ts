import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import type { PollPace } from '../../../src/core/pacing/pace.ts';
import { type PolledRequest, type PolledStatus, pollTimes } from '../../../src/core/pacing/poll-times.ts';
import { serverView } from '../../../src/core/pacing/server-view.ts';
import { aJob, at } from '../../support/builders.ts';
import { diceOf } from '../../support/dice.ts';

const auto: PollPace = { everyMs: null };
const running: PolledStatus = { phase: 'running', position: null };
const waiting = (position: number): PolledStatus => ({ phase: 'queued', position });

function scene(pace: PollPace = auto) {
  const view = serverView();
  const times = pollTimes({ pace, past: new Map(), dice: diceOf(1), view, isClosed: () => false });
  let count = 0;
  return {
    times,
    view,
    /** A request that was accepted at `acceptedAt` and last seen unfinished at `unfinishedAt`. */
    request(acceptedAt: number, unfinishedAt: number | null): PolledRequest {
      count += 1;
      const tracked = view.track(aJob({ prompt: 'a cat', seed: count }), at(acceptedAt), at(acceptedAt));
      return { tracked, unfinishedAt: unfinishedAt as Instant | null };
    },
  };
}

describe('when a request is polled', () => {
  test('at once where it comes from an earlier run', () => {
    const { times, request } = scene();
    expect(times.dueAt(request(0, null), at(9_000))).toBe(9_000);
  });

  test('as the user asked, to a tenth', () => {
    const { times, request } = scene({ everyMs: 2_000 });
    const waits = Array.from({ length: 50 }, () => times.dueAt(request(0, 5_000), at(5_000)) - 5_000);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_800);
    expect(Math.max(...waits)).toBeLessThanOrEqual(2_200);
    expect(new Set(waits).size).toBeGreaterThan(40);
  });

  test('where nothing is known, never in a flood and never long after', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 86_400_000 }), (ageMs) => {
        const { times, request } = scene();
        times.dueAt(request(0, 0), at(0));
        const delayMs = times.dueAt(request(0, ageMs), at(ageMs)) - ageMs;
        expect(delayMs).toBeGreaterThanOrEqual(50);
        expect(delayMs).toBeLessThanOrEqual(Math.min(60_000, Math.max(10_000, ageMs / 8)));
      }),
    );
  });

  test('early, and each time its age has doubled, for one request of a model of which nothing is known', () => {
    const { times, request } = scene();
    const scout = request(0, 0);
    const polledAt = [20, 40, 80, 160, 320];
    for (const [n, dueAt] of polledAt.entries()) {
      const unfinishedAt = at(n === 0 ? 0 : (polledAt[n - 1] as number));
      expect(times.dueAt({ ...scout, unfinishedAt }, unfinishedAt)).toBe(dueAt);
      times.learn({ ...scout, unfinishedAt }, running, at(dueAt));
    }
    expect(times.dueAt(request(0, 0), at(0))).toBeGreaterThan(100);
    times.learn({ ...scout, unfinishedAt: at(320) }, { ...running, phase: 'finished' }, at(640));
    expect(times.instantModels()).toBe(0);
    expect(times.dueAt(request(1_000, 1_000), at(1_000))).toBeGreaterThanOrEqual(1_050);
  });

  test('at once where such requests have ended at once, and no more often than others if one has not', () => {
    const { times, request } = scene();
    times.learn(request(0, 0), { ...running, phase: 'finished' }, at(20));
    expect(times.instantModels()).toBe(1);
    expect(times.dueAt(request(1_000, 1_000), at(1_000))).toBe(1_000);
    expect(times.dueAt(request(1_000, 1_003), at(1_003))).toBeGreaterThanOrEqual(1_053);
  });

  test('more often at the age at which such jobs have ended so far, once some have', () => {
    const { times, request } = scene();
    const delayMs = (ageMs: number): number => times.dueAt(request(0, ageMs), at(ageMs)) - ageMs;
    const before = delayMs(1_000) / delayMs(4_900);
    for (let n = 1; n <= 40; n += 1) {
      const from = n * 10_000;
      const one = request(from, from);
      times.learn(one, running, at(from + 4_900));
      const end = { ...running, phase: 'finished' } as const;
      times.learn({ ...one, unfinishedAt: at(from + 4_900) }, end, at(from + 5_100));
    }
    expect(before).toBeLessThan(2);
    expect(delayMs(1_000) / delayMs(4_900)).toBeGreaterThan(4);
  });

  test('not while it is known to wait at the server, and its turn is thought over again meanwhile', () => {
    const { times, request } = scene();
    const all = Array.from({ length: 20 }, () => request(0, 0));
    const newest = all.at(-1) as PolledRequest;
    times.learn(newest, waiting(16), at(10_000));
    times.learn({ ...newest, unfinishedAt: at(10_000) }, waiting(12), at(50_000));
    // It goes on by one in ten seconds.
    const last: PolledRequest = { ...newest, unfinishedAt: at(50_000) };
    expect([last, all[0] as PolledRequest].map((one) => times.waits(one, at(50_000)))).toEqual([true, false]);
    expect(times.dueAt(last, at(50_000))).toBe(52_000);
    expect(times.isTooSoon(last, at(52_000))).toBe(true);
    // An estimate is not trusted for longer than a minute.
    expect(times.waits(last, at(110_000))).toBe(true);
    expect(times.isTooSoon(last, at(110_000))).toBe(false);
  });
});

test('polls that have to queue make all of them fewer', () => {
  const { times, request } = scene();
  const one = request(0, 20_000);
  const before = times.dueAt(one, at(20_000));
  for (let n = 0; n < 200; n += 1) times.wasLate(900, 1_000);
  expect(times.dueAt(one, at(20_000))).toBeGreaterThan(before);
});

test('what has ended leaves the server, as far as it is known', () => {
  const { times, view, request } = scene();
  const one = request(0, 1_000);
  expect(view.inFlight()).toBe(1);
  times.learn(one, { ...running, phase: 'finished' }, at(3_000));
  expect(view.inFlight()).toBe(0);
  expect(one.tracked.queue.lagMs()).toBe(1_000);
});
