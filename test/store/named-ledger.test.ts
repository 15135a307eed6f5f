import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { conditionIn, unknownKey } from '../../src/core/job/conditions.ts';
import type { PlannedJob } from '../../src/core/job/job.ts';
import { openLedger, type RunLedger } from '../../src/store/ledger/ledger.ts';
import { openReader } from '../../src/store/ledger/reader.ts';
import { openStage } from '../../src/store/stage/stage.ts';
import { adopt, at, jobId, planned, planRecord, requestId, temporaryFolder } from './store-support.ts';

const fox = { '6.text': 'a corgi', '31.seed': 1 };
const names = { '6.text': 'prompt', '31.seed': 'seed' };
const named = (prompt: string, extra: Partial<PlannedJob> = {}): PlannedJob =>
  planned(prompt, { input: { ...fox, '6.text': prompt }, axes: { '31.seed': 1 }, names, ...extra });

function ledgerOf(...jobs: readonly PlannedJob[]): RunLedger {
  const ledger = openLedger(join(temporaryFolder(), 'run'));
  adopt(ledger, jobs);
  return ledger;
}

function linesOf({ dir }: RunLedger) {
  const reader = openReader(dir);
  try {
    return [...reader.lines()];
  } finally {
    reader.close();
  }
}

test('rows that are one job keep the names of the first', async () => {
  const ledger = ledgerOf(named('a'), named('a', { names: { '6.text': 'text' }, rows: ['b.csv:2'] }));
  expect(linesOf(ledger)).toMatchObject([{ names: { prompt: '6.text', seed: '31.seed' } }]);
  await ledger.close();
});

test('a plan with other names for a job that is done changes its names alone', async () => {
  const ledger = ledgerOf(named('a'), named('b', { names: {} }));
  const done = {
    status: 'done',
    attempt: 1,
    requestId: requestId('r'),
    files: [],
    costUsd: 0.5,
  } as const;
  await ledger.record(jobId('a'), done, at(5));
  ledger.flush();
  const again = [named('a', { names: { '6.text': 'text' } }), named('b')];
  const stage = openStage(ledger.dir);
  for (const job of again) stage.add(job);
  expect(stage.difference()).toMatchObject({ new: 0, changed: 0, removed: 0, done: 1 });
  stage.discard();
  adopt(ledger, again);
  expect(linesOf(ledger)).toMatchObject([
    { input: { text: 'a', '31.seed': 1 }, axes: { '31.seed': 1 }, state: 'done', cost: 0.5 },
    { input: { prompt: 'b', seed: 1 }, axes: { seed: 1 }, state: 'pending' },
  ]);
  expect(linesOf(ledger)[0]?.names).toEqual({ text: '6.text' });
  await ledger.close();
});

test('whoever works on a job gets its keys and its names, and its provider is that of the plan', async () => {
  const ledger = openLedger(join(temporaryFolder(), 'run'));
  adopt(ledger, [named('a')], { ...planRecord, settings: { provider: 'other' } });
  const [claim] = await ledger.claim(1);
  expect(claim?.job).toMatchObject({ input: { '6.text': 'a', '31.seed': 1 }, names });
  const [held] = [...ledger.held(['pending'])];
  expect(held?.job.names).toEqual(names);
  const reader = openReader(ledger.dir);
  expect(reader.pendingJob(jobId('a'))?.names).toEqual(names);
  expect([...reader.lines()][0]?.provider).toBe('other');
  reader.close();
  await ledger.close();
  const usual = ledgerOf(planned('x'));
  expect(Object.keys(linesOf(usual)[0] ?? {})).not.toContain('provider');
  await usual.close();
});

