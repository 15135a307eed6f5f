import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { openReader } from '../../src/store/ledger/reader.ts';
import { openStage, type Stage } from '../../src/store/stage/stage.ts';
import { everything, type Selection } from '../../src/store/stage/stage-tables.ts';
import { sized } from '../support/tiers.ts';
import { adopt, jobId, ledgerWith, planned, planRecord, temporaryFolder } from './store-support.ts';

interface Ranked {
  readonly prompt: string;
  readonly rank: number;
}

const ranked = fc.record({ prompt: fc.stringMatching(/^[a-z]{1,3}$/), rank: fc.integer({ min: 0, max: 3 }) });
const rows = fc.uniqueArray(ranked, { selector: ({ prompt }) => prompt, maxLength: 25 });
const most = fc.option(fc.integer({ min: 0, max: 30 }));
const anySelection: fc.Arbitrary<Selection> = fc.record({
  sample: most,
  shuffle: fc.boolean(),
  limit: most,
});

const reversed = (prompt: string) => [...jobId(prompt)].reverse().join('');
const byReversed = (a: Ranked, b: Ranked) => (reversed(a.prompt) < reversed(b.prompt) ? -1 : 1);

/** What a selection means, in memory. */
function selected(all: readonly Ranked[], { sample, shuffle, limit }: Selection): string[] {
  const drawn = [...all].sort(byReversed).slice(0, sample ?? all.length);
  const inOrder = shuffle ? drawn : all.filter((row) => drawn.includes(row)).sort((a, b) => a.rank - b.rank);
  return inOrder.slice(0, limit ?? all.length).map(({ prompt }) => prompt);
}

function staged(all: readonly Ranked[]): Stage {
  const stage = openStage(null);
  for (const { prompt, rank } of all) stage.add(planned(prompt), rank);
  return stage;
}

const promptsOf = (stage: Stage) => [...stage.jobs()].map(({ input }) => String(input.prompt));

test('a selection is a sample by the jobs alone, then an order, then the first of it', () => {
  fc.assert(
    fc.property(rows, anySelection, (all, selection) => {
      const stage = staged(all);
      stage.select(selection);
      const expected = selected(all, selection);
      expect(promptsOf(stage)).toEqual(expected);
      expect([...stage.toSubmit()].map(({ input }) => input.prompt)).toEqual(expected);
      expect(stage.difference()).toMatchObject({ jobs: expected.length, new: expected.length });
      expect(stage.count()).toBe(all.length);
      stage.discard();
    }),
    { numRuns: sized(15, 60) },
  );
});

test('a sample keeps its jobs when rows are added, but for those that smaller ones drive out', () => {
  fc.assert(
    fc.property(rows, fc.nat(10), fc.nat(25), (all, sample, already) => {
      const stage = staged(all.slice(0, already));
      stage.select({ sample, shuffle: false, limit: null });
      const before = promptsOf(stage);
      for (const { prompt, rank } of all.slice(already)) stage.add(planned(prompt), rank);
      const after = promptsOf(stage);
      const come = after.filter((prompt) => !before.includes(prompt));
      const gone = before.filter((prompt) => !after.includes(prompt));
      expect(after).toHaveLength(Math.min(sample, all.length));
      expect(come.length - gone.length).toBe(after.length - before.length);
      expect(after.filter((prompt) => before.includes(prompt))).toEqual(
        before.filter((prompt) => after.includes(prompt)),
      );
      for (const prompt of gone) {
        for (const other of after) expect(reversed(other) < reversed(prompt)).toBe(true);
      }
      stage.discard();
    }),
    { numRuns: sized(15, 60) },
  );
});

test('the order is by rank, then by arrival, and another selection takes the place of the last one', () => {
  const stage = openStage(null);
  for (const [n, rank] of [2, 0, 1, 2, 0, 1].entries()) stage.add(planned(`p${n}`), rank);
  expect(promptsOf(stage)).toEqual(['p1', 'p4', 'p2', 'p5', 'p0', 'p3']);
  stage.select({ sample: null, shuffle: false, limit: 3 });
  expect(promptsOf(stage)).toEqual(['p1', 'p4', 'p2']);
  expect(stage.add(planned('late'), 0)).toBe('new');
  expect(promptsOf(stage)).toEqual(['p1', 'p4', 'late']);
  stage.select(everything);
  expect(promptsOf(stage)).toEqual(['p1', 'p4', 'late', 'p2', 'p5', 'p0', 'p3']);
  expect(stage.count()).toBe(7);
  stage.discard();
});

test('rows that were joined to a job count only while it is selected', () => {
  const stage = openStage(null);
  for (const prompt of ['a', 'a', 'b', 'b', 'b']) stage.add(planned(prompt), 0);
  expect(stage.difference().joinedRows).toBe(3);
  stage.select({ sample: null, shuffle: false, limit: 1 });
  expect(stage.difference()).toMatchObject({
    jobs: 1,
    joinedRows: 1,
    samples: { new: [{ rows: ['a.csv:2', 'a.csv:2'] }] },
  });
  stage.discard();
});

