import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Job, JobState } from '../../src/core/job/job.ts';
import { ordered } from '../../src/core/job/orders.ts';
import type { MachineTerms } from '../../src/core/money/machine-time.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { aJob } from '../support/builders.ts';
import { oneLife } from '../support/running.ts';
import { sized } from '../support/tiers.ts';
import { type World, type WorldOptions, world } from '../support/world.ts';

const terms: MachineTerms = { usdPerSecond: 0.001, usualMs: null };
const machinesOf = (): MachineTerms => terms;
const unnamed: WorldOptions = { costUsd: () => null };

function jobs(count: number): Job[] {
  return Array.from({ length: count }, (_, seed) => aJob({ prompt: 'a cat', seed }));
}

function usdOf(state: JobState): number {
  return 'costUsd' in state && state.costUsd !== null ? state.costUsd : Number.NaN;
}

/** What each request really kept its machine busy for. */
function trueUsd(w: World): number[] {
  return [...w.requests.values()].map(({ startsAt, endsAt }) => ((endsAt - startsAt) / 1_000) * 0.001);
}

describe('a job whose machine is paid by the second', () => {
  test('has an estimated cost, without the time that it waited', async () => {
    const w = world({ ...unnamed, slots: 1, latencyMs: () => 8_000 });
    w.put(jobs(8));
    const started: unknown[] = [];
    const observe = (event: RunEvent): void =>
      void (event.type === 'advanced' && 'startedAt' in event.state && started.push(event.state.startedAt));
    await oneLife(w, { concurrency: { max: 8, adapts: false } }, { machinesOf, observe });
    // The ledger keeps whole milliseconds.
    expect(started.length).toBeGreaterThan(8);
    for (const at of started) expect(at).toSatisfy(Number.isSafeInteger);
    for (const state of w.states()) {
      expect(state).toMatchObject({ status: 'done', costEstimated: true });
      expect(usdOf(state)).toBeGreaterThan(0.004);
      expect(usdOf(state)).toBeLessThan(0.016);
    }
    const sum = w.states().reduce((all, state) => all + usdOf(state), 0);
    expect(sum / trueUsd(w).reduce((all, usd) => all + usd, 0)).toBeCloseTo(1, 0);
  });

  test('keeps the cost that the server names, and one of another model has no estimate', async () => {
    const named = world({ costUsd: () => 0.5 });
    named.put(jobs(2));
    await oneLife(named, {}, { machinesOf });
    for (const state of named.states()) expect(state).not.toHaveProperty('costEstimated');
    expect(named.states().map(usdOf)).toEqual([0.5, 0.5]);
    const other = world(unnamed);
    other.put(jobs(2));
    await oneLife(other);
    for (const state of other.states()) expect(state).toMatchObject({ status: 'done', costUsd: null });
  });

  test('costs what the server says of the time of its machine', async () => {
    const w = world({ ...unnamed, slots: 1, latencyMs: () => 8_000, busyMs: () => 2_500 });
    w.put(jobs(3));
    await oneLife(w, {}, { machinesOf });
    for (const state of w.states()) expect(usdOf(state)).toBeCloseTo(0.0025, 9);
  });

  test('does not believe the server a time that cannot be', async () => {
    for (const busyMs of [Number.NaN, -5, 1e12]) {
      const w = world({ ...unnamed, slots: 1, latencyMs: () => 8_000, busyMs: () => busyMs });
      w.put(jobs(1));
      await oneLife(w, {}, { machinesOf });
      for (const state of w.states()) expect(usdOf(state)).toBeCloseTo(0.008, 2);
    }
  });

  test('costs something when it fails while it runs', async () => {
    const w = world({ ...unnamed, slots: 1, latencyMs: () => 60_000, ending: () => 'failed' });
    w.put(jobs(2));
    await oneLife(w, {}, { machinesOf });
    for (const state of w.states()) {
      expect(state).toMatchObject({ status: 'failed', costEstimated: true });
      expect(usdOf(state)).toBeGreaterThan(0.03);
      expect(usdOf(state)).toBeLessThan(0.09);
    }
  });

  test('takes the cost that the server names later for its estimate', async () => {
    let asked = 0;
    const w = world({ latencyMs: () => 5_000, costUsd: () => (asked++ === 0 ? null : 0.25) });
    w.put(jobs(1));
    const seen: JobState[] = [];
    const observe = (event: RunEvent): void => void (event.type === 'advanced' && seen.push(event.state));
    await oneLife(w, {}, { machinesOf, observe });
    expect(seen.find(({ status }) => status === 'succeeded')).toMatchObject({ costEstimated: true });
    expect(w.states()[0]).toMatchObject({ status: 'done', costUsd: 0.25 });
    expect(w.states()[0]).not.toHaveProperty('costEstimated');
  });

  test('keeps its estimate when its files are fetched again', async () => {
    const w = world({ ...unnamed, latencyMs: () => 8_000 });
    const [job] = jobs(1) as [Job];
    w.put([job]);
    await oneLife(w, {}, { machinesOf });
    const before = w.stateOf(job.id);
    w.set(job.id, ordered(before, { type: 'refetch' }) as JobState);
    await oneLife(w, {}, { machinesOf });
    expect(w.stateOf(job.id)).toEqual(before);
  });
});

