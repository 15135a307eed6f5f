import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shardNumber } from '../../../src/core/job/shard.ts';
import { openStage, type Stage } from '../../../src/store/stage/stage.ts';
import type { Selection } from '../../../src/store/stage/stage-tables.ts';
import { sized } from '../../support/tiers.ts';
import { jobId, planned } from '../store-support.ts';

interface Line {
  readonly prompt: string;
  readonly rank: number;
  /** null: the usual name, which holds the id. */
  readonly name: string | null;
}

const line: fc.Arbitrary<Line> = fc.record({
  prompt: fc.stringMatching(/^[a-z]{1,2}$/),
  rank: fc.integer({ min: 0, max: 3 }),
  name: fc.constantFrom(null, 'cat', 'cat-1', 'Cat', '{n}-cat', 'cat-{n}', 'dog'),
});
const most = fc.option(fc.integer({ min: 0, max: 30 }));
const selection: fc.Arbitrary<Selection> = fc.record({ sample: most, shuffle: fc.boolean(), limit: most });

function staged(lines: readonly Line[], which: Selection): Stage {
  const stage = openStage(null);
  for (const { prompt, rank, name } of lines) {
    stage.add(planned(prompt, name === null ? {} : { pathTemplate: `files/${name}{_i}.{ext}` }), rank);
  }
  stage.select(which);
  return stage;
}

function jobsOf(lines: readonly Line[], which: Selection) {
  const stage = staged(lines, which);
  try {
    return { jobs: [...stage.jobs()], whole: stage.wholeCount(), counted: stage.difference().jobs };
  } finally {
    stage.discard();
  }
}

test('the shards of a plan are the plan: each job in one, with the path that it has there, and in its order', () => {
  fc.assert(
    fc.property(
      fc.array(line, { maxLength: 30 }),
      selection,
      fc.integer({ min: 1, max: 6 }),
      (lines, which, of) => {
        const whole = jobsOf(lines, which);
        const order = whole.jobs.map(({ id }) => id);
        const shards = Array.from({ length: of }, (_, n) =>
          jobsOf(lines, { ...which, shard: { number: n + 1, of } }),
        );
        const all = shards.flatMap(({ jobs }) => jobs);
        expect(all.toSorted((a, b) => order.indexOf(a.id) - order.indexOf(b.id))).toEqual(whole.jobs);
        for (const { jobs, whole: count, counted } of shards) {
          expect(jobs.map(({ id }) => id)).toEqual(order.filter((id) => jobs.some((job) => job.id === id)));
          expect({ count, counted }).toEqual({ count: order.length, counted: jobs.length });
        }
      },
    ),
    { numRuns: sized(15, 80) },
  );
});

test('no job leaves its shard when rows are moved, added and removed', () => {
  fc.assert(
    fc.property(
      fc
        .array(line, { maxLength: 20 })
        .chain((lines) => fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines))),
      fc.array(line, { maxLength: 5 }),
      ([before, left], added) => {
        const which = { sample: null, shuffle: false, limit: null, shard: { number: 2, of: 3 } };
        const has = (lines: readonly Line[]) => new Set(jobsOf(lines, which).jobs.map(({ id }) => id));
        const [was, is] = [has(before), has([...left, ...added])];
        for (const { prompt } of left) expect(is.has(jobId(prompt))).toBe(was.has(jobId(prompt)));
      },
    ),
    { numRuns: sized(10, 60) },
  );
});

test('shards are of one size, whatever their number, and so are those of a sample', () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => jobId(`p${n}`));
  const drawn = ids.filter((id) => id.endsWith('0'));
  for (const of of [2, 3, 5, 16]) {
    for (const all of [ids, drawn]) {
      const sizes = new Array<number>(of).fill(0);
      for (const id of all) sizes[shardNumber(id, of) - 1] = (sizes[shardNumber(id, of) - 1] ?? 0) + 1;
      const even = all.length / of;
      // Five standard deviations.
      for (const size of sizes) expect(Math.abs(size - even)).toBeLessThan(5 * Math.sqrt(even));
    }
  }
});
