import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import { serverQueue } from '../../../src/core/pacing/server-queue.ts';
import { cushionFor, firstSize, windowSize } from '../../../src/core/pacing/window-size.ts';

const at = (ms: number): Instant => ms as Instant;
const now = at(1_000);
const auto = { max: 100, adapts: true } as const;
const endless = { at: () => Number.POSITIVE_INFINITY };
const starved = { waiting: 0, cushion: 5, isSettled: true } as const;

describe('the size of an adapting window', () => {
  test('leaps while nothing waits at the server, never beyond what the user allows', () => {
    const size = windowSize(() => auto, endless);
    const seen = [size.at(now)];
    for (let n = 0; n < 6; n += 1) {
      size.sampled({ ...starved, inFlight: size.at(now) });
      seen.push(size.at(now));
    }
    expect(seen).toEqual([8, 16, 32, 48, 72, 100, 100]);
  });

  test('is what is in flight and as much as the cushion lacks, or has too much', () => {
    const size = windowSize(() => auto, endless);
    size.sampled({ inFlight: 50, waiting: 2, cushion: 5, isSettled: true });
    expect(size.at(now)).toBe(53);
    size.sampled({ inFlight: 53, waiting: 20, cushion: 5, isSettled: true });
    expect(size.at(now)).toBe(38);
  });

  test('grows by shares once a queue was seen, the more the longer nothing waits again', () => {
    const size = windowSize(() => ({ ...auto, max: 1_000 }), endless);
    size.sampled({ inFlight: 80, waiting: 5, cushion: 5, isSettled: true });
    const seen = [];
    for (let n = 0; n < 3; n += 1) {
      size.sampled({ ...starved, inFlight: 80 });
      seen.push(size.at(now));
    }
    expect(seen).toEqual([90, 100, 110]);
  });

  test('does not shrink for requests that wait only because a server needs a moment to start them', () => {
    const size = windowSize(() => auto, endless);
    size.sampled({ inFlight: 8, waiting: 8, cushion: 2, isSettled: false });
    expect(size.at(now)).toBe(8);
    size.sampled({ ...starved, inFlight: 8 });
    expect(size.at(now)).toBe(16);
  });

  test('a fixed one stays as it is, and may be small from the start', () => {
    const size = windowSize(() => ({ max: 3, adapts: false }), endless);
    size.sampled({ ...starved, inFlight: 3 });
    size.sampled({ inFlight: 3, waiting: 3, cushion: 1, isSettled: true });
    expect(size.at(now)).toBe(3);
    expect([firstSize({ max: 3, adapts: true }), firstSize(auto)]).toEqual([3, 8]);
  });
});

test.each([auto, { max: 100, adapts: false }])('stays below the limit: %j', (concurrency) => {
  const size = windowSize(() => concurrency, { at: () => 5 });
  expect([size.at(now), size.limit(now)]).toEqual([5, 5]);
  expect(windowSize(() => concurrency, { at: () => 0 }).at(now)).toBe(1);
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
