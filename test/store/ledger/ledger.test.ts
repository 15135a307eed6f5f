import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { failure } from '../../../src/core/job/failures.ts';
import type { JobState } from '../../../src/core/job/job.ts';
import { workerOn } from '../../../src/store/folder/lock.ts';
import { openLedger, type RunLedger } from '../../../src/store/ledger/ledger.ts';
import { schemaVersion } from '../../../src/store/ledger/ledger-schema.ts';
import { openReader } from '../../../src/store/ledger/reader.ts';
import { openStage } from '../../../src/store/stage/stage.ts';
import {
  adopt,
  at,
  complaintOf,
  jobId,
  ledgerWith,
  planned,
  requestId,
  temporaryFolder,
} from '../store-support.ts';

const queued = (id: string, since = 5): JobState => ({
  status: 'queued',
  attempt: 1,
  requestId: requestId(id),
  since: at(since),
  stalled: null,
});

/** How many commits the write-ahead log holds: the frames that say how large the database is after them. */
function commitsIn(log: Buffer): number {
  const frame = 24 + log.readUInt32BE(8);
  let commits = 0;
  for (let from = 32; from + frame <= log.length; from += frame) {
    if (log.readUInt32BE(from + 4) > 0) commits += 1;
  }
  return commits;
}

test('a new run folder is private to its user', async () => {
  const ledger = ledgerWith();
  expect(statSync(ledger.dir).mode & 0o777).toBe(0o700);
  await ledger.close();
});

test('records that wait together share one commit', async () => {
  const prompts = Array.from({ length: 200 }, (_, n) => `p${n}`);
  const ledger = ledgerWith(...prompts);
  const log = join(ledger.dir, 'manifest.db-wal');
  const before = commitsIn(readFileSync(log));

  await Promise.all(prompts.map((prompt, n) => ledger.record(jobId(prompt), queued(`r${n}`), at(9))));
  expect(commitsIn(readFileSync(log)) - before).toBe(1);
  expect(ledger.holdings().counts).toMatchObject({ pending: 0, queued: 200 });
  await ledger.close();
});

test('a commit that fails rejects every record of its group and keeps none, and the next one goes on', async () => {
  const ledger = ledgerWith('a', 'b');
  const group = [
    ledger.record(jobId('a'), queued('r1'), at(9)),
    ledger.record(jobId('never'), queued('r2'), at(9)),
  ];
  const outcomes = await Promise.allSettled(group);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(ledger.holdings().counts).toMatchObject({ pending: 2, queued: 0 });
  await ledger.record(jobId('a'), queued('r1'), at(9));
  expect(ledger.holdings().counts).toMatchObject({ pending: 1, queued: 1 });
  await ledger.close();
});

const paid = { attempt: 1, requestId: requestId('r1'), costUsd: 0.08 } as const;
const succeeded: JobState = { ...paid, status: 'succeeded', outputs: [], stalled: null };
const done: JobState = { ...paid, status: 'done', files: [] };

/** A ledger as a run has it, with a plan of these prompts. */
async function runLedgerWith(...prompts: string[]): Promise<RunLedger> {
  const { dir, close } = ledgerWith(...prompts);
  await close();
  return openLedger(dir);
}

function statesIn(dir: string): string[] {
  const reader = openReader(dir);
  try {
    return [...reader.lines()].map(({ state }) => state);
  } finally {
    reader.close();
  }
}

test('what can be asked again waits for company, but not beyond what is recorded of its own job', async () => {
  const ledger = await runLedgerWith('a', 'b');
  await ledger.record(jobId('a'), queued('r1'), at(5));
  const log = join(ledger.dir, 'manifest.db-wal');
  const before = commitsIn(readFileSync(log));
  await ledger.record(jobId('a'), succeeded, at(6));
  await ledger.record(jobId('b'), { status: 'submitting', attempt: 1, since: at(7) }, at(7));
  expect(commitsIn(readFileSync(log)) - before).toBe(1);
  expect(statesIn(ledger.dir)).toEqual(['queued', 'submitting']);
  const lost: JobState = { ...paid, status: 'lost', failure: failure('lost', 'Gone.') };
  await ledger.record(jobId('a'), lost, at(8));
  expect(commitsIn(readFileSync(log)) - before).toBe(2);
  expect(statesIn(ledger.dir)).toEqual(['lost', 'submitting']);
  await ledger.close();
});

