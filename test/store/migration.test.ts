import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { openLedger } from '../../src/store/ledger/ledger.ts';
import { openReader } from '../../src/store/ledger/reader.ts';
import { ledgerWith } from './store-support.ts';

const toVersion4 = `ALTER TABLE job DROP COLUMN also; PRAGMA user_version = 4;`;

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
  const columns = ['output', 'job'].flatMap((table) =>
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
