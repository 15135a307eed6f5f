import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { evolve } from '../../src/core/job/lifecycle.ts';
import { requestOf } from '../../src/core/provider.ts';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { openReader } from '../../src/store/ledger/reader.ts';
import { at, jobId, ledgerWith, requestId } from './store-support.ts';

const toVersion9 = `DROP TABLE outbox; ALTER TABLE job DROP COLUMN epoch; ALTER TABLE job DROP COLUMN announced;
  ALTER TABLE job DROP COLUMN holder; ALTER TABLE attempt DROP COLUMN runner; ALTER TABLE output DROP COLUMN object;
  PRAGMA user_version = 9;`;

const toVersion8 = `${toVersion9} DROP INDEX job_named; ALTER TABLE job DROP COLUMN names; DROP INDEX attempt_estimated;
  ALTER TABLE attempt DROP COLUMN estimated; PRAGMA user_version = 8;`;

const toVersion7 = `${toVersion8} DROP TABLE origin; PRAGMA user_version = 7;`;

const toVersion6 = `${toVersion7} DROP INDEX output_as_downloaded; UPDATE output SET original_sha256 = NULL WHERE original_sha256 = sha256;
  CREATE INDEX output_original ON output (original_sha256, job) WHERE original_sha256 IS NOT NULL;
  CREATE INDEX output_unaltered ON output (sha256, job) WHERE original_sha256 IS NULL; PRAGMA user_version = 6;`;

const toVersion5 = `${toVersion6} ALTER TABLE job DROP COLUMN ref; ALTER TABLE attempt DROP COLUMN ref; PRAGMA user_version = 5;`;

const toVersion4 = `${toVersion5} ALTER TABLE job DROP COLUMN also; PRAGMA user_version = 4;`;

const toVersion3 = `${toVersion4} DROP INDEX attempt_unnamed; DROP INDEX attempt_request; ALTER TABLE job DROP COLUMN notes;
  PRAGMA user_version = 3;`;

const toVersion2 = `${toVersion3} DROP INDEX output_original; DROP INDEX output_unaltered;
  CREATE INDEX output_as_it_came ON output (coalesce(original_sha256, sha256), job); PRAGMA user_version = 2;`;

const toVersion1 = `${toVersion2} DROP INDEX output_as_it_came; ALTER TABLE output DROP COLUMN original_sha256;
  DROP TABLE run; DROP TABLE reused; DROP INDEX job_by_failure; DROP INDEX attempt_done; DROP INDEX attempt_finished;
  CREATE INDEX attempt_finished ON attempt (finished_at, submitted_at) WHERE finished_at IS NOT NULL;
  PRAGMA user_version = 1;`;

/** A folder as an older version wrote it. */
async function folderMade(older: string): Promise<string> {
  const ledger = ledgerWith('fox', 'owl');
  await ledger.close();
  const db = new DatabaseSync(join(ledger.dir, 'manifest.db'));
  db.exec(`${older} PRAGMA journal_mode = DELETE;`);
  db.close();
  return ledger.dir;
}

function schemaOf(dir: string): unknown[] {
  const db = new DatabaseSync(join(dir, 'manifest.db'));
  const rows = db.prepare(`SELECT type, name, tbl_name FROM sqlite_schema ORDER BY type, name`).all();
  const columns = ['output', 'job', 'attempt'].flatMap((table) =>
    db.prepare(`SELECT name, type FROM pragma_table_info('${table}') ORDER BY cid`).all(),
  );
  db.close();
  return [...rows, ...columns];
}

test.each([
  ['first', toVersion1],
  ['second', toVersion2],
  ['third', toVersion3],
  ['fourth', toVersion4],
  ['fifth', toVersion5],
  ['sixth', toVersion6],
  ['seventh', toVersion7],
  ['eighth', toVersion8],
  ['ninth', toVersion9],
])('a ledger of the %s version is brought up to date by whoever opens it', async (_, older) => {
  const fresh = ledgerWith('fox');
  await fresh.close();

  const read = await folderMade(older);
  const reader = openReader(read);
  expect([...reader.lines()].map(({ input }) => input.prompt)).toEqual(['fox', 'owl']);
  reader.close();
  expect(schemaOf(read)).toEqual(schemaOf(fresh.dir));

  const written = await folderMade(older);
  const ledger = openLedger(written);
  expect(ledger.holdings().counts.pending).toBe(2);
  await ledger.close();
  expect(schemaOf(written)).toEqual(schemaOf(fresh.dir));
});

