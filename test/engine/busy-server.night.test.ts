import { describe, expect, test } from 'vitest';
import { type BusyOutcome, type BusyRun, busyRun } from '../support/busy-run.ts';

// What the bench shows on a real server, here in virtual time: the same engine, seconds instead of minutes.

const latency = { kind: 'lognormal', medianMs: 4_000, sigma: 0.5 } as const;
const slow = (medianMs: number) => ({ kind: 'lognormal', medianMs, sigma: 0.3 }) as const;
const auto = { jobs: 800, slots: 40, latency, fixed: null } as const satisfies BusyRun;

/** The rate at which ends were seen between two shares of the run, per second. */
function rate({ ended }: BusyOutcome, from: number, to: number): number {
  const [first, last] = [Math.floor(ended.length * from), Math.floor(ended.length * to)];
  return ((ended[last] as number) - (ended[first] as number)) / (last - first);
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

describe('a window that adapts', () => {
  test('fills all slots with a small cushion and hides the lag of few polls behind it', async () => {
    const outcome = await busyRun(auto);
    expect(outcome.efficiency).toBeGreaterThan(0.985);
    expect(outcome.pollsPerJob).toBeLessThan(4.3);
    expect(outcome.inFlightPeak).toBeLessThan(70);
  });

  test('does the same for 200 slots, past its warm-up with less than four polls a job', async () => {
    const outcome = await busyRun({ ...auto, jobs: 2_000, slots: 200, max: 400 });
    expect(outcome.efficiency).toBeGreaterThan(0.985);
    expect(outcome.pollsPerJob).toBeLessThan(4);
    expect(outcome.inFlightPeak).toBeLessThan(300);
  });

  test('keeps no crowd waiting at a server with a single slot', async () => {
    const outcome = await busyRun({ ...auto, jobs: 40, slots: 1 });
    expect(outcome.efficiency).toBeGreaterThan(0.99);
    expect(mean(outcome.inFlight.slice(60, 140))).toBeLessThan(5);
  });

  test('needs no positions, where the server names none', async () => {
    const outcome = await busyRun({ ...auto, tellsPositions: false });
    expect(outcome.efficiency).toBeGreaterThan(0.98);
    expect(outcome.inFlightPeak).toBeLessThan(70);
  });

  test('takes a server for what it is that needs its time to start each request', async () => {
    const outcome = await busyRun({ ...auto, startsAfterMs: 1_500 });
    expect(outcome.efficiency).toBeGreaterThan(0.9);
  });

  test('never has more in flight than the user allows', async () => {
    const outcome = await busyRun({ ...auto, jobs: 300, slots: 200, max: 64 });
    expect(outcome.inFlightPeak).toBe(64);
  });

  test('shrinks and grows with a server that changes in the night', async () => {
    const outcome = await busyRun({
      ...auto,
      jobs: 1_500,
      night: [
        { atMs: 40_000, slots: 10 },
        { atMs: 100_000, slots: 80 },
      ],
    });
    const at = (second: number): number => mean(outcome.inFlight.slice(second, second + 10));
    expect(at(28)).toBeGreaterThan(40);
    expect(at(85)).toBeLessThan(25);
    expect(at(120)).toBeGreaterThan(80);
    expect(at(120)).toBeLessThan(130);
  });
});

describe('a window of a fixed size', () => {
  test('that is as wide as the server comes near the ideal makespan', async () => {
    const outcome = await busyRun({ ...auto, jobs: 2_000, slots: 200, fixed: 200 });
    expect(outcome.efficiency).toBeGreaterThan(0.955);
    expect(outcome.pollsPerJob).toBeLessThan(8);
  });

  test('that is wider passes over what waits at the server', async () => {
    const outcome = await busyRun({ ...auto, fixed: 120 });
    expect(outcome.efficiency).toBeGreaterThan(0.99);
    expect(outcome.pollsPerJob).toBeLessThan(5);
    expect(outcome.inFlightPeak).toBe(120);
  });
});

describe('polls', () => {
  test.each<[string, BusyRun['latency']]>([
    ['two kinds of jobs', { kind: 'bimodal', firstMs: 2_000, secondMs: 30_000, secondShare: 0.2 }],
    ['a server that slows down in the night', (nth) => slow(2_000 + nth * 10)],
    ['jobs that all take the same', { kind: 'fixed', ms: 5_000 }],
    ['slow jobs', slow(90_000)],
    ['fast jobs', slow(300)],
  ])('find their times for %s', async (_name, kind) => {
    const outcome = await busyRun({ ...auto, latency: kind });
    expect(outcome.efficiency).toBeGreaterThan(0.97);
    expect(outcome.pollsPerJob).toBeLessThan(8);
  });

  test('go on at jobs that are stuck, and rarely', async () => {
    const stuck = (nth: number) => (nth % 100 === 5 ? ({ kind: 'fixed', ms: 600_000 } as const) : latency);
    const { efficiency, pollsPerJob } = await busyRun({ ...auto, latency: stuck });
    expect(efficiency).toBeGreaterThan(0.98);
    expect(pollsPerJob).toBeLessThan(6);
  });

  test('stay within what the user allows a second, however many jobs there are', async () => {
    const { server, ended } = await busyRun({ ...auto, maxPollsPerSecond: 20 });
    expect(server.polls() / ended.length).toBeLessThan(20.5);
  });
});

describe('a server that answers 429', () => {
  test('beyond 32 in flight and 50 requests a second is used to the full, and hardly ever annoyed', async () => {
    const limits = { inFlightLimit: 32, requestsPerSecond: 50 } as const;
    const outcome = await busyRun({ ...auto, slots: 64, ...limits, max: 64, maxPollsPerSecond: 50 });
    expect(rate(outcome, 0.15, 0.85)).toBeGreaterThan(0.94 * (32 / 4.53));
    expect(outcome.refusedLater).toBeLessThan(0.02);
    expect(outcome.server.early()).toBe(0);
  });

  test('for what is in flight alone is found out once, with a fixed window too', async () => {
    for (const fixed of [null, 64]) {
      const outcome = await busyRun({ ...auto, jobs: 500, slots: 64, inFlightLimit: 16, fixed });
      expect(rate(outcome, 0.15, 0.85)).toBeGreaterThan(0.93 * (16 / 4.53));
      expect(outcome.refusedLater).toBeLessThan(0.02);
    }
  });

  test('for submits a minute is given as many, evenly', async () => {
    const outcome = await busyRun({ ...auto, jobs: 400, slots: 64, max: 64, submitsPerMinute: 60 });
    expect(rate(outcome, 0.3, 0.9)).toBeGreaterThan(0.93);
    expect(outcome.refusedLater).toBeLessThan(0.02);
    expect(outcome.server.early()).toBe(0);
  });

  test('for requests a second alone gets fewer polls, not fewer submissions', async () => {
    const outcome = await busyRun({ ...auto, jobs: 400, slots: 64, max: 64, requestsPerSecond: 20 });
    expect(rate(outcome, 0.3, 0.85)).toBeGreaterThan(6);
    expect(outcome.refusedLater).toBeLessThan(0.03);
    expect(outcome.server.early()).toBe(0);
  });
});
