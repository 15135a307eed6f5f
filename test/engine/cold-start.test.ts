import { describe, expect, test } from 'vitest';
import type { Latency } from '../../src/simulator/faults/latency.ts';
import { type BusyRun, busyRun } from '../support/busy-run.ts';

const coldMs = 240_000;
const [jobs, machines, capacity] = [40, 4, 12];

interface Figures {
  /** While the machines started, and later. */
  readonly cold: number;
  readonly warm: number;
  /** When the last end was seen, and when it could have been. */
  readonly tookMs: number;
  readonly idealMs: number;
}

async function coldRun(busyMs: number, how: Partial<BusyRun>): Promise<Figures> {
  const { server, ended } = await busyRun({
    ...{ jobs, slots: 0, fixed: capacity, maxPollsPerSecond: 50 },
    latency: { kind: 'fixed', ms: busyMs },
    night: [{ atMs: coldMs, slots: machines }],
    ...how,
  });
  const from = server.log[0]?.at ?? 0;
  const polls = server.log.filter(({ call }) => call === 'poll');
  const cold = polls.filter(({ at }) => at - from < coldMs).length;
  const idealMs = coldMs + (jobs / machines) * busyMs;
  return { cold, warm: polls.length - cold, tookMs: 1_000 * ended.length, idealMs };
}

/** Each machine's first job seems to run while it starts. */
const bootsRunning =
  (busyMs: number) =>
  (nth: number): Latency => ({
    kind: 'fixed',
    ms: nth < machines ? coldMs + busyMs : busyMs,
  });

describe.each([8_000, 60_000])('machines that take four minutes to start, for jobs of %i ms', (busyMs) => {
  test.each([
    ['tells positions', {}],
    ['tells no positions', { tellsPositions: false }],
    ['calls the first jobs running meanwhile', { slots: machines, night: [], latency: bootsRunning(busyMs) }],
  ] as const)('are polled seldom, and jobs soon after they end, by a server that %s', async (_, how) => {
    const { cold, warm, tookMs, idealMs } = await coldRun(busyMs, how);
    expect(cold).toBeLessThan(400);
    expect(warm / jobs).toBeLessThan(25);
    expect(tookMs).toBeLessThan(idealMs + 15_000);
  });
});
