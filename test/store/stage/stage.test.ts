import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { JobId, JobState, JobStatus } from '../../../src/core/job/job.ts';
import { openLedger } from '../../../src/store/ledger/ledger.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { openStage } from '../../../src/store/stage/stage.ts';
import {
  adopt,
  at,
  complaintOf,
  jobId,
  ledgerWith,
  planned,
  planRecord,
  requestId,
  temporaryFolder,
} from '../store-support.ts';

const held = { attempt: 1, requestId: requestId('r'), costUsd: null } as const;
const trouble = failure('generation_failed', 'It failed.');
const states: Readonly<Record<Exclude<JobStatus, 'pending'>, JobState>> = {
  submitting: { status: 'submitting', attempt: 1, since: at(1) },
  queued: { ...held, status: 'queued', since: at(1), stalled: null },
  running: { ...held, status: 'running', since: at(1), stalled: null },
  succeeded: { ...held, status: 'succeeded', outputs: null, stalled: null },
  done: { ...held, status: 'done', files: [] },
  failed: { ...held, status: 'failed', failure: trouble },
  cancelled: { ...held, status: 'cancelled', failure: trouble },
  lost: { ...held, status: 'lost', failure: trouble },
  unknown: { status: 'unknown', attempt: 1, since: at(1), failure: trouble },
};

const promptsIn = (dir: string) => {
  const reader = openReader(dir);
  const found = [...reader.lines({ currentPlanOnly: true })].map((line) => line.input.prompt);
  reader.close();
  return found;
};

test('without a folder everything is new, and identical jobs are joined with all of their rows', () => {
  const stage = openStage(null);
  expect(stage.add(planned('a', { tags: { n: '1' } }))).toBe('new');
  expect(stage.add(planned('b'))).toBe('new');
  expect(stage.add(planned('a', { rows: ['x.csv:7'], tags: { n: '2' } }))).toBe('joined');
  expect(stage.add(planned('a', { rows: ['x.csv:9'] }))).toBe('joined');

  const joined = planned('a', { rows: ['a.csv:2', 'x.csv:7', 'x.csv:9'], tags: { n: '1' } });
  expect(stage.difference()).toEqual({
    ...{
      jobs: 2,
      new: 2,
      done: 0,
      inFlight: 0,
      pending: 0,
      failed: 0,
      unknown: 0,
      removed: 0,
      changed: 0,
      joinedRows: 2,
    },
    samples: { new: [joined, planned('b')], removed: [] },
  });
  expect([...stage.jobs()]).toEqual([joined, planned('b')]);
  expect([...stage.jobs(1)]).toEqual([joined]);
  expect(stage.add(planned('c'))).toBe('new');
  expect(stage.difference().jobs).toBe(3);
  stage.discard();
});

test('the difference tells every state of the folder, and staging leaves the folder as it was', async () => {
  const ledger = ledgerWith('pending', 'gone', ...Object.keys(states));
  for (const [prompt, state] of Object.entries(states)) await ledger.record(jobId(prompt), state, at(2));
  await ledger.close();
  const before = readdirSync(ledger.dir);

  const stage = openStage(ledger.dir);
  for (const prompt of ['fresh', ...Object.keys(states), 'pending']) stage.add(planned(prompt));
  expect(stage.difference()).toEqual({
    ...{
      jobs: 11,
      new: 1,
      done: 1,
      inFlight: 4,
      pending: 1,
      failed: 3,
      unknown: 1,
      removed: 1,
      changed: 0,
      joinedRows: 0,
    },
    samples: { new: [planned('fresh')], removed: [planned('gone')] },
  });
  expect([...stage.toSubmit()]).toEqual([planned('fresh'), planned('pending')]);
  stage.discard();
  expect(readdirSync(ledger.dir)).toEqual(before);
  expect(promptsIn(ledger.dir)).toContain('gone');
});

test('staging works while a run is going on, and sees what the run commits', async () => {
  const ledger = ledgerWith('a');
  const stage = openStage(ledger.dir);
  stage.add(planned('a'));
  expect(stage.difference()).toMatchObject({ pending: 1, inFlight: 0 });
  await ledger.record(jobId('a'), states.queued, at(2));
  expect(stage.difference()).toMatchObject({ pending: 0, inFlight: 1 });
  stage.discard();
  await ledger.close();
});

test('adopting keeps the plan in its order and every record of what was attempted, and drops the rest', async () => {
  const ledger = ledgerWith('paid', 'never', 'b', 'c');
  await ledger.record(jobId('paid'), states.done, at(2));
  adopt(ledger, [planned('c', { tags: { new: 'tag' } }), planned('z'), planned('b')], {
    ...planRecord,
    plannedAt: at(9),
  });

  expect(promptsIn(ledger.dir)).toEqual(['c', 'z', 'b']);
  const reader = openReader(ledger.dir);
  expect(
    [...reader.lines()].map(({ input, planned_at, tags }) => [input.prompt, planned_at?.slice(17), tags]),
  ).toEqual([
    ['c', '01.000Z', { new: 'tag' }],
    ['z', '00.009Z', {}],
    ['b', '01.000Z', {}],
    ['paid', '01.000Z', {}],
  ]);
  expect(reader.planRecord()).toEqual({ ...planRecord, plannedAt: 9 });
  expect(reader.holdings().counts).toMatchObject({ pending: 3, done: 0 });

  adopt(ledger, [planned('paid')]);
  expect(reader.holdings().counts).toMatchObject({ pending: 0, done: 1 });
  reader.close();
  await ledger.close();
});

