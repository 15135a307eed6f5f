import { describe, expect, test } from 'vitest';
import type { Instant } from '../../src/core/job.ts';
import { type Throttle, throttle } from '../../src/core/throttle.ts';
import { rateGate } from '../../src/simulator/rate-gates.ts';

const at = (ms: number): Instant => ms as Instant;
const full = { askedMs: null, inFlight: 30 } as const;

interface Traffic {
  readonly looks: number;
  readonly refused: number;
}

/** Looks as fast as the throttle lets them, from one instant to another, at a server with so many calls a second. */
function traffic(calls: Throttle, limit: number, fromMs: number, toMs: number): Traffic {
  const gate = rateGate(1_000);
  let [looks, refused] = [0, 0];
  for (let ms = fromMs; ms < toMs; ms += 1) {
    if (calls.lookTurn(at(ms)) > 0) continue;
    if (gate.waitMs(limit, ms) === null) {
      gate.passed(ms);
      looks += 1;
      calls.answered(at(ms));
    } else {
      refused += 1;
      calls.lookRefused(at(ms));
    }
  }
  return { looks, refused };
}

describe('the throttle', () => {
  test.each([1, 50, 400])('lets %d looks a second pass, evenly', (looksPerSecond) => {
    const calls = throttle({ looksPerSecond });
    const passed: number[] = [];
    for (let ms = 0; ms < 20_000; ms += 1) if (calls.lookTurn(at(ms)) === 0) passed.push(ms);
    expect(Math.abs(passed.length - 20 * looksPerSecond)).toBeLessThanOrEqual(0.02 * passed.length + 5);
    const most = Math.ceil(1 + (8 * looksPerSecond) / 1_000);
    for (const [n, ms] of passed.entries()) {
      expect(passed.slice(n).filter((other) => other < ms + 5).length).toBeLessThanOrEqual(most);
    }
  });

  test('finds out what a server takes, uses nearly all of it and is hardly ever refused', () => {
    const calls = throttle({ looksPerSecond: 1_000 });
    traffic(calls, 50, 0, 10_000);
    const { looks, refused } = traffic(calls, 50, 10_000, 120_000);
    expect(looks / 110).toBeGreaterThan(46);
    expect(refused / looks).toBeLessThan(0.02);
  });

  test('comes back when the server takes more than before', () => {
    const calls = throttle({ looksPerSecond: 200 });
    traffic(calls, 20, 0, 20_000);
    traffic(calls, 200, 20_000, 200_000);
    expect(traffic(calls, 200, 200_000, 210_000).looks / 10).toBeGreaterThan(150);
  });

  test('gives a submit the next turn of all, and looks the ones after it', () => {
    const calls = throttle({ looksPerSecond: 1_000 });
    traffic(calls, 10, 0, 5_000);
    while (calls.lookTurn(at(5_000)) === 0);
    const waitMs = calls.submitTurn(at(5_000));
    expect(waitMs).toBeLessThanOrEqual(120);
    expect(calls.lookTurn(at(5_000 + waitMs))).toBeGreaterThan(50);
  });

  test('blames a refused submit on the rate if looks are refused as well, before or after it', () => {
    const calls = throttle({ looksPerSecond: 50 });
    calls.accepted(30, at(0));
    expect(calls.submitRefused(full, at(1_000))).toBe('load');
    expect(calls.lookRefused(at(1_650))).toBe(false);
    expect(calls.lookRefused(at(1_700))).toBe(false);
    expect(calls.lookRefused(at(1_750))).toBe(false);
    expect(calls.lookRefused(at(1_800))).toBe(true);
    expect(calls.submitRefused(full, at(2_000))).toBe('rate');
    for (let ms = 9_000; ms < 9_010; ms += 1) expect(calls.lookRefused(at(ms))).toBe(false);
  });

  test('does not slow down for a server that refuses one call in fifty by chance', () => {
    const calls = throttle({ looksPerSecond: 200 });
    let looks = 0;
    for (let ms = 0; ms < 60_000; ms += 1) {
      if (calls.lookTurn(at(ms)) > 0) continue;
      looks += 1;
      if (looks % 50 === 0) calls.lookRefused(at(ms));
      else calls.answered(at(ms));
    }
    expect(looks / 60).toBeGreaterThan(190);
  });

  test('does not slow submits down for single refusals, however often there is one', () => {
    const calls = throttle({ looksPerSecond: 50 });
    for (let n = 1; n <= 400; n += 1) {
      calls.accepted(n % 40, at(n * 100));
      if (n % 20 === 0) expect(calls.submitRefused({ ...full, askedMs: 8_000 }, at(n * 100))).toBe('load');
    }
    expect([calls.pauseMs(at(41_000)), calls.submitTurn(at(41_000))]).toEqual([0, 0]);
  });

  test('keeps to a number of submits per minute, which long waits or refusals with little in flight tell of', () => {
    for (const refusal of [
      { askedMs: 40_000, inFlight: 60 },
      { askedMs: 2_000, inFlight: 20 },
    ]) {
      const calls = throttle({ looksPerSecond: 50 });
      for (let n = 1; n <= 60; n += 1) calls.accepted(n, at(n * 100));
      const causes = [6_900, 6_950, 7_000].map((ms) => calls.submitRefused(refusal, at(ms)));
      expect(causes.at(-1)).toBe('rate');
      // Others that were under way are refused as well: that is one and the same piece of news.
      calls.submitRefused(refusal, at(7_001));
      expect(calls.pauseMs(at(7_100))).toBe(refusal.askedMs - 99);
      const resumedAt = 7_001 + refusal.askedMs;
      expect(calls.pauseMs(at(resumedAt))).toBe(0);
      let [left, ms] = [0, resumedAt];
      for (; ms < resumedAt + 120_000; left += 1) ms += Math.max(1, calls.submitTurn(at(ms)));
      expect(left / 2).toBeLessThanOrEqual(60);
      expect(left / 2).toBeGreaterThan(55);
    }
  });
});