test('columns, axes and conditions go by the names, and conditions by the keys as well', async () => {
  const ledger = ledgerOf(named('a corgi'), named('an owl'), named('bare corgi', { names: {} }));
  const reader = openReader(ledger.dir);
  expect(reader.columns().inputs).toEqual(['prompt', 'seed', '6.text', '31.seed']);
  expect(Object.fromEntries(reader.columns().names)).toEqual(names);
  expect(reader.axes().map(({ name }) => name)).toEqual(['seed', '31.seed']);
  const known = reader.keys();
  const found = (given: string): string[] => {
    const condition = conditionIn(given, known);
    if (condition === null) throw new Error(`nothing has ${given}`);
    return [...reader.lines({ conditions: [condition] })].map(({ job }) => job);
  };
  const [corgi, owl, bare] = ['a corgi', 'an owl', 'bare corgi'].map(jobId);
  expect(found('prompt~corgi')).toEqual([corgi]);
  expect(found('6.text~CORGI')).toEqual([corgi, bare]);
  expect(found('input.6.text~corgi')).toEqual([corgi, bare]);
  expect(found('31.seed<2')).toEqual([corgi, owl, bare]);
  expect(found('31.seed=1')).toEqual([corgi, owl, bare]);
  expect(found('Seed>0')).toEqual([corgi, owl]);
  expect(unknownKey('promt~x', known).message).toContain('did you mean "prompt"?');
  reader.close();
  await ledger.close();
});

test('where no input is called the prompt, the one that is shown as it can be asked for', async () => {
  const ledger = ledgerOf(named('a corgi', { names: {} }), named('an owl', { names: {} }));
  const reader = openReader(ledger.dir);
  const condition = conditionIn('prompt~corgi', reader.keys());
  expect([...reader.lines({ conditions: condition === null ? [] : [condition] })]).toHaveLength(1);
  reader.close();
  await ledger.close();
});

test('an edited row tells its changes by the names', async () => {
  const ledger = ledgerOf(named('old', { name: 'a' }));
  await ledger.close();
  const stage = openStage(ledger.dir);
  stage.add(named('new', { name: 'a' }));
  expect([...stage.changes()]).toMatchObject([{ inputs: [{ name: 'prompt', from: 'old', to: 'new' }] }]);
  stage.discard();
});

test('equal results of different seeds are told, whatever the seed is called', async () => {
  const file = (path: string, sha256: string) => ({
    ...{ path, bytes: 1, sha256, original_sha256: null, mime: 'image/png', width: 1, height: 1 },
  });
  const seeded = (name: string, seed: number, extra: Partial<PlannedJob> = {}) =>
    planned(name, { input: { '6.text': 'a', '31.seed': seed }, ...extra });
  const called = (name: string, value: number) =>
    planned(name, { input: { '6.text': 'a', '9.value': value }, names: { '9.value': 'Seed' } });
  const pairs = [
    [seeded('a1', 1), seeded('a2', 2)],
    [called('b1', 1), called('b2', 2)],
    [seeded('c1', 3), seeded('c2', 3, { model: 'other/model' })],
  ];
  const ledger = ledgerOf(...pairs.flat());
  for (const [n, pair] of pairs.entries()) {
    for (const { id } of pair) {
      const state = { status: 'done', attempt: 1, requestId: requestId(id), costUsd: null } as const;
      await ledger.record(id, { ...state, files: [file(`files/${id}.png`, `${n}`.repeat(64))] }, at(5));
    }
  }
  ledger.flush();
  const reader = openReader(ledger.dir);
  const { groups } = reader.sameOutputs(10);
  expect(groups.map(({ jobs }) => jobs)).toEqual(pairs.slice(0, 2).map((pair) => pair.map(({ id }) => id)));
  reader.close();
  await ledger.close();
});

test('a ledger keeps nothing for jobs whose inputs are called by their keys', async () => {
  const ledger = ledgerOf(planned('x'), planned('y', { names: {} }), planned('z', { names: { gone: 'a' } }));
  await ledger.close();
  const db = new DatabaseSync(join(ledger.dir, 'manifest.db'));
  expect(db.prepare('SELECT names FROM job').all()).toEqual([
    { names: null },
    { names: null },
    { names: null },
  ]);
  db.close();
});
