import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import { rateCandidates } from '../../../src/core/pacing/rate-candidates.ts';
import { submitRate } from '../../../src/core/pacing/submit-rate.ts';
import { type SubmissionGate, slidingMinute, tokenBucket } from '../../support/submission-gates.ts';

const at = (ms: number): Instant => ms as Instant;
const noReason = 0.02;
const startMs = 1_000_000;

interface Outcome {
  readonly accepted: readonly number[];
  readonly refused: readonly number[];
}

/** One submission after the other, each answered at once, at the times that seem right; in ms since the start. */
function submissions(gate: SubmissionGate, forMs: number, asks: (waitMs: number) => number | null): Outcome {
  const rate = submitRate();
  const outcome = { accepted: [] as number[], refused: [] as number[] };
  for (let ms = startMs; ms < startMs + forMs; ms += 20) {
    if (rate.waitMs(0, false, at(ms)) > 0) continue;
    const waitMs = gate.waitMs(ms);
    if (waitMs === null) {
      gate.passed(ms);
      rate.accepted(at(ms), at(ms));
      outcome.accepted.push(ms - startMs);
    } else {
      rate.expected(at(ms), asks(waitMs));
      rate.refused(at(ms), asks(waitMs), noReason, at(ms));
      outcome.refused.push(ms - startMs);
    }
  }
  return outcome;
}

const none = (): null => null;
const exact = (waitMs: number): number => waitMs;

describe('the candidates of a refusal', () => {
  const burst = Array.from({ length: 10 }, (_, nth) => startMs + nth * 100);
  const soon = startMs + 1_000;

  test('are all used up by what was accepted, and would have let it pass', () => {
    const candidates = rateCandidates(burst, soon, null);
    expect(candidates.length).toBeGreaterThan(100);
    for (const { candidate } of candidates) expect(candidate.freeAt(0, soon)).toBeGreaterThan(soon);
  });

  test('have shares of one whole', () => {
    const sum = rateCandidates(burst, soon, null).reduce((all, { prior }) => all + prior, 0);
    expect(sum).toBeGreaterThan(0.5);
    expect(sum).toBeLessThanOrEqual(1.000_001);
  });

  test('expect a minute of the server to end when it says so', () => {
    const ends = rateCandidates(burst, soon, 42_000).map(({ candidate }) => candidate.freeAt(0, soon) - soon);
    expect(ends).toContain(42_000);
  });

  test('hold those that come behind others for longer', () => {
    for (const { candidate } of rateCandidates(burst, soon, null)) {
      expect(candidate.freeAt(3, soon)).toBeGreaterThanOrEqual(candidate.freeAt(0, soon));
    }
  });
});

describe('the pace of submissions', () => {
  test('is free as long as nothing was refused', () => {
    const rate = submitRate();
    for (let ms = 0; ms < 10_000; ms += 10) {
      expect(rate.waitMs(0, false, at(ms))).toBe(0);
      rate.accepted(at(ms), at(ms));
    }
  });

  test.each([
    ['told', exact],
    ['not told', none],
  ])('of a bucket is found to within a tenth from a few refusals (%s)', (_name, asks) => {
    const { accepted, refused } = submissions(tokenBucket(15, 10), 600_000, asks);
    expect(accepted.length).toBeGreaterThan(0.9 * (10 + 150));
    expect(refused.length).toBeLessThan(20);
    // Found, it is refused only when it is tried again.
    expect(refused.filter((ms) => ms > 120_000).length).toBeLessThan(15);
  });

  test('of so many a minute is kept in bursts where the server takes them so', () => {
    const { accepted, refused } = submissions(slidingMinute(30), 300_000, none);
    expect(accepted.length).toBeGreaterThan(0.9 * 150);
    expect(refused.length).toBeLessThan(25);
  });

  test('is tried again within half a minute, and free again soon after the limit is gone', () => {
    const gate = tokenBucket(15, 1);
    const gone = 60_000;
    const { accepted, refused } = submissions(
      { waitMs: (now) => (now < startMs + gone ? gate.waitMs(now) : null), passed: gate.passed },
      150_000,
      exact,
    );
    const gaps = refused.slice(1).map((ms, nth) => ms - (refused[nth] as number));
    expect(Math.max(...gaps)).toBeLessThan(45_000);
    expect(accepted.filter((ms) => ms > 140_000).length).toBeGreaterThan(100);
  });

  test('opens for several together only as they are accepted', () => {
    const rate = submitRate();
    const together = (ms: number): number => {
      let ahead = 0;
      while (ahead < 50 && rate.waitMs(ahead, false, at(ms)) === 0) ahead += 1;
      return ahead;
    };
    expect(together(0)).toBe(1);
    for (let ms = 0; ms < 40; ms += 1) rate.accepted(at(ms), at(ms));
    expect(together(100)).toBe(11);
    for (const ms of [110, 120, 130]) {
      rate.expected(at(ms), 5_000);
      rate.refused(at(ms), 5_000, noReason, at(ms + 1));
    }
    expect(together(140)).toBe(0);
    expect(together(10_000)).toBe(1);
  });
});
