import { DatabaseSync } from 'node:sqlite';
import type { JobId, RequestId, SavedFile } from '../../core/job/job.ts';
import { readNotes } from '../../core/job/state-columns.ts';
import { eachRow, firstRow, rows } from '../ledger/sql-rows.ts';
import type { SourceAddress } from './source-ledger.ts';

/** A job that is to be submitted. */
export interface WantedJob {
  readonly id: JobId;
  readonly model: string;
  /** At the base price, in dollars; null: unknown. */
  readonly baseUsd: number | null;
}

/** The result of such a job in another folder. */
export interface FoundResult {
  /** The number of the folder, as `look` was given it. */
  readonly folder: number;
  readonly requestId: RequestId;
  /** What it cost there. */
  readonly costUsd: number | null;
  readonly files: readonly SavedFile[];
  readonly notes: readonly string[];
}

/** Looks for jobs in other folders; on disk rather than in memory, gone when it is closed. */
export interface ReuseSearch {
  want(jobs: Iterable<WantedJob>): void;
  /** Takes note of what this ledger has done. `isBarred`: only of how many jobs that is. */
  look(folder: number, source: SourceAddress, isBarred: boolean): void;
  /** Each wanted job with its results, the newest first, in the order in which the jobs were wanted. */
  found(): Iterable<{ readonly job: WantedJob; readonly results: readonly FoundResult[] }>;
  /** Jobs that are done only in folders that were barred. */
  barred(): number;
  close(): void;
}

// STRICT: what another folder's ledger has under these names is of these types, or refused.
const tablesSql = `
PRAGMA page_size = 16384; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;
PRAGMA trusted_schema = OFF;
CREATE TABLE wanted (nth INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, model TEXT NOT NULL, usd REAL) STRICT;
CREATE TABLE found (nth INTEGER NOT NULL, done_at INTEGER NOT NULL, folder INTEGER NOT NULL, job INTEGER NOT NULL,
  request_id TEXT NOT NULL, cost REAL, notes TEXT, PRIMARY KEY (nth, done_at DESC, folder)) STRICT, WITHOUT ROWID;
CREATE TABLE file (folder INTEGER NOT NULL, job INTEGER NOT NULL, idx INTEGER NOT NULL, path TEXT NOT NULL,
  bytes INTEGER NOT NULL, sha256 TEXT NOT NULL, original TEXT, mime TEXT NOT NULL, width INTEGER, height INTEGER,
  PRIMARY KEY (folder, job, idx)) STRICT, WITHOUT ROWID;
CREATE TABLE barred (nth INTEGER PRIMARY KEY) STRICT;`;

const maxFiles = 1_000;

interface FoundRow {
  readonly nth: number;
  readonly id: string;
  readonly model: string;
  readonly usd: number | null;
  readonly folder: number;
  readonly job: number;
  readonly request_id: string;
  readonly cost: number | null;
  readonly notes: string | null;
}

const foundSql = `SELECT wanted.nth, wanted.id, wanted.model, wanted.usd, found.folder, found.job, found.request_id,
  found.cost, found.notes FROM found JOIN wanted USING (nth) ORDER BY found.nth, found.done_at DESC, found.folder`;