test.each<[string, (ledger: RunLedger) => unknown]>([
  ['closed', (ledger) => ledger.close()],
  ['flushed', (ledger) => ledger.flush()],
  ['asked what it holds', (ledger) => ledger.holdings()],
  ['asked for jobs', (ledger) => ledger.held(['done'])],
])('what waits for company is kept when the ledger is %s', async (_, act) => {
  const ledger = await runLedgerWith('a');
  await ledger.record(jobId('a'), queued('r1'), at(5));
  await ledger.record(jobId('a'), succeeded, at(6));
  await ledger.record(jobId('a'), done, at(7));
  await act(ledger);
  expect(statesIn(ledger.dir)).toEqual(['done']);
  await ledger.close();
});

test('what keeps it from being kept is told to the next record, which is kept, but for a submit that then need not be made', async () => {
  const ledger = await runLedgerWith('a', 'b');
  await ledger.record(jobId('never'), done, at(5));
  ledger.flush();
  await expect(ledger.record(jobId('a'), queued('r1'), at(6))).rejects.toThrow('no job');
  await ledger.record(jobId('never'), done, at(7));
  ledger.flush();
  const announced = ledger.record(jobId('b'), { status: 'submitting', attempt: 1, since: at(8) }, at(8));
  await expect(announced).rejects.toThrow('no job');
  expect(statesIn(ledger.dir)).toEqual(['queued', 'pending']);
  await ledger.close();
});

test('what keeps the last record from being kept is told when the ledger is closed, and the folder is free', async () => {
  const ledger = await runLedgerWith('a');
  await ledger.record(jobId('never'), done, at(5));
  await expect(ledger.close()).rejects.toThrow('no job');
  expect(workerOn(ledger.dir)).toBe(null);
});

test('a job keeps its records when a new plan has put it elsewhere in the ledger', async () => {
  const ledger = ledgerWith('gone', 'a');
  const withdrawn: JobState = { status: 'pending', attempt: 1, stalled: null };
  await ledger.record(jobId('gone'), withdrawn, at(5));
  await ledger.record(jobId('a'), withdrawn, at(5));
  adopt(ledger, [planned('b')]);
  adopt(ledger, [planned('a'), planned('gone')]);
  await ledger.record(jobId('gone'), queued('r1'), at(6));
  await ledger.record(jobId('a'), queued('r2'), at(6));
  const reader = openReader(ledger.dir);
  expect([...reader.lines()].map(({ input, request_id }) => [input.prompt, request_id])).toEqual([
    ['a', 'r2'],
    ['gone', 'r1'],
  ]);
  reader.close();
  await ledger.close();
});

test('a damaged ledger is a complaint about the output, and leaves the folder unlocked', async () => {
  const ledger = ledgerWith('a');
  await ledger.close();
  const path = join(ledger.dir, 'manifest.db');
  writeFileSync(path, 'this is no database, but a text that somebody saved under its name');
  for (const open of [openLedger, openReader, openStage]) {
    const complaint = complaintOf(() => open(ledger.dir));
    expect(complaint).toMatchObject({ about: 'output', message: `${path} is not a SQLite database.` });
  }
  expect(workerOn(ledger.dir)).toBe(null);
});