test('a job under way keeps the path of its files when the name template changes', async () => {
  const ledger = ledgerWith('a', 'b');
  await ledger.record(jobId('a'), states.succeeded, at(2));
  adopt(ledger, [
    planned('a', { pathTemplate: 'files/new-a{_i}.{ext}' }),
    planned('b', { pathTemplate: 'files/new-b{_i}.{ext}' }),
  ]);
  const claimed = await ledger.claim(2);
  expect(claimed.map(({ job }) => job.pathTemplate)).toEqual([
    planned('a').pathTemplate,
    'files/new-b{_i}.{ext}',
  ]);
  await ledger.close();
});

test('an adoption that fails half-way leaves the old plan as it was', async () => {
  const ledger = ledgerWith('a', 'b');
  const db = new DatabaseSync(join(ledger.dir, 'manifest.db'));
  db.exec(
    `CREATE TRIGGER half BEFORE INSERT ON job WHEN new.seq = 3 BEGIN SELECT RAISE(ABORT, 'half-way'); END`,
  );
  expect(() =>
    adopt(ledger, [planned('b'), planned('x'), planned('y')], { ...planRecord, fingerprint: 'f2' }),
  ).toThrow('half-way');
  db.close();
  expect(promptsIn(ledger.dir)).toEqual(['a', 'b']);
  const reader = openReader(ledger.dir);
  expect(reader.planRecord()?.fingerprint).toBe('f1');
  reader.close();
  await ledger.close();
});

test('a folder without a ledger is planned for without being made', () => {
  const dir = join(temporaryFolder(), 'later');
  const stage = openStage(dir);
  stage.add(planned('a'));
  expect(stage.difference()).toMatchObject({ new: 1, removed: 0 });
  stage.discard();
  stage.discard();
  expect(existsSync(dir)).toBe(false);
  expect(complaintOf(() => openReader(dir))).toMatchObject({ about: 'usage' });
});

test('what a run would submit is counted by model and by some of the inputs, as they were written', async () => {
  const ledger = ledgerWith('pending', 'done');
  await ledger.record(jobId('done'), states.done, at(1));
  const { dir } = ledger;
  await ledger.close();
  const stage = openStage(dir);
  const other = { model: 'other/model' } as const;
  stage.add(planned('done'));
  stage.add(planned('x', { input: { prompt: 'x "num_images"', num_images: 2 } }));
  stage.add(planned('pending'));
  stage.add(planned('y', { input: { prompt: 'y', num_images: 2 } }));
  stage.add(planned('z', { ...other, input: { prompt: 'z', num_images: '2' } }));
  expect([...stage.countsToSubmit(['num_images', 'duration'])]).toEqual([
    { model: planned('x').model, jobs: 2, input: { num_images: 2 } },
    { model: planned('x').model, jobs: 1, input: {} },
    { ...other, jobs: 1, input: { num_images: '2' } },
  ]);
  expect([...stage.countsToSubmit([])]).toEqual([
    { model: planned('x').model, jobs: 3, input: {} },
    { ...other, jobs: 1, input: {} },
  ]);
  stage.discard();
});

test('no two jobs get one path, whatever the cases, in the plan or with what the folder holds', async () => {
  const alike = { pathTemplate: 'files/cat/5f1c9ae0{_i}.{ext}' };
  const twin = (prompt: string, id: string, pathTemplate = alike.pathTemplate) =>
    planned(prompt, { id: id as JobId, pathTemplate });
  const stage = openStage(null);
  stage.add(twin('a', '5f1c9ae000000001'));
  stage.add(twin('b', '5f1c9ae000000002', 'files/Cat/5f1c9ae0{_i}.{ext}'));
  expect([...stage.jobs()].map(({ pathTemplate }) => pathTemplate)).toEqual([
    'files/cat/5f1c9ae0{_i}.{ext}',
    'files/Cat/5f1c9ae000000002{_i}.{ext}',
  ]);
  const dir = temporaryFolder();
  const ledger = openLedger(dir);
  stage.adopt(ledger, planRecord);
  stage.discard();
  await ledger.close();

  const again = openStage(dir);
  again.add(twin('c', '5f1c9ae000000003'));
  again.add(twin('a', '5f1c9ae000000001'));
  expect([...again.jobs()].map(({ pathTemplate }) => pathTemplate)).toEqual([
    'files/cat/5f1c9ae000000003{_i}.{ext}',
    'files/cat/5f1c9ae0{_i}.{ext}',
  ]);
  again.discard();
});
