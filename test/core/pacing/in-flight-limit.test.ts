import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import { type InFlightLimit, inFlightLimit } from '../../../src/core/pacing/in-flight-limit.ts';
import { diceOf } from '../../support/dice.ts';

const at = (ms: number): Instant => ms as Instant;
const endless = Number.POSITIVE_INFINITY;

// Refusals that nothing else explains.
const byChance = 0.02;

/** Refused three times beside so many. */
function met(inFlight: number, ms: number, bound: InFlightLimit = inFlightLimit()): InFlightLimit {
  for (let times = 0; times < 3; times += 1) bound.refused(inFlight, byChance, at(ms));
  return bound;
}

describe('a server that refuses what is in flight beyond its limit', () => {
  test('sets a limit, which comes down with it, and never below one', () => {
    const bound = inFlightLimit();
    const heights = [32, 25, 1, 0].map((inFlight, nth) => met(inFlight, nth, bound).at(at(nth)));
    expect(heights).toEqual([32, 25, 1, 1]);
  });

  test.each([200, 1_000])('is found out to within a few per cent where it takes %d', (limit) => {
    const height = met(limit, 0).at(at(0));
    expect(height).toBeLessThanOrEqual(limit);
    expect(height).toBeGreaterThan(limit * 0.94);
  });

  test('now and then, whatever is in flight, keeps hardly any submission back', () => {
    const bound = inFlightLimit();
    const dice = diceOf(3);
    let [inFlight, sum, steps] = [0, 0, 0];
    for (let ms = 0; ms < 600_000; ms += 100) {
      for (let nth = inFlight; nth > 0; nth -= 1) if (dice() < 0.025) inFlight -= 1;
      for (let nth = 0; nth < 8 && inFlight < Math.min(100, bound.at(at(ms))); nth += 1) {
        if (dice() < 0.02) {
          bound.refused(inFlight, byChance, at(ms));
        } else {
          inFlight += 1;
          bound.accepted(inFlight, 0, at(ms));
        }
      }
      if (ms >= 10_000) [sum, steps] = [sum + inFlight, steps + 1];
    }
    expect(sum / steps).toBeGreaterThan(97);
  });

  test('is tried again within half a minute, then more and more rarely while the limit holds', () => {
    const bound = met(32, 0);
    const tried: number[] = [];
    for (let ms = 0; ms < 3_600_000; ms += 500) {
      if (bound.at(at(ms)) <= 32) continue;
      tried.push(ms);
      bound.refused(32, byChance, at(ms));
    }
    const gaps = tried.slice(1).map((ms, index) => ms - (tried[index] as number));
    expect(tried[0]).toBeLessThan(30_000);
    expect(gaps.slice(0, 6)).toEqual(gaps.slice(0, 6).toSorted((a, b) => a - b));
    expect(Math.max(...gaps)).toBeLessThanOrEqual(300_000);
    expect(gaps.at(-1)).toBeGreaterThan(120_000);
  });

  test('that takes more than before is believed after a few submissions', () => {
    const bound = met(32, 0);
    let [accepted, inFlight] = [0, 32];
    for (let ms = 0; bound.at(at(ms)) < endless && ms < 600_000; ms += 500) {
      if (bound.at(at(ms)) <= inFlight) continue;
      [accepted, inFlight] = [accepted + 1, inFlight + 1];
      bound.accepted(inFlight, 0, at(ms));
    }
    expect(accepted).toBeLessThan(10);
  });

  test('is not taken for one that takes more where ends that nobody has seen make room', () => {
    const bound = met(32, 0);
    for (let ms = 10; ms < 500; ms += 100) bound.accepted(35, 8, at(ms));
    expect(bound.at(at(500))).toBe(32);
    for (let ms = 510; ms < 1_000; ms += 100) bound.accepted(35, 0, at(ms));
    expect(bound.at(at(1_000))).toBeGreaterThan(32);
  });

  test('is not taken to have a limit for what something else explains', () => {
    const bound = inFlightLimit();
    for (let ms = 0; ms < 10; ms += 1) bound.refused(16, 0.95, at(ms));
    expect(bound.expected(16, at(10))).toBeLessThan(0.2);
  });

  test('is not held to a limit that was set for the rate of the calls', () => {
    const bound = met(50, 0);
    bound.refused(20, byChance, at(60_000));
    const height = bound.at(at(60_000));
    bound.excused(at(61_000));
    expect(bound.expected(20, at(61_000))).toBeLessThan(0.1);
    expect(height).toBeLessThan(50);
    met(18, 90_000, bound);
    bound.excused(at(95_000));
    expect(bound.at(at(91_000))).toBe(18);
  });
});