test('what is known to the server is handed out first, then the plan in its order, each job once', async () => {
  const ledger = ledgerWith('a', 'b', 'c', 'd', 'e');
  await ledger.record(jobId('d'), queued('rd'), at(5));
  await ledger.record(jobId('e'), { ...queued('re'), status: 'running' } as JobState, at(6));
  adopt(ledger, [planned('c'), planned('a'), planned('b'), planned('d'), planned('f')]);

  const first = await ledger.claim(3);
  expect(first.map(({ job }) => job.input.prompt)).toEqual(['d', 'e', 'c']);
  await ledger.record(jobId('c'), queued('rc'), at(7));
  const failed = failure('rate_limited', 'Too many requests.');
  await ledger.record(jobId('a'), { status: 'pending', attempt: 1, stalled: failed }, at(8));
  const rest = [...(await ledger.claim(1)), ...(await ledger.claim(10)), ...(await ledger.claim(10))];
  expect(rest.map(({ job }) => job.input.prompt)).toEqual(['a', 'b', 'f']);
  expect(await ledger.claim(0)).toEqual([]);
  await ledger.close();
});

test('a submit without an answer is unknown when the ledger is opened again, before anything is claimed', async () => {
  const ledger = ledgerWith('a', 'b');
  await ledger.record(jobId('a'), { status: 'submitting', attempt: 1, since: at(50) }, at(50));
  await ledger.close();

  const again = openLedger(ledger.dir);
  expect(again.holdings().counts).toMatchObject({ unknown: 1, submitting: 0, pending: 1 });
  expect((await again.claim(10)).map(({ job }) => job.id)).toEqual([jobId('b')]);
  await again.close();
  const reader = openReader(ledger.dir);
  expect(reader.find(jobId('a'))).toMatchObject([
    {
      state: 'unknown',
      attempts: 1,
      submitted_at: '1970-01-01T00:00:00.050Z',
      error: { class: 'unknown_submit' },
    },
  ]);
  reader.close();
});

test('money counts over all attempts, and a job done without a price is counted', async () => {
  const ledger = ledgerWith('a', 'b');
  const model = failure('generation_failed', 'It failed.');
  const failed = { status: 'failed', requestId: requestId('r1'), failure: model, costUsd: 0.25 } as const;
  await ledger.record(jobId('a'), { ...failed, attempt: 1 }, at(1));
  await ledger.record(jobId('a'), { status: 'pending', attempt: 2, stalled: null }, at(2));
  const done = { status: 'done', requestId: requestId('r2'), files: [] } as const;
  await ledger.record(jobId('a'), { ...done, attempt: 2, costUsd: 0.5 }, at(3));
  await ledger.record(jobId('b'), { ...done, attempt: 1, costUsd: null }, at(4));
  expect(ledger.holdings()).toMatchObject({ spentUsd: 0.75, unpriced: 1, counts: { done: 2 } });
  await ledger.close();
});

test('a second ledger on the folder is refused, and the folder is free after close', async () => {
  const ledger = ledgerWith('a');
  expect(complaintOf(() => openLedger(ledger.dir))).toMatchObject({ about: 'locked' });
  await ledger.close();
  await ledger.close();
  await openLedger(ledger.dir).close();
});

test('a ledger of a newer program, or of another one, is refused in words and left unlocked', async () => {
  const ledger = ledgerWith('a');
  await ledger.close();
  const path = join(ledger.dir, 'manifest.db');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  for (const open of [openLedger, openReader]) {
    const refusal = complaintOf(() => open(ledger.dir));
    expect(refusal.about).toBe('usage');
    expect(refusal.message).toContain(
      `newer runcomfy-batch (its schema is 99, this one knows ${schemaVersion})`,
    );
  }

  const foreign = new DatabaseSync(join(dirname(ledger.dir), 'manifest.db'));
  foreign.exec('CREATE TABLE theirs (x)');
  foreign.close();
  expect(complaintOf(() => openLedger(dirname(ledger.dir))).message).toContain('another program');
});

test('a folder that cannot be made is a complaint about the output', () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  expect(complaintOf(() => openLedger(join(file, 'run')))).toMatchObject({ about: 'output' });
});
