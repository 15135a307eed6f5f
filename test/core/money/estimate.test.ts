import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { estimateOf, scaledTo } from '../../../src/core/money/estimate.ts';
import { estimator, type Knowledge } from '../../../src/core/money/estimator.ts';
import { maxPastJobs, type PastJob, pastFigures } from '../../../src/core/money/past-figures.ts';

const nothing: Knowledge = { prices: new Map(), own: [], others: [] };

function job(part: Partial<PastJob> = {}): PastJob {
  return { model: 'a/b', input: {}, finishedAt: 1, usd: 0.08, tookMs: 4_000, bytes: 1_000, ...part };
}

const likely = (known: Partial<Knowledge>, input = {}, model = 'a/b') =>
  estimator({ ...nothing, ...known }).likely({ model, input });

function lowerMedian(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length / 2) - 1] as number;
}

describe('what a job will likely cost', () => {
  test('is its catalogue price, whatever others have cost', () => {
    const own = pastFigures([job({ usd: 7 })]);
    const prices = new Map([['a/b', { usd: 0.1, unit: 'output' } as const]]);
    expect(likely({ prices, own }, { num_images: 3 })).toMatchObject({
      usd: expect.closeTo(0.3),
      source: 'catalogue',
    });
    expect(likely({ prices, own }).jobs).toBe(0);
  });

  test('is else the median of the latest jobs, and tells how many', () => {
    const costs = fc.array(
      fc.integer({ min: 0, max: 1_000 }).map((cents) => cents / 100),
      { minLength: 1, maxLength: 260 },
    );
    fc.assert(
      fc.property(costs, (usd) => {
        const own = pastFigures(usd.map((each, nth) => job({ usd: each, finishedAt: 1_000 - nth })));
        const counted = usd.slice(0, maxPastJobs);
        expect(likely({ own })).toMatchObject({
          usd: lowerMedian(counted),
          source: 'history',
          jobs: counted.length,
        });
      }),
    );
  });

  test('follows this folder before others, and equal priced inputs before the model', () => {
    const own = pastFigures([job({ input: { duration: 5 }, usd: 0.5 })]);
    const others = pastFigures([
      job({ input: { duration: 10 }, usd: 1 }),
      job({ input: { duration: 5 }, usd: 9 }),
    ]);
    expect(likely({ own, others }, { duration: 5 }).usd).toBe(0.5);
    expect(likely({ own, others }, { duration: 10 }).usd).toBe(1);
    expect(likely({ own, others }, { duration: 20 }).usd).toBe(0.5);
    expect(likely({ others }, { duration: 5, seed: 3 }).usd).toBe(9);
  });

  test('is never that of another model, and unknown without any', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a/b', 'c/d', 'e/f')),
        fc.constantFrom('a/b', 'c/d', 'e/f'),
        (models, asked) => {
          const own = pastFigures(
            models.map((model) => job({ model, usd: model.length + model.charCodeAt(0) })),
          );
          const found = likely({ own }, {}, asked).usd;
          expect(found).toBe(models.includes(asked) ? asked.length + asked.charCodeAt(0) : null);
        },
      ),
    );
    expect(likely({})).toEqual({ usd: null, source: null, jobs: 0, tookMs: null, bytes: null });
  });

  test('rests on jobs whose cost was named; the others tell how long they took', () => {
    const own = pastFigures([job({ usd: null, tookMs: 2_000 }), job({ usd: 0.2, tookMs: null })]);
    expect(likely({ own })).toMatchObject({ usd: 0.2, jobs: 1, tookMs: 2_000 });
  });

  test('takes the newest of other folders', () => {
    const old = pastFigures(Array.from({ length: 300 }, () => job({ usd: 1, finishedAt: 1 })));
    const recent = pastFigures(Array.from({ length: 200 }, () => job({ usd: 3, finishedAt: 9 })));
    expect(likely({ others: [...old, ...recent] })).toMatchObject({ usd: 3, jobs: 200 });
  });
});

