import { describe, expect, test } from 'vitest';
import { type Ceiling, ceiling } from '../../src/core/ceiling.ts';
import type { Instant } from '../../src/core/job.ts';
import { diceOf } from '../support/dice.ts';

const at = (ms: number): Instant => ms as Instant;
const endless = Number.POSITIVE_INFINITY;

/** Refused twice beside so many. */
function met(inFlight: number, ms: number, bound: Ceiling = ceiling()): Ceiling {
  bound.refused(inFlight, at(ms));
  bound.refused(inFlight, at(ms));
  return bound;
}

describe('a server that refuses what is in flight beyond its limit', () => {
  test('sets a ceiling, which comes down with it, and never below one', () => {
    const bound = ceiling();
    const heights = [32, 25, 0].map((inFlight, nth) => met(inFlight, nth, bound).at(at(nth)));
    expect(heights).toEqual([32, 25, 1]);
  });

  test.each([200, 1_000])('is found out to within a few per cent where it takes %d', (limit) => {
    const height = met(limit, 0).at(at(0));
    expect(height).toBeLessThanOrEqual(limit);
    expect(height).toBeGreaterThan(limit * 0.94);
  });

  test('now and then, whatever is in flight, sets none for long', () => {
    const bound = ceiling();
    const dice = diceOf(3);
    let held = 0;
    let inFlight = 0;
    for (let ms = 0; ms < 600_000; ms += 100) {
      inFlight = Math.max(0, Math.min(100, inFlight + Math.round(dice() * 21) - 10));
      if (inFlight >= bound.at(at(ms))) held += 1;
      else if (dice() < 0.02) bound.refused(inFlight, at(ms));
      else bound.accepted(inFlight + 1);
    }
    expect(held / 6_000).toBeLessThan(0.1);
  });

  test('is tried again, more and more rarely while the ceiling holds', () => {
    const bound = met(32, 0);
    const tried: number[] = [];
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

  test('that takes more than before is believed after a few submits', () => {
    const bound = met(32, 0);
    let accepted = 0;
    for (let ms = 0; bound.at(at(ms)) < endless; ms += 500) {
      if (bound.at(at(ms)) <= 32) continue;
      accepted += 1;
      bound.accepted(33);
    }
    expect(accepted).toBeLessThan(10);
  });

  test('is not held to a ceiling that was set for the rate of the calls', () => {
    const bound = met(50, 0);
    met(20, 60_000, bound);
    expect(bound.at(at(60_000))).toBe(20);
    bound.excused(at(61_000));
    expect(bound.at(at(61_000))).toBe(50);
    met(18, 90_000, bound);
    bound.excused(at(95_000));
    expect(bound.at(at(91_000))).toBe(18);
  });
});