export function reuseSearch(): ReuseSearch {
  const db = new DatabaseSync('', { timeout: 10_000 });
  db.exec(tablesSql);
  const filesOf = db.prepare(
    `SELECT path, bytes, sha256, original AS original_sha256, mime, width, height FROM file
     WHERE folder = ? AND job = ? ORDER BY idx`,
  );

  function resultOf({ folder, job, request_id, cost, notes }: FoundRow): FoundResult {
    return {
      folder,
      requestId: request_id as RequestId,
      costUsd: cost,
      files: rows<SavedFile>(filesOf, folder, job).map((file) => ({ ...file })),
      notes: sentencesIn(notes),
    };
  }

  return {
    want(jobs) {
      const add = db.prepare('INSERT OR IGNORE INTO wanted (id, model, usd) VALUES (?, ?, ?)');
      db.exec('BEGIN');
      for (const { id, model, baseUsd } of jobs) add.run(id, model, baseUsd);
      db.exec('COMMIT');
    },
    look(folder, source, isBarred) {
      db.prepare('ATTACH ? AS source').run(source.url);
      try {
        db.exec('BEGIN');
        // It may have been looked into before, in the middle of a change.
        for (const table of ['found', 'file'])
          db.prepare(`DELETE FROM ${table} WHERE folder = ?`).run(folder);
        for (const sql of lookSql(source.version, isBarred, isSmaller(db))) db.prepare(sql).run({ folder });
        db.exec('COMMIT');
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      } finally {
        db.exec('DETACH source');
      }
    },
    *found() {
      let job: WantedJob | null = null;
      let results: FoundResult[] = [];
      for (const row of eachRow<FoundRow>(db.prepare(foundSql))) {
        if (job !== null && job.id !== row.id) {
          yield { job, results };
          results = [];
        }
        job = { id: row.id as JobId, model: row.model, baseUsd: row.usd };
        results.push(resultOf(row));
      }
      if (job !== null) yield { job, results };
    },
    barred: () =>
      firstRow<{ jobs: number }>(
        db.prepare('SELECT count(*) AS jobs FROM barred WHERE nth NOT IN (SELECT nth FROM found)'),
      )?.jobs ?? 0,
    close: () => db.close(),
  };
}

/** Whether the source has fewer jobs than are wanted: then each of its jobs is looked up among these. */
function isSmaller(db: DatabaseSync): boolean {
  const last = (of: 'source.job' | 'wanted', column: 'num' | 'nth'): number =>
    Number(db.prepare(`SELECT max(${column}) AS last FROM ${of}`).get()?.last ?? 0);
  return last('source.job', 'num') < last('wanted', 'nth');
}

/** Older ledgers lack columns, and jobs that were reused have no attempt. */
function lookSql(version: number, isBarred: boolean, isSmall: boolean): readonly string[] {
  const isDone = `held.state = 'done' AND typeof(held.request_id) = 'text'`;
  const joined = isSmall
    ? 'source.job AS held CROSS JOIN main.wanted ON wanted.id = held.id'
    : 'main.wanted CROSS JOIN source.job AS held ON held.id = wanted.id';
  if (isBarred) {
    return [
      `INSERT OR IGNORE INTO main.barred SELECT wanted.nth FROM ${joined} WHERE ${isDone} AND :folder >= 0`,
    ];
  }
  const notes = version >= 4 ? 'held.notes' : 'NULL';
  const original = version >= 2 ? 'nullif(made.original_sha256, made.sha256)' : 'NULL';
  return [
    `INSERT OR IGNORE INTO main.found (nth, done_at, folder, job, request_id, cost, notes)
     SELECT wanted.nth, coalesce(now.done_at, held.planned_at, 0), :folder, held.num, held.request_id,
       coalesce(held.cost, now.cost), ${notes}
     FROM ${joined} LEFT JOIN source.attempt AS now ON now.job = held.num AND now.attempt = held.attempt
     WHERE ${isDone}`,
    `INSERT OR IGNORE INTO main.file (folder, job, idx, path, bytes, sha256, original, mime, width, height)
     SELECT found.folder, found.job, made.idx, made.path, made.bytes, made.sha256, ${original}, made.mime, made.width,
       made.height
     FROM main.found CROSS JOIN source.job AS held ON held.num = found.job
     CROSS JOIN source.output AS made ON made.job = held.num AND made.attempt = held.attempt
     WHERE found.folder = :folder AND made.idx < ${maxFiles}`,
  ];
}

function sentencesIn(notes: string | null): readonly string[] {
  try {
    const read: unknown = readNotes(notes);
    return Array.isArray(read) ? read.filter((each) => typeof each === 'string') : [];
  } catch {
    return [];
  }
}