describe('an estimate', () => {
  const own = pastFigures([job()]);
  const known = estimator({ ...nothing, own });
  const groups = [{ model: 'a/b', input: {}, jobs: 6_400 }];

  test('of time follows the window and submissions per minute', () => {
    const at = (atOnce: number, perMinute: number | null) => estimateOf(groups, known, { atOnce, perMinute });
    expect(at(64, null)).toMatchObject({ durationMs: 400_000, window: { atOnce: 64 } });
    expect(at(32, null).durationMs).toBe(800_000);
    expect(at(64, 60).durationMs).toBe(6_399_000 + 4_000);
    expect(
      estimateOf([{ ...groups[0], jobs: 3 } as (typeof groups)[number]], known, {
        atOnce: 64,
        perMinute: null,
      }),
    ).toMatchObject({
      durationMs: 4_000,
      window: { atOnce: 3 },
    });
  });

  test('adds up money and room, and says what it does not know', () => {
    expect(estimateOf(groups, known)).toMatchObject({
      usd: expect.closeTo(512),
      bytes: 6_400_000,
      unpriced: 0,
      source: 'history',
      pastJobs: 1,
      durationMs: null,
    });
    const more = [...groups, { model: 'x/y', input: {}, jobs: 2 }];
    const window = { atOnce: 64, perMinute: null };
    expect(estimateOf(more, known, window)).toMatchObject({ unpriced: 2, durationMs: null, bytes: null });
    expect(estimateOf([], known, window)).toMatchObject({ jobs: 0, usd: 0, source: null, durationMs: null });
  });

  test('never falls when a job is added', () => {
    const prices = new Map([['p/q', { usd: 0.05, unit: 'output' } as const]]);
    const both = estimator({ prices, own, others: [] });
    const some = fc.array(
      fc.record({ model: fc.constantFrom('a/b', 'p/q', 'x/y'), jobs: fc.integer({ min: 1, max: 99 }) }),
    );
    fc.assert(
      fc.property(some, (each) => {
        const all = each.map((group) => ({ ...group, input: {} }));
        const less = estimateOf(all.slice(1), both);
        expect(estimateOf(all, both).usd).toBeGreaterThanOrEqual(less.usd - 1e-9);
        expect(estimateOf(all, both).jobs).toBe(all.reduce((sum, { jobs }) => sum + jobs, 0));
      }),
    );
  });
});

test('what is left of equal jobs is estimated as if only they were there', () => {
  const count = fc.integer({ min: 1, max: 5_000 });
  const perMinute = fc.option(fc.integer({ min: 1, max: 1_000 }), { nil: null });
  const own = pastFigures([job()]);
  fc.assert(
    fc.property(count, count, fc.integer({ min: 1, max: 64 }), perMinute, (jobs, more, atOnce, limit) => {
      const of = (number: number) =>
        estimateOf([{ model: 'a/b', input: {}, jobs: number }], estimator({ ...nothing, own }), {
          atOnce,
          perMinute: limit,
        });
      const [left, alone] = [scaledTo(of(jobs + more), jobs), of(jobs)];
      expect(left).toMatchObject({ jobs, usd: expect.closeTo(alone.usd, 6), source: 'history' });
      expect(left.bytes).toBeCloseTo(alone.bytes ?? 0, 3);
      // Where submissions per minute hold a run up, what one job takes can no longer be told from it.
      if (limit === null) expect(left.durationMs).toBeCloseTo(alone.durationMs ?? 0, 3);
      else expect(left.durationMs).toBeLessThanOrEqual(of(jobs + more).durationMs ?? 0);
    }),
  );
  expect(
    scaledTo(estimateOf([{ model: 'a/b', input: {}, jobs: 4 }], estimator({ ...nothing, own })), 0),
  ).toMatchObject({
    ...{ jobs: 0, usd: 0, source: null, durationMs: null, bytes: null },
  });
});

describe('a model whose machines are paid by the second', () => {
  const prices = new Map([['a/b', { usd: 0.001, unit: 'machine_second' } as const]]);
  const own = pastFigures([
    job({ tookMs: 9_000, finishedAt: 7 }),
    job({ usd: 0.5, tookMs: 8_000, finishedAt: 5 }),
  ]);

  test('costs the time that such jobs took, at the price of today', () => {
    expect(likely({ prices, own })).toMatchObject({ usd: 0.008, source: 'history', jobs: 2, isByTime: true });
    expect(likely({ prices })).toMatchObject({ usd: null, source: null, isByTime: true });
    expect(likely({ own })).not.toHaveProperty('isByTime');
    expect(estimator({ ...nothing, own }).lastAt('a/b')).toBe(7);
    expect(estimator({ ...nothing, own }).lastAt('a/c')).toBe(null);
  });

  test('takes as long as its machines need, and once the time in which they start', () => {
    const window = { atOnce: 12, perMinute: null, working: 4, startMs: 240_000 };
    const estimate = estimateOf(
      [{ model: 'a/b', input: {}, jobs: 40 }],
      estimator({ ...nothing, prices, own }),
      window,
    );
    expect(estimate).toMatchObject({ byTime: 40, durationMs: 240_000 + 80_000 });
    expect(scaledTo(estimate, 20)).toMatchObject({ byTime: 20, durationMs: 240_000 + 40_000 });
  });
});