test('the plan of the folder is the selection in its order, and what lies beyond it leaves the plan', async () => {
  const ledger = ledgerWith('a', 'b', 'c', 'd');
  const done = { status: 'done', attempt: 1, requestId: 'r', files: [], costUsd: null } as never;
  await ledger.record(jobId('d'), done, planRecord.plannedAt);
  const stage = openStage(ledger.dir);
  for (const [prompt, rank] of [
    ['a', 1],
    ['b', 0],
    ['e', 0],
    ['c', 2],
    ['d', 3],
  ] as const) {
    stage.add(planned(prompt), rank);
  }
  stage.select({ sample: null, shuffle: false, limit: 3 });
  expect(stage.difference()).toMatchObject({ jobs: 3, new: 1, pending: 2, done: 0, removed: 2 });
  expect(stage.difference().samples.removed.map(({ name, input }) => name ?? input.prompt)).toEqual([
    'c',
    'd',
  ]);
  stage.adopt(ledger, planRecord);
  stage.discard();

  const claimed = await ledger.claim(10);
  expect(claimed.map(({ job }) => job.input.prompt)).toEqual(['b', 'e', 'a']);
  const reader = openReader(ledger.dir);
  expect([...reader.lines()].map(({ input }) => input.prompt)).toEqual(['b', 'e', 'a', 'd']);
  reader.close();
  await ledger.close();
});

test('a duplicate that is kept becomes the next repetition that is free, whoever took the ones before', () => {
  const repetition = (prompt: string) => (rep: number) =>
    planned(rep === 1 ? prompt : `${prompt} ${rep}`, { input: { prompt }, rep });
  const stage = openStage(null);
  const add = (prompt: string, rep: number) =>
    stage.add(repetition(prompt)(rep), rep, { keepDuplicates: repetition(prompt) });
  for (const rep of [1, 3]) expect(add('a', rep)).toBe('new');
  for (let n = 0; n < 3; n += 1) expect(add('a', 1)).toBe('new');
  expect(add('a', 3)).toBe('new');
  expect(add('b', 1)).toBe('new');
  expect(add('b', 1)).toBe('new');
  stage.select({ sample: null, shuffle: false, limit: null });
  const found = [...stage.jobs()].map(({ input, rep }) => `${input.prompt}${rep}`);
  expect(found).toEqual(['a1', 'a2', 'a4', 'a5', 'b1', 'b2', 'a3', 'a6']);
  expect(stage.count()).toBe(8);
  expect(stage.difference().joinedRows).toBe(0);
  stage.discard();
});

test('thousands of identical rows that are kept are asked for their next repetition twice each, not more', () => {
  let made = 0;
  const repetition = (rep: number) => {
    made += 1;
    return planned(`a ${rep}`, { rep });
  };
  const stage = openStage(null);
  for (let n = 0; n < 3_000; n += 1) {
    expect(stage.add(planned('a 1'), 0, { keepDuplicates: repetition })).toBe('new');
  }
  expect(made).toBe(2 * 2_999);
  expect(stage.count()).toBe(3_000);
  stage.discard();
});

test('the axes of a plan are its values in plan order, of which the first hundred are told', async () => {
  const seeds = Array.from({ length: 130 }, (_, n) => 0.1 + n / 10);
  const jobs = seeds.flatMap((seed) =>
    ['1:1', true, null].map((ratio) => planned(`${seed} ${ratio}`, { axes: { 'a "b"': ratio, seed } })),
  );
  const expected = [
    { name: 'a "b"', values: ['1:1', true, null], count: 3 },
    { name: 'seed', values: seeds.slice(0, 100), count: 130 },
  ];
  const ledger = openLedger(temporaryFolder());
  adopt(ledger, [planned('gone', { axes: { style: 'x' } })]);
  await ledger.record(
    jobId('gone'),
    { status: 'submitting', attempt: 1, since: planRecord.plannedAt },
    planRecord.plannedAt,
  );
  const stage = openStage(ledger.dir);
  for (const job of jobs) stage.add(job);
  expect(stage.axes()).toEqual(expected);
  stage.adopt(ledger, planRecord);
  const reader = openReader(ledger.dir);
  expect(reader.axes()).toEqual(expected);
  reader.close();

  stage.select({ sample: null, shuffle: false, limit: 4 });
  expect(stage.axes()).toEqual([
    { name: 'a "b"', values: ['1:1', true, null], count: 3 },
    { name: 'seed', values: seeds.slice(0, 2), count: 2 },
  ]);
  stage.discard();
  await ledger.close();
});
