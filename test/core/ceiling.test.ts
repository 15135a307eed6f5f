import { describe, expect, test } from 'vitest';
import { ceiling } from '../../src/core/ceiling.ts';
import type { Instant } from '../../src/core/job.ts';

const at = (ms: number): Instant => ms as Instant;

describe('a server that refuses what is in flight beyond its limit', () => {
  test('sets a ceiling, never below one', () => {
    const bound = ceiling();
    const heights = [32, 30, 0].map((inFlight) => {
      bound.refused(inFlight, at(0));
      return bound.at(at(0));
    });
    expect(heights).toEqual([32, 30, 1]);
  });

  test('is tried again, more and more rarely while the ceiling holds', () => {
    const bound = ceiling();
    const tried: number[] = [];
    bound.refused(32, at(0));
    for (let ms = 0; ms < 3_600_000; ms += 500) {
      if (bound.at(at(ms)) === 32) continue;
      tried.push(ms);
      bound.refused(32, at(ms));
    }
    const gaps = tried.slice(1).map((ms, index) => ms - (tried[index] as number));
    expect(tried[0]).toBe(2_000);
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(gaps.at(-1)).toBe(300_000);
  });

  test('that takes more than before is followed by larger and larger steps', () => {
    const bound = ceiling();
    bound.refused(32, at(0));
    let ms = 0;
    for (let inFlight = 32; inFlight < 64; ms += 500) {
      if (bound.at(at(ms)) <= inFlight) continue;
      inFlight = bound.at(at(ms));
      bound.accepted(inFlight, at(ms));
    }
    expect(ms).toBeLessThan(15_000);
  });

  test('is not held to a ceiling that was set for the rate of the calls', () => {
    const bound = ceiling();
    bound.refused(50, at(0));
    bound.refused(20, at(60_000));
    bound.refused(18, at(60_500));
    bound.excused(at(61_000));
    expect(bound.at(at(61_000))).toBe(50);
    bound.refused(18, at(90_000));
    bound.excused(at(95_000));
    expect(bound.at(at(91_000))).toBe(18);
  });
});
