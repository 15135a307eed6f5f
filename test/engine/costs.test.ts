import { describe, expect, test } from 'vitest';
import { budget } from '../../src/core/money/budget.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { admission } from '../../src/engine/admission.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { aJob } from '../support/builders.ts';
import { nothingPast } from '../support/past-attempts.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { type World, world } from '../support/world.ts';

const priceOf = () => 0.08;

/** Runs 12 jobs of $0.08 that the server charges `costs` for, in turn and from the last on always the same. */
async function charged(costs: readonly number[], capUsd: number | null) {
  const w: World = world({
    slots: 20,
    costUsd: ({ input }) => costs[Math.min(Number(input.seed), costs.length - 1)] as number,
  });
  const jobs = Array.from({ length: 12 }, (_, seed) => aJob({ prompt: 'a cat', seed }));
  w.put(jobs);
  const told: RunEvent[] = [];
  const ports = portsOf(w, (event) => {
    if (event.type === 'warned' || event.type === 'halted') told.push(event);
  });
  const cap = capUsd === null ? null : admission(budget(capUsd, nothingPast, priceOf));
  await w.clock.run(runBatch({ ...ports, priceOf, admission: cap }, calmLimits, handles().stop));
  const costOf = w.states().map((state) => (state.status === 'done' ? state.costUsd : undefined));
  return { w, jobs, told, costOf };
}

describe('a cap that is crossed', () => {
  const sentence =
    'The cap of $0.50 was crossed: $0.70. A job of ideogram/ideogram-v2/generate cost $0.70, above its base price of $0.08.';

  test('is said once, at once, and again as the reason why nothing more is submitted', async () => {
    const { w, told } = await charged([0.7], 0.5);
    expect(w.requests.size).toBe(1);
    expect(told).toMatchObject([
      { type: 'warned', job: null, message: sentence },
      { type: 'halted', failure: { kind: 'capped', message: sentence } },
    ]);
  });

  test('is not said of one that is kept', async () => {
    const { told } = await charged([0.08], 1);
    expect(told).toEqual([]);
  });
});

describe('a cost that cannot be right', () => {
  test.each([1e300, Number.MAX_VALUE, 10_001, 81])(
    'of $%s is left out of the sums, and ends submitting under a cap',
    async (absurd) => {
      const { w, jobs, told, costOf } = await charged([0.08, absurd], 100);
      expect(costOf.filter((usd) => usd !== null && usd !== undefined)).toEqual([0.08]);
      expect(w.requests.size).toBeLessThan(12);
      expect(told[0]).toMatchObject({ type: 'warned', job: expect.any(String) });
      expect(jobs.map(({ id }) => id)).toContain((told[0] as { job: string }).job);
      const [halt, ...others] = told.filter(({ type }) => type === 'halted');
      expect(others).toEqual([]);
      expect(halt).toMatchObject({ failure: { kind: 'capped' } });
      expect(JSON.stringify(halt)).toContain('which cannot be right');
    },
  );

  test('is only warned of where nothing is capped', async () => {
    const { w, told, costOf } = await charged([1e300], null);
    expect(w.requests.size).toBe(12);
    expect(costOf).toEqual(Array(12).fill(null));
    expect(told.map(({ type }) => type)).toEqual(Array(12).fill('warned'));
  });

  test('is not what a dear job has: ten or a hundred times its price', async () => {
    const { told, costOf } = await charged([0.8, 8, 79], null);
    expect(told).toEqual([]);
    expect(costOf.slice(0, 3)).toEqual([0.8, 8, 79]);
  });
});
