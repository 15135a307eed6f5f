import { describe, expect, test } from 'vitest';
import type { Instant, JobId } from '../../../src/core/job/job.ts';
import { type Throttle, throttle } from '../../../src/core/pacing/throttle.ts';
import { rateGate } from '../../../src/simulator/faults/rate-gates.ts';

const at = (ms: number): Instant => ms as Instant;
const job = 'a job' as JobId;

interface Traffic {
  readonly polls: number;
  readonly refused: number;
}

/** Polls as fast as the throttle lets them, from one instant to another, at a server with so many calls a second. */
function traffic(calls: Throttle, limit: number, fromMs: number, toMs: number): Traffic {
  const gate = rateGate(1_000);
  let [polls, refused] = [0, 0];
  for (let ms = fromMs; ms < toMs; ms += 1) {
    if (calls.pollTurn(at(ms)) > 0) continue;
    if (gate.waitMs(limit, ms) === null) {
      gate.passed(ms);
      polls += 1;
      calls.pollAnswered(at(ms));
    } else {
      refused += 1;
      calls.pollRefused(at(ms));
    }
  }
  return { polls, refused };
}

describe('the throttle', () => {
  test.each([1, 50, 400])('lets %d polls a second pass, evenly', (maxPollsPerSecond) => {
    const calls = throttle({ maxPollsPerSecond });
    const passed: number[] = [];
    for (let ms = 0; ms < 20_000; ms += 1) if (calls.pollTurn(at(ms)) === 0) passed.push(ms);
    expect(Math.abs(passed.length - 20 * maxPollsPerSecond)).toBeLessThanOrEqual(0.02 * passed.length + 5);
    const most = Math.ceil(1 + (8 * maxPollsPerSecond) / 1_000);
    for (const [n, ms] of passed.entries()) {
      expect(passed.slice(n).filter((other) => other < ms + 5).length).toBeLessThanOrEqual(most);
    }
  });

  test('finds out what a server takes, uses nearly all of it and is hardly ever refused', () => {
    const calls = throttle({ maxPollsPerSecond: 1_000 });
    traffic(calls, 50, 0, 10_000);
    const { polls, refused } = traffic(calls, 50, 10_000, 120_000);
    expect(polls / 110).toBeGreaterThan(46);
    expect(refused / polls).toBeLessThan(0.02);
  });

  test('comes back when the server takes more than before', () => {
    const calls = throttle({ maxPollsPerSecond: 200 });
    traffic(calls, 20, 0, 20_000);
    traffic(calls, 200, 20_000, 200_000);
    expect(traffic(calls, 200, 200_000, 210_000).polls / 10).toBeGreaterThan(150);
  });

  test('gives a submit the next turn of all, and polls the ones after it', () => {
    const calls = throttle({ maxPollsPerSecond: 1_000 });
    traffic(calls, 10, 0, 5_000);
    while (calls.pollTurn(at(5_000)) === 0);
    const waitMs = calls.submitTurn(job, at(5_000));
    expect(waitMs).toBeLessThanOrEqual(120);
    expect(calls.pollTurn(at(5_000 + waitMs))).toBeGreaterThan(50);
  });

  test('blames a refused submission on the calls if polls are refused as well, before or after it', () => {
    const calls = throttle({ maxPollsPerSecond: 50 });
    const refused = (ms: number): number => calls.submitRefused({ job, askedMs: null, load: 0.1 }, at(ms));
    expect(refused(1_000)).toBeLessThan(0.5);
    const polls = [1_650, 1_700, 1_750, 1_800].map((ms) => calls.pollRefused(at(ms)));
    expect(polls).toEqual([false, false, false, true]);
    expect(refused(2_000)).toBeGreaterThan(0.5);
    for (let ms = 9_000; ms < 9_010; ms += 1) expect(calls.pollRefused(at(ms))).toBe(false);
  });

  test('does not slow down for a server that refuses one call in fifty by chance', () => {
    const calls = throttle({ maxPollsPerSecond: 200 });
    let polls = 0;
    for (let ms = 0; ms < 60_000; ms += 1) {
      if (calls.pollTurn(at(ms)) > 0) continue;
      polls += 1;
      if (polls % 50 === 0) calls.pollRefused(at(ms));
      else calls.pollAnswered(at(ms));
    }
    expect(polls / 60).toBeGreaterThan(190);
  });

  test('does not slow submissions down for single refusals, however often there is one', () => {
    const calls = throttle({ maxPollsPerSecond: 50 });
    let held = 0;
    for (let n = 1; n <= 2_000; n += 1) {
      if (calls.submitPauseMs(0, at(n * 100)) > 0) held += 1;
      else if (n % 40 === 0) calls.submitRefused({ job, askedMs: 8_000, load: 0 }, at(n * 100));
      else calls.accepted(job, at(n * 100));
    }
    expect(held).toBeLessThan(100);
  });

  test('asks no more than twice a minute of a server that refuses everything', () => {
    const calls = throttle({ maxPollsPerSecond: 50 });
    const left: number[] = [];
    for (let ms = 0; ms < 1_800_000; ms += 50) {
      if (calls.submitPauseMs(0, at(ms)) > 0) continue;
      left.push(ms);
      calls.submitRefused({ job, askedMs: null, load: 0 }, at(ms));
    }
    expect(left.filter((ms) => ms < 60_000).length).toBeLessThan(12);
    expect(left.filter((ms) => ms >= 600_000).length).toBeLessThanOrEqual(40);
    expect(left.filter((ms) => ms >= 600_000).length).toBeGreaterThan(30);
  });
});
