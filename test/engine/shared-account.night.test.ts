import { describe, expect, test } from 'vitest';
import { busyRunners } from '../support/busy-runners.ts';

// Three engines on one account and one server, in virtual time.

const latency = { kind: 'lognormal', medianMs: 4_000, sigma: 0.5 } as const;
const auto = { jobs: 800, slots: 40, latency, fixed: null, runners: 3 } as const;

describe('three windows that adapt', () => {
  test('fill all slots together with a small cushion', async () => {
    const outcome = await busyRunners(auto);
    expect(outcome.efficiency).toBeGreaterThan(0.98);
    expect(outcome.peak).toBeLessThan(85);
    expect(Math.min(...outcome.shares)).toBeGreaterThan(100);
  });

  test('do the same for 200 slots', async () => {
    const outcome = await busyRunners({ ...auto, jobs: 2_000, slots: 200, max: 400 });
    expect(outcome.efficiency).toBeGreaterThan(0.98);
    expect(outcome.peak).toBeLessThan(320);
  });

  test('shrink and grow with a server that changes in the night', async () => {
    const outcome = await busyRunners({
      ...{ ...auto, jobs: 1_500 },
      night: [
        { atMs: 40_000, slots: 10 },
        { atMs: 100_000, slots: 80 },
      ],
    });
    // One engine reaches 1.07 on the same night: the ideal is that of the first number of slots.
    expect(outcome.efficiency).toBeGreaterThan(1.05);
    expect(outcome.peak).toBeLessThan(140);
  });
});

test('three engines with a fixed number have as many in flight together, and use it', async () => {
  const outcome = await busyRunners({ ...auto, jobs: 500, slots: 30, fixed: 30 });
  expect(outcome.peak).toBe(30);
  expect(outcome.efficiency).toBeGreaterThan(0.92);
});

describe('three engines at a server that answers 429', () => {
  const middle = (ends: readonly number[]): number => {
    const total = ends.at(-1) as number;
    const within = ends.filter((at) => at > total * 0.15 && at < total * 0.85).length;
    return within / (total * 0.7e-3);
  };

  test('beyond 16 in flight learn what the account may have, each for itself', async () => {
    const outcome = await busyRunners({ ...auto, jobs: 500, slots: 64, inFlightLimit: 16 });
    expect(middle(outcome.ends)).toBeGreaterThan(0.92 * (16 / 4.53));
    // One engine alone is refused 16 times.
    expect(outcome.refusals).toBeLessThan(48);
    expect(Math.min(...outcome.shares)).toBeGreaterThan(40);
  });

  test('for submissions a minute give it as many as one does', async () => {
    const outcome = await busyRunners({ ...auto, jobs: 400, slots: 64, max: 64, submitsPerMinute: 60 });
    expect(middle(outcome.ends)).toBeGreaterThan(1.1);
    expect(outcome.refusals).toBeLessThan(40);
    expect(outcome.server.early()).toBe(0);
  });
});
