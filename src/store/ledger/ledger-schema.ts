import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../core/complaints.ts';
import { columnsOfVersion10, sinceVersion10 } from '../mirror/mirror-schema.ts';

/** Raised whenever the tables change; an older program refuses a newer ledger. */
export const schemaVersion = 10;

// 'rcb1', so that `file` and SQLite's own tools can tell a ledger from another database.
const applicationId = 0x72636231;

/** Jobs in these states are known to the server: what they cost is spent, so they come first. */
export const inFlightSql = `state IN ('queued', 'running', 'succeeded')`;

/**
 * The tables of a ledger. Instants are milliseconds since the epoch; columns named in the plural, `input`, `also`,
 * `failure` and `ref` hold JSON. `job` carries where a job stands now, `attempt` the outcome of each announced
 * submission.
 */
export function schemaSql(at: 'main' | 'ledger'): string {
  return `
CREATE TABLE ${at}.meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE ${at}.job (
  num INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  in_plan INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  model TEXT NOT NULL,
  input TEXT NOT NULL,
  rep INTEGER NOT NULL,
  name TEXT,
  rows TEXT NOT NULL,
  tags TEXT NOT NULL,
  axes TEXT NOT NULL,
  parent TEXT,
  path_template TEXT NOT NULL,
  path_key TEXT NOT NULL,
  planned_at INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  request_id TEXT,
  since INTEGER,
  cost REAL,
  failure TEXT,
  notes TEXT,
  also TEXT,
  ref TEXT,
  names TEXT,
  epoch INTEGER, announced INTEGER, holder TEXT
) STRICT;
CREATE INDEX ${at}.job_in_order ON job (in_plan DESC, seq, num);
CREATE INDEX ${at}.job_by_state ON job (in_plan, state, seq, cost);
CREATE INDEX ${at}.job_by_path ON job (path_key);
CREATE INDEX ${at}.job_in_flight ON job (num) WHERE ${inFlightSql};

CREATE TABLE ${at}.attempt (
  job INTEGER NOT NULL REFERENCES job (num),
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL,
  request_id TEXT,
  submitted_at INTEGER,
  started_at INTEGER,
  finished_at INTEGER,
  done_at INTEGER,
  cost REAL,
  failure TEXT,
  ref TEXT,
  estimated INTEGER,
  runner TEXT,
  PRIMARY KEY (job, attempt)
) STRICT, WITHOUT ROWID;
CREATE INDEX ${at}.attempt_cost ON attempt (cost) WHERE cost IS NOT NULL;

CREATE TABLE ${at}.output (
  job INTEGER NOT NULL REFERENCES job (num),
  attempt INTEGER NOT NULL,
  idx INTEGER NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  mime TEXT NOT NULL,
  width INTEGER,
  height INTEGER,
  original_sha256 TEXT,
  object TEXT,
  PRIMARY KEY (job, attempt, idx)
) STRICT, WITHOUT ROWID;
CREATE INDEX ${at}.output_path ON output (path);
${sinceVersion2(at)}${sinceVersion4(at)}${sinceVersion7(at)}${sinceVersion8(at)}${sinceVersion9(at)}${sinceVersion10(at)}`;
}

/**
 * `run` has a row for each run that had work to do, and what it found done and did not pay again; `reused` has each such job once, with what it had cost. The indexes
 * hold all that the accounts of a folder are read from, so that a million jobs are summed up without being read.
 */
function sinceVersion2(at: 'main' | 'ledger'): string {
  return `
CREATE TABLE ${at}.run (
  num INTEGER PRIMARY KEY,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  reused INTEGER NOT NULL,
  reused_usd REAL NOT NULL
) STRICT;
CREATE TABLE ${at}.reused (job INTEGER PRIMARY KEY REFERENCES job (num), usd REAL NOT NULL) STRICT;
CREATE INDEX ${at}.job_by_failure ON job (failure, state, in_plan, seq) WHERE failure IS NOT NULL;
CREATE INDEX ${at}.attempt_finished ON attempt (finished_at, submitted_at, cost) WHERE finished_at IS NOT NULL;
CREATE INDEX ${at}.attempt_done ON attempt (done_at) WHERE done_at IS NOT NULL;
`;
}

/**
 * Attempts at rest whose cost nobody has named: they may have been charged, except for failures before acceptance.
 */
export const unnamedSql = `cost IS NULL AND state IN ('done', 'failed', 'lost', 'unknown')`;

/**
 * Requests by their id, whichever attempt had it: one id is one result, and never two jobs' result. The cost stands in
 * the other index so that it alone answers.
 */
function sinceVersion4(at: 'main' | 'ledger'): string {
  return `
CREATE INDEX ${at}.attempt_request ON attempt (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX ${at}.attempt_unnamed ON attempt (state, job, cost) WHERE ${unnamedSql};
`;
}

