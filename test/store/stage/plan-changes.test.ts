import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { PlannedJob } from '../../../src/core/job/job.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import type { PlanChange } from '../../../src/store/stage/plan-changes.ts';
import { openStage } from '../../../src/store/stage/stage.ts';
import { sized } from '../../support/tiers.ts';
import {
  adopt,
  at,
  jobId,
  ledgerWith,
  planned,
  readableAtOnce,
  requestId,
  temporaryFolder,
} from '../store-support.ts';

/** What has changed when a folder with the one plan is planned anew. */
async function changesBetween(before: readonly PlannedJob[], after: readonly PlannedJob[]) {
  const ledger = readableAtOnce(openLedger(temporaryFolder()));
  adopt(ledger, before);
  await ledger.close();
  const stage = openStage(ledger.dir);
  for (const job of after) stage.add(job);
  const changes = [...stage.changes()];
  expect(stage.difference().changed).toBe(changes.length);
  stage.discard();
  return changes;
}

/** `new<old`, by prompt. */
const pairs = (changes: readonly PlanChange[]) =>
  changes.map(({ inputs }) => {
    const prompt = inputs.find(({ name }) => name === 'prompt');
    return `${prompt?.to}<${prompt?.from}`;
  });

const job = (prompt: string, name: string | null, row: string, extra: Partial<PlannedJob> = {}) =>
  planned(prompt, { name, rows: [row], ...extra });

test('an edited row tells which of its inputs differ, and what its job was', async () => {
  const before = job('old', 'cat-1', 'x.csv:2', {
    input: { prompt: 'old', z: [1, { b: 1, a: 2 }], style: 'anime', gone: null },
  });
  const after = job('new', 'cat-1', 'x.csv:9', {
    input: { seed: 7, prompt: 'new', style: 'anime', z: [1, { a: 2, b: 1 }] },
    model: 'other/model',
    rep: 2,
  });
  const ledger = readableAtOnce(openLedger(temporaryFolder()));
  adopt(ledger, [before]);
  const paid = { attempt: 1, requestId: requestId('r'), files: [], costUsd: 1 } as const;
  await ledger.record(before.id, { ...paid, status: 'done' }, at(5));
  const stage = openStage(ledger.dir);
  stage.add(after);
  expect([...stage.changes()]).toEqual([
    {
      job: after.id,
      name: 'cat-1',
      row: 'x.csv:9',
      was: before.id,
      wasState: 'done',
      inputs: [
        { name: 'gone', from: null, to: null },
        { name: 'prompt', from: 'old', to: 'new' },
        { name: 'seed', from: null, to: 7 },
      ],
      model: { from: before.model, to: 'other/model' },
      rep: { from: 1, to: 2 },
    },
  ]);
  expect(stage.difference()).toMatchObject({ new: 1, removed: 1, changed: 1 });
  stage.discard();
  await ledger.close();
});

test('the user’s name goes before the place, and two different names are two different rows', async () => {
  const before = [job('a', 'n1', 'x.csv:2'), job('b', 'n2', 'x.csv:3'), job('c', null, 'x.csv:4')];
  const after = [
    job('a2', 'n2', 'x.csv:2'),
    job('b2', 'n1', 'x.csv:3'),
    job('c2', 'n3', 'x.csv:4'),
    job('d2', 'n4', 'x.csv:5'),
  ];
  expect(pairs(await changesBetween(before, after))).toEqual(['a2<b', 'b2<a', 'c2<c']);
  expect(await changesBetween([job('a', 'n1', 'x.csv:2')], [job('b', 'n2', 'x.csv:2')])).toEqual([]);
});

test('the jobs of one row are told apart by their axes, in whatever order these are written', async () => {
  const before = [1, 2, 3].map((seed) => job(`a${seed}`, null, 'x.csv:2', { axes: { seed, style: 'x' } }));
  const after = [3, 2, 4, 1].map((seed) => job(`b${seed}`, null, 'x.csv:2', { axes: { style: 'x', seed } }));
  expect(pairs(await changesBetween(before, after))).toEqual(['b3<a3', 'b2<a2', 'b1<a1']);

  const named = (jobs: readonly PlannedJob[]) => jobs.map((each) => ({ ...each, name: 'cat' }));
  const moved = [4, 5, 2].map((seed) => job(`b${seed}`, null, 'x.csv:7', { axes: { seed, style: 'x' } }));
  expect(pairs(await changesBetween(named(before), named(moved)))).toEqual(['b4<a1', 'b5<a3', 'b2<a2']);
});

