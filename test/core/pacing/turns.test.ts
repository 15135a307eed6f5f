import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import { recentCount, turns } from '../../../src/core/pacing/turns.ts';

const at = (ms: number): Instant => ms as Instant;

test('a recent count is what happened in the window, whether it is asked often or once in the end', () => {
  const gaps = fc.array(fc.nat(20), { minLength: 1, maxLength: 4_000 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 1, max: 5_000 }), fc.boolean(), (steps, windowMs, isAsked) => {
      const count = recentCount(windowMs);
      const instants: number[] = [];
      let now = 0;
      for (const step of steps) {
        now += step;
        instants.push(now);
        count.add(at(now));
        if (isAsked) count.at(at(now));
      }
      expect(count.at(at(now))).toBe(instants.filter((instant) => now - instant < windowMs).length);
      expect(count.at(at(now + windowMs))).toBe(0);
    }),
    { numRuns: 50 },
  );
});

/** Frees what nothing holds: what is left is what is held. */
function garbageCollected(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

test('a count that nobody asks for holds little more than its window', () => {
  const million = 1_000_000;
  garbageCollected();
  const before = process.memoryUsage();
  const count = recentCount(100);
  for (let ms = 0; ms < 3 * million; ms += 1) count.add(at(ms));
  garbageCollected();
  const after = process.memoryUsage();
  const grown = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  expect(count.at(at(3 * million))).toBe(99);
  // All of them would be 24 MB.
  expect(grown).toBeLessThan(12 * million);
});

test('turns keep their distance and come at once after a rest', () => {
  const gate = turns();
  const waits = [1_000, 1_000, 9_000].map((ms) => {
    const waitMs = gate.waitMs(at(ms));
    gate.take(at(ms), 250);
    return waitMs;
  });
  expect(waits).toEqual([0, 250, 0]);
});