/**
 * `output.original_sha256` is the hash of the bytes as downloaded, also where the file still is those bytes: one index
 * finds what came twice. SQLite reads the row itself for each entry of an index over an expression, or of one whose
 * condition names a column that it lacks.
 */
function sinceVersion7(at: 'main' | 'ledger'): string {
  return `
CREATE INDEX ${at}.output_as_downloaded ON output (original_sha256, job);
`;
}

/**
 * `origin` has the jobs whose files were taken from another folder: where that is, seen from this one, and what was not
 * paid. Such a job has no attempt.
 */
function sinceVersion8(at: 'main' | 'ledger'): string {
  return `
CREATE TABLE IF NOT EXISTS ${at}.origin (
  job INTEGER PRIMARY KEY REFERENCES job (num),
  folder TEXT NOT NULL,
  at INTEGER NOT NULL,
  saved_usd REAL
) STRICT;
`;
}

/** Attempts whose cost nobody has named, but follows from the time of a machine. */
export const estimatedSql = 'estimated = 1 AND cost IS NOT NULL';

/** Jobs whose inputs people have called otherwise, and estimates: nearly always none, which the indexes tell at once. */
function sinceVersion9(at: 'main' | 'ledger'): string {
  return `
CREATE INDEX ${at}.job_named ON job (num) WHERE names IS NOT NULL;
CREATE INDEX ${at}.attempt_estimated ON attempt (cost, estimated) WHERE ${estimatedSql};
`;
}

/** The statements that bring a ledger from each older version to the next. */
const migrations = [
  {
    from: 1,
    sql: `ALTER TABLE main.output ADD COLUMN original_sha256 TEXT; DROP INDEX main.attempt_finished;
${sinceVersion2('main')}`,
  },
  { from: 2, sql: 'DROP INDEX IF EXISTS main.output_as_it_came;' },
  // What could not be read from a result.
  { from: 3, sql: `ALTER TABLE main.job ADD COLUMN notes TEXT;${sinceVersion4('main')}` },
  // Rows that ask for the same as the first one of their job, under other names and tags.
  { from: 4, sql: 'ALTER TABLE main.job ADD COLUMN also TEXT;' },
  // What a provider needs beside the id to find a request. Older programs knew one provider, which needs nothing.
  { from: 5, sql: 'ALTER TABLE main.job ADD COLUMN ref TEXT; ALTER TABLE main.attempt ADD COLUMN ref TEXT;' },
  {
    from: 6,
    sql: `DROP INDEX IF EXISTS main.output_original; DROP INDEX IF EXISTS main.output_unaltered;
UPDATE main.output SET original_sha256 = sha256 WHERE original_sha256 IS NULL;
${sinceVersion7('main')}`,
  },
  { from: 7, sql: sinceVersion8('main') },
  // What people called the inputs of a job, and whether its cost is an estimate.
  {
    from: 8,
    sql: `ALTER TABLE main.job ADD COLUMN names TEXT; ALTER TABLE main.attempt ADD COLUMN estimated INTEGER;
${sinceVersion9('main')}`,
  },
  { from: 9, sql: `${columnsOfVersion10}${sinceVersion10('main')}` },
] as const;

/**
 * What a database file is to us: empty, a ledger, or one that an older program wrote. Throws UserError('usage') for
 * anything else.
 */
export function recognise(db: DatabaseSync, path: string): 'empty' | 'ledger' | 'older' {
  const version = numberOf(db, 'user_version');
  if (numberOf(db, 'application_id') !== applicationId) {
    if (version === 0 && numberOf(db, 'schema_version') === 0) return 'empty';
    throw new UserError(
      'usage',
      `${path} is a database of another program.`,
      'Choose another folder with --out.',
    );
  }
  if (version > schemaVersion) {
    throw new UserError(
      'usage',
      `${path} was written by a newer runcomfy-batch (its schema is ${version}, this one knows ${schemaVersion}).`,
      'Update runcomfy-batch and run the same command again.',
    );
  }
  return version < schemaVersion ? 'older' : 'ledger';
}

/** Brings an older ledger up to date: wholly, or not at all. */
export function migrate(db: DatabaseSync): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    // Another process may have done it in the meantime.
    for (const { from, sql } of migrations) {
      if (numberOf(db, 'user_version') === from) db.exec(`${sql}PRAGMA user_version = ${from + 1};`);
    }
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** Under this key `meta` keeps what tells a folder from every other, wherever it is moved. */
export const folderKey = 'folder';

/** Makes the tables in an empty database: all of them or none. */
export function createSchema(db: DatabaseSync): void {
  db.exec(`BEGIN IMMEDIATE;
${schemaSql('main')}
INSERT INTO meta (key, value) VALUES ('${folderKey}', lower(hex(randomblob(8))));
PRAGMA user_version = ${schemaVersion};
PRAGMA application_id = ${applicationId};
COMMIT`);
}

function numberOf(db: DatabaseSync, pragma: string): number {
  return Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
}
