import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/core/job.ts';
import { serverQueue } from '../../src/core/server-queue.ts';
import { cushionFor, firstSize, windowSize } from '../../src/core/window-size.ts';

const at = (ms: number): Instant => ms as Instant;
const now = at(1_000);
const auto = { atMost: 100, adapts: true } as const;
const starved = { waiting: 0, cushion: 5, isSettled: true } as const;

describe('the size of an adapting window', () => {
  test('doubles while nothing waits at the server, never beyond what the user allows', () => {
    const size = windowSize(auto);
    const seen = [size.at(now)];
    for (let n = 0; n < 5; n += 1) {
      size.sighted({ ...starved, inFlight: size.at(now) });
      seen.push(size.at(now));
    }
    expect(seen).toEqual([8, 16, 32, 64, 100, 100]);
  });

  test('is what is in flight and as much as the cushion lacks, or has too much', () => {
    const size = windowSize(auto);
    size.sighted({ inFlight: 50, waiting: 2, cushion: 5, isSettled: true });
    expect(size.at(now)).toBe(53);
    size.sighted({ inFlight: 53, waiting: 20, cushion: 5, isSettled: true });
    expect(size.at(now)).toBe(38);
  });

  test('grows by shares once a queue was seen, the more the longer nothing waits again', () => {
    const size = windowSize({ ...auto, atMost: 1_000 });
    size.sighted({ inFlight: 80, waiting: 5, cushion: 5, isSettled: true });
    const seen = [];
    for (let n = 0; n < 3; n += 1) {
      size.sighted({ ...starved, inFlight: 80 });
      seen.push(size.at(now));
    }
    expect(seen).toEqual([90, 100, 110]);
  });

  test('does not shrink for requests that wait only because a server needs a moment to start them', () => {
    const size = windowSize(auto);
    size.sighted({ inFlight: 8, waiting: 8, cushion: 2, isSettled: false });
    expect(size.at(now)).toBe(8);
    size.sighted({ ...starved, inFlight: 8 });
    expect(size.at(now)).toBe(16);
  });

  test('a fixed one stays as it is, and may be small from the start', () => {
    const size = windowSize({ atMost: 3, adapts: false });
    size.sighted({ ...starved, inFlight: 3 });
    size.sighted({ inFlight: 3, waiting: 3, cushion: 1, isSettled: true });
    expect(size.at(now)).toBe(3);
    expect([firstSize({ atMost: 3, adapts: true }), firstSize(auto)]).toEqual([3, 8]);
  });
});

describe('a server that refuses what is in flight beyond its limit', () => {
  test.each([auto, { atMost: 100, adapts: false }])(
    'sets a ceiling for %j, never below one',
    (concurrency) => {
      const size = windowSize(concurrency);
      size.refused(32, now);
      expect(size.limit(now)).toBe(32);
      size.refused(30, now);
      expect(size.limit(now)).toBe(30);
      size.refused(0, now);
      expect(size.limit(now)).toBe(1);
    },
  );

  test('is tried again, more and more rarely while the ceiling holds', () => {
    const size = windowSize(auto);
    const tried: number[] = [];
    size.refused(32, at(0));
    for (let ms = 0; ms < 3_600_000; ms += 500) {
      if (size.limit(at(ms)) === 32) continue;
      tried.push(ms);
      size.refused(32, at(ms));
    }
    const gaps = tried.slice(1).map((ms, index) => ms - (tried[index] as number));
    expect(tried[0]).toBe(2_000);
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(gaps.at(-1)).toBe(300_000);
  });

  test('that takes more than before is followed by larger and larger steps', () => {
    const size = windowSize(auto);
    size.refused(32, at(0));
    let ms = 0;
    for (let inFlight = 32; inFlight < 64; ms += 500) {
      if (size.limit(at(ms)) <= inFlight) continue;
      inFlight = size.limit(at(ms));
      size.accepted(inFlight, at(ms));
    }
    expect(ms).toBeLessThan(15_000);
  });

  test('is not held to a ceiling that was set for the rate of the calls', () => {
    const size = windowSize(auto);
    size.refused(50, at(0));
    size.refused(20, at(60_000));
    size.refused(18, at(60_500));
    size.excused(at(61_000));
    expect(size.limit(at(61_000))).toBe(50);
    size.refused(18, at(90_000));
    size.excused(at(95_000));
    expect(size.limit(at(91_000))).toBe(18);
  });
});

test('the cushion grows with the rate of ends and with what hides them', () => {
  const idle = serverQueue();
  expect(cushionFor(idle, now)).toBe(1);
  const busy = serverQueue();
  for (let number = 0; number < 400; number += 1) busy.accepted(at(0), at(0));
  for (let number = 0; number < 200; number += 1) busy.ended(number, 400, at(number * 25));
  // 40 a second: 4 in the time of a reaction, some 16 that have ended and nobody has seen, give or take 8.
  expect(cushionFor(busy, at(5_000))).toBeGreaterThanOrEqual(11);
  expect(cushionFor(busy, at(5_000))).toBeLessThanOrEqual(15);
});
