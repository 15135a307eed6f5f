import fc from 'fast-check';
import { expect, test } from 'vitest';
import { latenciesOf, latencyBins, quantile } from '../../../../src/view/page/report/latency-bins.ts';
import { jobAt } from '../page-builders.ts';

const latency = fc.record({
  finishedAt: fc.integer({ min: 0, max: 4e12 }),
  tookMs: fc.integer({ min: 0, max: 1e8 }),
});

test('every job falls into one bin, bins do not overlap, and there are no more than the maximum', () => {
  fc.assert(
    fc.property(fc.array(latency, { maxLength: 60 }), fc.integer({ min: 2, max: 80 }), (latencies, most) => {
      const bins = latencyBins(latencies, most);
      expect(bins.length).toBeLessThanOrEqual(most);
      expect(bins.reduce((sum, { jobs }) => sum + jobs, 0)).toBe(latencies.length);
      bins.forEach(({ from, to, jobs }, index) => {
        expect(from).toBeGreaterThanOrEqual(bins[index - 1]?.to ?? 0);
        const within = latencies.filter(({ finishedAt }) => finishedAt >= from && finishedAt < to);
        expect(within).toHaveLength(jobs);
      });
    }),
  );
});

test('half the jobs of a bin are no slower than its p50, and 95% no slower than its p95', () => {
  fc.assert(
    fc.property(fc.array(latency, { minLength: 1, maxLength: 60 }), (latencies) => {
      for (const { from, to, jobs, p50Ms, p95Ms } of latencyBins(latencies, 4)) {
        const times = latencies
          .filter(({ finishedAt }) => finishedAt >= from && finishedAt < to)
          .map(({ tookMs }) => tookMs);
        expect(times).toContain(p50Ms);
        expect(times).toContain(p95Ms);
        expect(times.filter((ms) => ms <= p50Ms).length).toBeGreaterThanOrEqual(0.5 * jobs);
        expect(times.filter((ms) => ms < p50Ms).length).toBeLessThan(0.5 * jobs);
        expect(times.filter((ms) => ms <= p95Ms).length).toBeGreaterThanOrEqual(0.95 * jobs);
        expect(times.filter((ms) => ms < p95Ms).length).toBeLessThan(0.95 * jobs);
      }
    }),
  );
});

test('bins have round widths', () => {
  const every10s = Array.from({ length: 360 }, (_, n) => ({ finishedAt: n * 10_000, tookMs: n }));
  const [first] = latencyBins(every10s, 60);
  expect(first).toEqual({ from: 0, to: 60_000, jobs: 6, p50Ms: 2, p95Ms: 5 });
});

test('the quantile of no values is refused', () => {
  expect(() => quantile([], 0.5)).toThrow(RangeError);
});

test('only successful jobs count, from submission to finish, and none whose clock was set back', () => {
  const times = { submittedAt: 1_000, finishedAt: 4_000 };
  const jobs = [
    jobAt(0, 0, times),
    jobAt(1, 0, { ...times, state: 'succeeded' }),
    jobAt(2, 0, { ...times, state: 'failed' }),
    jobAt(3, 0, { submittedAt: 4_000, finishedAt: 1_000 }),
    jobAt(0, 1, { submittedAt: null, finishedAt: 4_000 }),
  ];
  expect(latenciesOf(jobs)).toEqual([
    { finishedAt: 4_000, tookMs: 3_000 },
    { finishedAt: 4_000, tookMs: 3_000 },
  ]);
});
