import { expect, test } from 'vitest';
import { bestRate } from '../../bench/best-rate.ts';

// Half of the jobs take one second, half of them two.
const sampleMs = [...Array<number>(500).fill(1_000), ...Array<number>(500).fill(2_000)];
const unlimited = Number.POSITIVE_INFINITY;

test.each([
  ['by places alone', { callsPerSecond: unlimited }, 32 / 1.5],
  ['by slots, with calls enough to poll after one second and after two', { callsPerSecond: 100 }, 32 / 1.5],
  ['by calls: a submit and one poll after two seconds', { callsPerSecond: 10 }, 5],
  ['by places that are all taken for two seconds', { callsPerSecond: 33 }, 16],
  ['by calls: a submit and one and a half polls', { callsPerSecond: 50 }, 20],
  ['by submits', { callsPerSecond: 100, submitsPerSecond: 4 }, 4],
])('the best rate is bound %s', (_, limits, rate) => {
  const allowed = { inFlight: 32, submitsPerSecond: unlimited, ...limits };
  expect(bestRate(allowed, sampleMs)).toBeCloseTo(rate, 6);
});
