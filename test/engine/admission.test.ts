import { describe, expect, test } from 'vitest';
import type { JobStatus } from '../../src/core/job/job.ts';
import { budget } from '../../src/core/money/budget.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { admission } from '../../src/engine/admission.ts';
import { runBatch } from '../../src/engine/batch.ts';
import type { Limits } from '../../src/engine/lanes.ts';
import { aJob } from '../support/builders.ts';
import { nothingPast } from '../support/past-attempts.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { type World, type WorldOptions, world } from '../support/world.ts';

// What the world in memory charges for each job.
const chargedUsd = 0.08;

async function capped(
  capUsd: number,
  price: number | null,
  options: WorldOptions = {},
  limits: Partial<Limits> = {},
): Promise<{ w: World; halts: RunEvent[] }> {
  const w = world({ slots: 20, latencyMs: (job) => 500 + 300 * Number(job.input.seed), ...options });
  w.put(Array.from({ length: 40 }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  const halts: RunEvent[] = [];
  const ports = portsOf(w, (event) => event.type === 'halted' && halts.push(event));
  const cap = admission(budget(capUsd, nothingPast, () => price));
  const wide = { ...calmLimits, concurrency: { max: 20, adapts: false }, maxSubmissions: 8, ...limits };
  await w.clock.run(runBatch({ ...ports, admission: cap }, wide, handles().stop));
  return { w, halts };
}

function count(w: World, status: JobStatus): number {
  return w.states().filter((state) => state.status === status).length;
}

describe('a cap on cost', () => {
  test.each([0, 0.07, 0.08, 0.5, 1, 3.2])(
    'of $%s is never crossed, with many jobs at once',
    async (capUsd) => {
      const { w } = await capped(capUsd, chargedUsd);
      const affordable = Math.min(40, Math.floor(capUsd / chargedUsd + 1e-9));
      expect(w.requests.size).toBe(affordable);
      expect(count(w, 'done')).toBe(affordable);
      expect(count(w, 'pending')).toBe(40 - affordable);
    },
  );

  test('is kept where no price is known: one job goes ahead to find out', async () => {
    const { w, halts } = await capped(1, null);
    expect(w.requests.size).toBe(12);
    expect(halts).toMatchObject([{ failure: { kind: 'capped' } }]);
  });

  test('uses what jobs turn out to cost less than their price', async () => {
    const { w } = await capped(1, 0.5);
    // 0.08 each, as long as half a dollar more would fit: 6 of them leave 0.52, the seventh 0.44.
    expect(w.requests.size).toBe(7);
  });

  test('counts a submit of unknown outcome as paid, and never waits for it', async () => {
    const { w } = await capped(0.4, chargedUsd, {
      submitFate: (nth) => (nth === 2 ? 'lostBefore' : 'accepted'),
    });
    expect(count(w, 'unknown')).toBe(1);
    expect(count(w, 'done')).toBe(4);
  });

  test('never waits for a job that was paid before and only lacks its files', async () => {
    const w = world({ slots: 20, saveFate: (nth) => (nth <= 2 ? 'broken' : 'answered') });
    w.put([aJob({ prompt: 'a cat', seed: 1 })]);
    await w.clock.run(runBatch(portsOf(w), calmLimits, handles().stop));
    expect(count(w, 'succeeded')).toBe(1);
    w.put([aJob({ prompt: 'a cat', seed: 2 })]);
    const paid = { ...aJob({ prompt: 'a cat', seed: 1 }), attempts: 1, usd: chargedUsd };
    const past = { spentUsd: chargedUsd, named: [paid], unnamed: [] };
    const cap = admission(budget(0.1, past, () => chargedUsd));
    await w.clock.run(runBatch({ ...portsOf(w), admission: cap }, calmLimits, handles().stop));
    expect([count(w, 'done'), count(w, 'pending')]).toEqual([1, 1]);
  });

  test('keeps the place of a job that waits to be submitted again', async () => {
    const { w } = await capped(
      0.4,
      chargedUsd,
      { submitFate: (nth) => (nth <= 5 ? 'rateLimited' : 'accepted') },
      { backoff: { retries: 3, firstMs: 60_000, limitMs: 60_000 } },
    );
    expect(w.requests.size).toBe(5);
    expect(count(w, 'done')).toBe(5);
  });

  test('gives a refused submit back, and never waits for a job that stalls', async () => {
    const refused = await capped(0.4, chargedUsd, {
      submitFate: (_nth, job) => (Number(job.input.seed) < 3 ? 'refused' : 'accepted'),
    });
    expect(count(refused.w, 'done')).toBe(5);
    // Nobody has said yet what a job costs: one goes alone, and counts as ten times its price.
    const late = await capped(0.4, chargedUsd, { latencyMs: () => 3_600_000 }, { jobTimeoutMs: 60_000 });
    expect(late.w.requests.size).toBe(1);
  });
});