test('a request that a ledger of the fifth version has on record is followed by its id and the model of its job', async () => {
  const older = ledgerWith('fox');
  const fox = jobId('fox');
  const queued = {
    status: 'queued',
    attempt: 1,
    requestId: requestId('r1'),
    since: at(5),
    stalled: null,
  } as const;
  await older.record(fox, queued, at(5));
  await older.close();
  const db = new DatabaseSync(join(older.dir, 'manifest.db'));
  db.exec(toVersion5);
  db.close();

  const ledger = openLedger(older.dir);
  const [claim] = await ledger.claim(1);
  if (claim === undefined) throw new Error('nothing was handed out');
  expect(requestOf(claim.job, claim.state)).toEqual({ id: 'r1', model: claim.job.model, ref: null });
  await ledger.record(fox, evolve(claim.state, { type: 'started' }), at(6));
  await ledger.close();

  const reader = openReader(older.dir);
  expect(reader.find(fox)).toMatchObject([{ state: 'running', request_id: 'r1' }]);
  reader.close();
});

test('what a provider needs to find a request is kept as it came, and outlives a new attempt', async () => {
  const ledger = ledgerWith('fox');
  const fox = jobId('fox');
  const ref = { response: 'https://queue.example/r1', shard: [1, null] };
  const queued = {
    status: 'queued',
    attempt: 1,
    requestId: requestId('r1'),
    ref,
    since: at(5),
    stalled: null,
  } as const;
  await ledger.record(fox, queued, at(5));
  expect(ledger.held(['queued']).map(({ job, state }) => requestOf(job, state)?.ref)).toEqual([ref]);
  await ledger.record(fox, { status: 'pending', attempt: 2, stalled: null }, at(6));
  await ledger.record(fox, { status: 'submitting', attempt: 2, since: at(6) }, at(6));
  await ledger.close();
  const db = new DatabaseSync(join(ledger.dir, 'manifest.db'));
  const refs = db.prepare('SELECT ref FROM attempt ORDER BY attempt').all();
  db.close();
  expect(refs.map((row) => row.ref && JSON.parse(String(row.ref)))).toEqual([ref, null]);
});

test('what came as the same bytes is found in a ledger of the sixth version, and its files are told as before', async () => {
  const bytes = 'aa'.repeat(32);
  const older = ledgerWith('fox', 'owl');
  const files = {
    fox: { sha256: bytes, original_sha256: null },
    owl: { sha256: 'bb'.repeat(32), original_sha256: bytes },
  };
  for (const [name, hashes] of Object.entries(files)) {
    const facts = { path: `files/${name}.png`, bytes: 3, mime: 'image/png', width: 4, height: 4 };
    const state = { status: 'done', attempt: 1, requestId: requestId(name), costUsd: null } as const;
    await older.record(jobId(name), { ...state, files: [{ ...facts, ...hashes }] }, at(5));
  }
  await older.close();
  const db = new DatabaseSync(join(older.dir, 'manifest.db'));
  db.exec(toVersion6);
  expect(db.prepare('SELECT original_sha256 FROM output ORDER BY path').all()).toMatchObject([
    { original_sha256: null },
    { original_sha256: bytes },
  ]);
  db.close();

  const reader = openReader(older.dir);
  expect([...reader.lines()].flatMap(({ outputs }) => outputs)).toMatchObject([files.fox, files.owl]);
  const black = { path: 'files/gone.png', sha256: bytes, colour: '#000000' };
  expect(reader.flatOutputs([black], 10).listed.map(({ path }) => path)).toEqual([
    'files/fox.png',
    'files/owl.png',
  ]);
  reader.close();
});
