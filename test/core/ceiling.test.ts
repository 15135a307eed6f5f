import { describe, expect, test } from 'vitest';
import { ceiling } from '../../src/core/ceiling.ts';
import type { Instant } from '../../src/core/job.ts';

const at = (ms: number): Instant => ms as Instant;

describe('a server that refuses what is in flight beyond its limit', () => {
  test('sets a ceiling, never below one', () => {
    const bears = ceiling();
    const heights = [32, 30, 0].map((inFlight) => {
      bears.refused(inFlight, at(0));
      return bears.at(at(0));
    });
    expect(heights).toEqual([32, 30, 1]);
  });

  test('is tried again, more and more rarely while the ceiling holds', () => {
    const bears = ceiling();
    const tried: number[] = [];
    bears.refused(32, at(0));
    for (let ms = 0; ms < 3_600_000; ms += 500) {
      if (bears.at(at(ms)) === 32) continue;
      tried.push(ms);
      bears.refused(32, at(ms));
    }
    const gaps = tried.slice(1).map((ms, index) => ms - (tried[index] as number));
    expect(tried[0]).toBe(2_000);
    expect(gaps).toEqual(gaps.toSorted((a, b) => a - b));
    expect(gaps.at(-1)).toBe(300_000);
  });

  test('that takes more than before is followed by larger and larger steps', () => {
    const bears = ceiling();
    bears.refused(32, at(0));
    let ms = 0;
    for (let inFlight = 32; inFlight < 64; ms += 500) {
      if (bears.at(at(ms)) <= inFlight) continue;
      inFlight = bears.at(at(ms));
      bears.accepted(inFlight, at(ms));
    }
    expect(ms).toBeLessThan(15_000);
  });

  test('is not held to a ceiling that was set for the rate of the calls', () => {
    const bears = ceiling();
    bears.refused(50, at(0));
    bears.refused(20, at(60_000));
    bears.refused(18, at(60_500));
    bears.excused(at(61_000));
    expect(bears.at(at(61_000))).toBe(50);
    bears.refused(18, at(90_000));
    bears.excused(at(95_000));
    expect(bears.at(at(91_000))).toBe(18);
  });
});
