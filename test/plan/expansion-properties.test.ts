import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jobId } from '../../src/plan/cells/planned-job.ts';
import { compileInputs } from '../../src/plan/models/schema.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { sized } from '../support/tiers.ts';
import { textRow, type WholePlan, type Wish, whollyPlanned } from './plan-arrange.ts';

const { check } = compileInputs(ideogramV2);

const axisPool = {
  style: ['auto', 'general', 'realistic', 'design', 'render_3D', 'anime'],
  aspect_ratio: ['3:1', '16:9', '1:1', '9:16'],
  seed: [0, 1, 2, 3, 4],
  negative_prompt: ['text', 'water, marks', 'a "b"'],
};
const grid = fc.record(
  Object.fromEntries(
    Object.entries(axisPool).map(([name, pool]) => [
      name,
      fc.subarray<string | number>(pool, { minLength: 1 }),
    ]),
  ) as { [name in keyof typeof axisPool]: fc.Arbitrary<(string | number)[]> },
  { requiredKeys: [] },
);
const order = fc.constantFrom('breadth' as const, 'depth' as const);
const rowsOf = (count: number) =>
  Array.from({ length: count }, (_, index) => textRow(index + 2, { prompt: `p${index}` }));
const product = (axes: object): number =>
  Object.values(axes).reduce((whole: number, { length }: readonly unknown[]) => whole * length, 1);

/** As the stage sorts them. */
function sorted({ jobs, ranks }: WholePlan): string[] {
  return jobs
    .map(({ id }, arrival) => ({ id, arrival, rank: ranks[arrival] as number }))
    .sort((a, b) => a.rank - b.rank || a.arrival - b.arrival)
    .map(({ id }) => id);
}

test('a plan has rows × values × repetitions jobs, all different and each with a valid body', async () => {
  await fc.assert(
    fc.asyncProperty(
      grid,
      fc.integer({ min: 1, max: 3 }),
      fc.integer({ min: 1, max: 2 }),
      order,
      async (axes, rows, repeat, how) => {
        const { jobs } = await whollyPlanned(rowsOf(rows), { axes, repeat, order: how } as Wish);
        expect(jobs).toHaveLength(rows * repeat * product(axes));
        expect(new Set(jobs.map(({ id }) => id)).size).toBe(jobs.length);
        for (const { id, model, input, rep } of jobs) {
          expect(check(input)).toEqual([]);
          expect(id).toBe(jobId(model, input, rep, null));
        }
      },
    ),
    { numRuns: sized(8, 30) },
  );
});

test('breadth and depth are the same jobs in another order', async () => {
  await fc.assert(
    fc.asyncProperty(grid, fc.integer({ min: 1, max: 2 }), async (axes, repeat) => {
      const plans = await Promise.all(
        (['breadth', 'depth'] as const).map((how) =>
          whollyPlanned(rowsOf(2), { axes, repeat, order: how } as Wish),
        ),
      );
      const [breadth, depth] = plans.map((plan) => [...plan.jobs].sort((a, b) => (a.id < b.id ? -1 : 1)));
      expect(depth).toEqual(breadth);
    }),
    { numRuns: sized(8, 30) },
  );
});

test('in breadth no seed or repetition is begun before the one before it is through', async () => {
  await fc.assert(
    fc.asyncProperty(grid, fc.integer({ min: 1, max: 2 }), async (axes, repeat) => {
      const { jobs, ranks } = await whollyPlanned(rowsOf(2), { axes, repeat } as Wish);
      const seeds: readonly unknown[] = axes.seed ?? [undefined];
      for (const [index, { input, rep }] of jobs.entries()) {
        expect(ranks[index]).toBe((rep - 1) * seeds.length + seeds.indexOf(input.seed));
      }
    }),
    { numRuns: sized(8, 30) },
  );
});

test('with a limit the first jobs are those of the whole plan', async () => {
  const prompts = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      grid,
      prompts,
      fc.integer({ min: 1, max: 60 }),
      order,
      async (axes, texts, limit, how) => {
        const rows = texts.map((prompt, index) => textRow(index + 2, { prompt }));
        const wish = { axes, order: how, repeat: 2 } as Wish;
        const whole = [...new Set(sorted(await whollyPlanned(rows, wish)))];
        const first = [...new Set(sorted(await whollyPlanned(rows, { ...wish, limit })))];
        expect(first.slice(0, limit)).toEqual(whole.slice(0, limit));
      },
    ),
    { numRuns: sized(15, 60) },
  );
});

test('exclusions leave out exactly the cells that they name', async () => {
  const wish = fc.tuple(fc.constantFrom(...axisPool.style), fc.constantFrom(...axisPool.aspect_ratio));
  await fc.assert(
    fc.asyncProperty(fc.array(wish, { minLength: 1, maxLength: 4 }), async (pairs) => {
      const exclude = pairs.map(([style, ratio]) => `style=${style},aspect_ratio=${ratio}`);
      const { style, aspect_ratio } = axisPool;
      const { jobs } = await whollyPlanned(rowsOf(1), { axes: { style, aspect_ratio }, exclude });
      const left = new Set(pairs.map(String));
      expect(jobs).toHaveLength(style.length * aspect_ratio.length - left.size);
      for (const { input } of jobs) expect(left).not.toContain(`${input.style},${input.aspect_ratio}`);
    }),
    { numRuns: sized(8, 30) },
  );
});
