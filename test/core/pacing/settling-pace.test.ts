import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import {
  paceOf,
  paceOfOthers,
  type SettledSecond,
  settlingPace,
} from '../../../src/core/pacing/settling-pace.ts';

const instant = (ms: number): Instant => ms as Instant;

/** What a ledger says of these moments. */
function ledgerOf(times: readonly number[]) {
  return (from: Instant): readonly SettledSecond[] => {
    const seconds = Map.groupBy(
      times.filter((at) => at >= from),
      (at) => Math.floor(at / 1_000),
    );
    return [...seconds].sort(([a], [b]) => a - b).map(([second, each]) => ({ second, jobs: each.length }));
  };
}

test('a run seen from outside has the rate that it shows itself, within the seconds of its window', () => {
  const gaps = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 300 });
  fc.assert(
    fc.property(gaps, fc.integer({ min: 0, max: 100_000 }), (between, restMs) => {
      const startedAt = instant(1_790_000_000_000);
      let at: number = startedAt;
      const times = between.map((gap) => {
        at += gap;
        return at;
      });
      const now = instant(at + restMs + 1_000);
      const own = settlingPace(startedAt);
      for (const time of times) own.settled(instant(time));
      const shown = own.perMinute(now);
      const seen = paceOf(startedAt, now, ledgerOf(times));
      // A second at the edge of the window may be in the one and not in the other.
      const edge = Math.max(1, ...ledgerOf(times)(startedAt).map(({ jobs }) => jobs));
      if (shown === null || seen === null)
        expect([shown, seen].filter((rate) => rate !== null).length).toBe(0);
      else expect(Math.abs(shown - seen)).toBeLessThanOrEqual(edge + shown * 0.05);
    }),
  );
});

test('a run of some seconds is not measured by the minutes before it', () => {
  const startedAt = instant(1_790_000_000_000);
  const times = Array.from({ length: 100 }, (_, n) => startedAt + n * 50);
  expect(paceOf(startedAt, instant(startedAt + 6_000), ledgerOf(times))).toBe(1_000);
});

test('a run of others is measured from the first job that ended in the last quarter of an hour', () => {
  const startedAt = instant(1_790_000_000_000);
  const after = (minutes: number): number => startedAt + minutes * 60_000;
  const long = ledgerOf([after(0), after(30), after(32), after(34)]);
  expect(paceOfOthers(instant(after(34)), long)).toBe(0.75);
  expect(paceOfOthers(instant(after(60)), long)).toBeNull();
  expect(paceOfOthers(instant(after(0.1)), ledgerOf([after(0)]))).toBeNull();
});