test('whenever the power goes, and for however long, no estimate exceeds what such jobs take or the time since it was accepted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        count: fc.integer({ min: 1, max: 8 }),
        slots: fc.integer({ min: 1, max: 4 }),
        busyMs: fc.constantFrom(1_000, 8_000, 45_000),
        cuts: fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 4 }),
        asleepMs: fc.constantFrom(1_000, 60_000, 8 * 3_600_000),
      }),
      async ({ count, slots, busyMs, cuts, asleepMs }) => {
        const w = world({ ...unnamed, slots, latencyMs: () => busyMs });
        w.put(jobs(count));
        const usual = { ...terms, usualMs: busyMs };
        for (const cut of [...cuts, null]) {
          w.cutAfter(cut);
          await oneLife(w, {}, { machinesOf: () => usual });
          await w.clock.run(w.clock.sleep(asleepMs, new AbortController().signal));
        }
        for (const state of w.states()) {
          if (state.status !== 'done') continue;
          expect(state.costEstimated).toBe(true);
          expect(usdOf(state)).toBeGreaterThanOrEqual(0);
          // Polls are at most a minute apart, and one may come before and one after the end.
          expect(usdOf(state)).toBeLessThanOrEqual(((busyMs + 120_000) / 1_000) * 0.001);
        }
      },
    ),
    { numRuns: sized(40, 200) },
  );
});

test('however many jobs wait for however few machines, no estimate is zero, and together they come near the truth', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        count: fc.integer({ min: 8, max: 30 }),
        slots: fc.integer({ min: 1, max: 4 }),
        max: fc.integer({ min: 1, max: 12 }),
        busyMs: fc.constantFrom(2_000, 8_000, 45_000),
        isKnown: fc.boolean(),
      }),
      async ({ count, slots, max, busyMs, isKnown }) => {
        const w = world({ ...unnamed, slots, latencyMs: () => busyMs });
        w.put(jobs(count));
        const known = { ...terms, usualMs: isKnown ? busyMs : null };
        await oneLife(w, { concurrency: { max, adapts: false } }, { machinesOf: () => known });
        const costs = w.states().map(usdOf);
        for (const usd of costs) expect(usd).toBeGreaterThan(0);
        const share =
          costs.reduce((all, usd) => all + usd, 0) / trueUsd(w).reduce((all, usd) => all + usd, 0);
        expect(share).toBeGreaterThan(isKnown ? 0.85 : 0.5);
        expect(share).toBeLessThan(isKnown ? 1.15 : 1.6);
      },
    ),
    { numRuns: sized(40, 200) },
  );
});
