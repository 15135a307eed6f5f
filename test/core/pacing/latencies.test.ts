import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ageEdges, ageGroups, inspectionAges, nextAgeMs } from '../../../src/core/pacing/inspection.ts';
import { type Latencies, latencies } from '../../../src/core/pacing/latencies.ts';
import { diceOf } from '../../support/dice.ts';

// About eight polls a log-normal job.
const pollWorth = 0.008;

type Draw = (roll: () => number, nth: number) => number;

const normal = (roll: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - roll())) * Math.cos(2 * Math.PI * roll());
const logNormal =
  (medianMs: number, sigma: number): Draw =>
  (roll) =>
    medianMs * Math.exp(sigma * normal(roll));

interface PollTarget {
  readonly polls: number;
  /** Of the time that a slot is taken, the share in which its job has ended and nobody knows. */
  readonly lost: number;
}

/** Watches jobs on slots that are taken again as soon as the end of a job is seen. */
function watched(draw: Draw, jobs: number, slots: number, learner: Latencies, seed = 1): PollTarget {
  const roll = diceOf(seed);
  let [polls, lostMs, takenMs, nth] = [0, 0, 0, 0];
  // Slots are independent of each other but for what is learned, so time goes on in rounds of polls.
  const under = Array.from({ length: slots }, () => ({ ageMs: 0, endMs: draw(roll, nth++), atMs: 0 }));
  for (let ended = 0; ended < jobs; ) {
    let next = under[0] as (typeof under)[number];
    let nextAt = Number.POSITIVE_INFINITY;
    for (const job of under) {
      const at = job.atMs + learner.nextPollAt(job.ageMs, pollWorth) - job.ageMs;
      if (at < nextAt) [next, nextAt] = [job, at];
    }
    const ageMs = next.ageMs + Math.max(1, nextAt - next.atMs);
    polls += 1;
    if (ageMs < next.endMs) {
      learner.unfinished(next.ageMs, ageMs);
      Object.assign(next, { ageMs, atMs: nextAt });
      continue;
    }
    learner.ended(next.ageMs, ageMs);
    lostMs += ageMs - next.endMs;
    takenMs += ageMs;
    ended += 1;
    Object.assign(next, { ageMs: 0, endMs: draw(roll, nth++), atMs: nextAt });
  }
  return { polls: polls / jobs, lost: lostMs / takenMs };
}

/** The same after a warm-up with the same server. */
function warm(draw: Draw, slots = 40): PollTarget {
  const learner = latencies();
  watched(draw, 600, slots, learner, 7);
  return watched(draw, 1_000, slots, learner);
}

describe('a learned schedule of polls', () => {
  test('loses less than 5.5% of a slot to log-normal jobs, for at most 8.2 polls each', () => {
    for (const medianMs of [400, 4_000, 90_000]) {
      const { polls, lost } = warm(logNormal(medianMs, 0.5));
      expect(lost).toBeLessThan(0.055);
      expect(polls).toBeLessThan(8.2);
    }
  });

  test('knows nothing at first and is hardly dearer for it', () => {
    const { polls, lost } = watched(logNormal(4_000, 0.5), 1_000, 40, latencies());
    expect(lost).toBeLessThan(0.055);
    expect(polls).toBeLessThan(10);
  });

  test('begins with what earlier runs have seen', () => {
    const draw = logNormal(90_000, 0.3);
    const roll = diceOf(5);
    const past = Array.from({ length: 300 }, (_, nth) => draw(roll, nth));
    const [blank, knowing] = [latencies(), latencies(past)];
    expect(blank.nextPollAt(0, pollWorth)).toBeLessThan(5_000);
    expect(knowing.nextPollAt(0, pollWorth)).toBeGreaterThan(30_000);
    expect(watched(draw, 100, 40, knowing).polls).toBeLessThan(watched(draw, 100, 40, blank).polls * 0.8);
  });

  test('does not poll cold starts in vain: if there are two kinds of jobs, it waits between them', () => {
    const bimodal: Draw = (roll, nth) =>
      (roll() < 0.2 ? logNormal(30_000, 0.1) : logNormal(2_000, 0.1))(roll, nth);
    const { polls, lost } = warm(bimodal);
    expect(lost).toBeLessThan(0.06);
    expect(polls).toBeLessThan(8);
  });

  test('follows a server that slows down in the night', () => {
    const learner = latencies();
    watched(logNormal(4_000, 0.3), 1_000, 40, learner);
    const slower = logNormal(16_000, 0.3);
    watched(slower, 600, 40, learner, 2);
    const { polls, lost } = watched(slower, 600, 40, learner, 3);
    expect(lost).toBeLessThan(0.05);
    expect(polls).toBeLessThan(9);
  });

  test('polls stuck jobs more and more rarely, and never stops', () => {
    const learner = latencies();
    watched(logNormal(4_000, 0.3), 500, 20, learner);
    let [ageMs, polls] = [0, 0];
    for (; ageMs < 30 * 60_000; polls += 1) {
      const next = learner.nextPollAt(ageMs, pollWorth);
      expect(next).toBeGreaterThan(ageMs);
      learner.unfinished(ageMs, next);
      ageMs = next;
    }
    expect(polls).toBeLessThan(700);
  });

  test('costs fewer polls and more lag the dearer a poll is', () => {
    const learner = latencies();
    watched(logNormal(4_000, 0.5), 600, 40, learner);
    const firsts = [1, 4, 16].map((priceFactor) => learner.nextPollAt(3_000, priceFactor));
    expect(firsts).toEqual([...firsts].sort((a, b) => a - b));
    expect(new Set(firsts).size).toBe(3);
  });
});

test('an inspection is later than the age it is made at, whatever the hazards, and never beyond the oldest by much', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 0.01, noNaN: true }), { minLength: 1, maxLength: 40 }),
      fc.double({ min: 1, max: 60_000, noNaN: true }),
      fc.double({ min: 0, max: 80_000_000, noNaN: true }),
      (some, costMs, ageMs) => {
        const rates = Float64Array.from({ length: ageGroups }, (_, n) => some[n % some.length] as number);
        const ages = inspectionAges(rates, costMs);
        expect(nextAgeMs(ages, ageMs)).toBeGreaterThanOrEqual(ageMs);
        for (let edge = 0; edge <= ageGroups; edge += 1) {
          expect(ages[edge]).toBeGreaterThan(ageEdges[edge] as number);
        }
      },
    ),
    { numRuns: 20 },
  );
});

test('with a constant hazard no schedule of equal steps is cheaper', () => {
  const [rate, costMs] = [1 / 5_000, 50];
  const ages = inspectionAges(new Float64Array(ageGroups).fill(rate), costMs);
  // Expected cost per job, polling every `stepMs`: polls until the end, and the lag after it.
  const cost = (stepMs: number): number => {
    const polls = 1 / (1 - Math.exp(-rate * stepMs));
    return polls * costMs + polls * stepMs - 1 / rate;
  };
  const planned = (() => {
    let [ageMs, sum, unfinished] = [0, 0, 1];
    while (unfinished > 1e-6) {
      const next = Math.max(nextAgeMs(ages, ageMs), ageMs + 1);
      const ended = unfinished * (1 - Math.exp(-rate * (next - ageMs)));
      const lagMs = unfinished * (next - ageMs) - ended / rate;
      sum += unfinished * costMs + lagMs;
      unfinished -= ended;
      ageMs = next;
    }
    return sum;
  })();
  const best = Math.min(...Array.from({ length: 400 }, (_, n) => cost(100 + n * 10)));
  expect(planned).toBeLessThan(best * 1.03);
});