test('another model keeps the axes apart, for rows with names and without', async () => {
  for (const name of ['cat', null]) {
    const side = (prefix: string, seeds: readonly number[], model: string) =>
      seeds.map((seed) => job(`${prefix}${seed}`, name, 'x.csv:2', { axes: { seed }, model }));
    const changes = await changesBetween(side('a', [1, 2], 'm/1'), side('b', [2, 1], 'm/2'));
    expect(pairs(changes)).toEqual(['b2<a2', 'b1<a1']);
    expect(changes.map(({ model, rep }) => [model, rep])).toEqual([
      [{ from: 'm/1', to: 'm/2' }, undefined],
      [{ from: 'm/1', to: 'm/2' }, undefined],
    ]);
  }
});

test('a text on an axis is not the number that it reads as', async () => {
  const before = [job('a', null, 'x.csv:2', { axes: { seed: 1 } })];
  expect(await changesBetween(before, [job('b', null, 'x.csv:2', { axes: { seed: '1' } })])).toEqual([]);
});

test('what the command line asks for is compared by its axes', async () => {
  const alone = (prompt: string, seed: number) => planned(prompt, { rows: [], axes: { seed } });
  const changes = await changesBetween([alone('a', 1), alone('b', 2)], [alone('c', 2), alone('d', 3)]);
  expect(changes).toMatchObject([{ job: jobId('c'), was: jobId('b'), row: null, name: null }]);
});

test('no job of the plan and none that the folder knows already is a change', async () => {
  const ledger = ledgerWith('kept', 'left');
  const trouble = { status: 'submitting', attempt: 1, since: at(1) } as const;
  await ledger.record(jobId('left'), trouble, at(1));
  adopt(ledger, [planned('kept')]);
  const stage = openStage(ledger.dir);
  stage.add(planned('kept', { rows: ['x.csv:3'] }));
  stage.add(planned('left', { rows: ['kept.csv:2'] }));
  stage.add(planned('new', { rows: ['left.csv:2'] }));
  stage.add(planned('newer', { rows: ['kept.csv:2'] }));
  expect([...stage.changes()]).toEqual([]);
  stage.discard();
  await ledger.close();
});

test('changes follow the selection, and a limit tells the first of them', () => {
  const ledger = ledgerWith('a', 'b', 'c');
  const stage = openStage(ledger.dir);
  const edited = (prompt: string) => planned(`${prompt}2`, { rows: [`${prompt}.csv:2`] });
  stage.add(edited('a'), 2);
  stage.add(edited('b'), 1);
  stage.add(edited('c'), 0);
  expect(pairs([...stage.changes(2)])).toEqual(['c2<c', 'b2<b']);
  stage.select({ sample: null, shuffle: false, limit: 1 });
  expect(pairs([...stage.changes()])).toEqual(['c2<c']);
  expect(stage.difference()).toMatchObject({ new: 1, removed: 3, changed: 1 });
  stage.discard();
  return ledger.close();
});

test('each new job comes in the place of one job at most, and as many are paired as can be by name', async () => {
  const anyName = fc.constantFrom('x', 'y', 'z');
  const anySide = fc.array(fc.record({ name: anyName, seed: fc.integer({ min: 1, max: 2 }) }), {
    maxLength: 8,
  });
  await fc.assert(
    fc.asyncProperty(anySide, anySide, async (old, now) => {
      const side = (prefix: string, rows: typeof old) =>
        rows.map(({ name, seed }, n) => job(`${prefix}${n}`, name, `f:${n}`, { axes: { seed } }));
      const changes = await changesBetween(side('old', old), side('new', now));
      expect(new Set(changes.map(({ was }) => was)).size).toBe(changes.length);
      for (const name of ['x', 'y', 'z']) {
        const count = (rows: typeof old) => rows.filter((row) => row.name === name).length;
        const paired = changes.filter((change) => change.name === name).length;
        expect(paired).toBe(Math.min(count(old), count(now)));
      }
    }),
    { numRuns: sized(8, 25) },
  );
});

test('an input that is called like what every object has differs from one that is not given', async () => {
  const [name, own] = ['cat-1', { rows: ['x.csv:2'] }];
  const before = planned('old', { name, ...own, input: { prompt: 'a', toString: 'x' } });
  const after = planned('new', {
    name,
    ...own,
    input: JSON.parse('{"prompt":"a","constructor":"c","__proto__":"p"}'),
  });
  const [change] = await changesBetween([before], [after]);
  expect(change?.inputs).toEqual([
    { name: '__proto__', from: null, to: 'p' },
    { name: 'constructor', from: null, to: 'c' },
    { name: 'toString', from: 'x', to: null },
  ]);
});
