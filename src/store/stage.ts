import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Instant, PlannedJob } from '../core/job.ts';
import type { JsonObject } from '../core/json.ts';
import { withWholeId } from '../core/paths.ts';
import type { RunLedger } from './ledger.ts';
import { address, durability, openForReading } from './ledger-access.ts';
import { ledgerFile, schemaSql } from './ledger-schema.ts';
import { adoptSql } from './plan-adoption.ts';
import { differenceIn, type PlanDifference } from './plan-difference.ts';
import { fromPlannedRow, type PlannedRow, pathKey, plannedColumns, toPlannedRow } from './planned-rows.ts';
import { blamingDisk } from './storage-faults.ts';

/** What the folder remembers of its plan: by the fingerprint a rerun knows it, from the settings it resumes. */
export interface PlanRecord {
  readonly fingerprint: string;
  readonly settings: JsonObject;
  readonly plannedAt: Instant;
}

/** A plan in the making: outside the run folder, on disk rather than in memory, gone when it is discarded. */
export interface Stage {
  /** A job of the same id is joined: its rows are added, and all else of the first one stays. */
  add(job: PlannedJob): 'new' | 'joined';
  difference(): PlanDifference;
  /** In plan order. */
  jobs(limit?: number): Iterable<PlannedJob>;
  /** Those that the folder does not know or holds as pending, in plan order: what a run would submit. */
  toSubmit(): Iterable<PlannedJob>;
  /**
   * Makes this the plan of the ledger's folder, in one transaction that is durable on return. Jobs that left the
   * plan are dropped if they were never attempted, otherwise every record of them is kept. Call it before the
   * ledger's first claim.
   */
  adopt(ledger: RunLedger, record: PlanRecord): void;
  discard(): void;
}

const stagingSql = `
PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA main.cache_size = -16000;
CREATE TABLE staged (
  seq INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  model TEXT NOT NULL,
  input TEXT NOT NULL,
  rep INTEGER NOT NULL,
  name TEXT,
  rows TEXT NOT NULL,
  tags TEXT NOT NULL,
  axes TEXT NOT NULL,
  parent TEXT,
  path_template TEXT NOT NULL,
  path_key TEXT NOT NULL UNIQUE
) STRICT;
CREATE TABLE joined (nth INTEGER PRIMARY KEY, seq INTEGER NOT NULL, place TEXT NOT NULL) STRICT;
CREATE INDEX joined_by_seq ON joined (seq, nth);
CREATE VIEW planned AS SELECT seq, id, model, input, rep, name,
  CASE WHEN EXISTS (SELECT 1 FROM joined WHERE joined.seq = staged.seq) THEN (
    SELECT json_group_array(place ORDER BY later, nth) FROM (
      SELECT value AS place, 0 AS later, key AS nth FROM json_each(staged.rows)
      UNION ALL SELECT place, 1, nth FROM joined WHERE joined.seq = staged.seq
    )) ELSE rows END AS rows,
  tags, axes, parent, path_template, path_key
FROM staged;`;

const insert = `INSERT INTO staged (${plannedColumns})
VALUES (:id, :model, :input, :rep, :name, :rows, :tags, :axes, :parent, :path_template, :path_key) ON CONFLICT (id) DO NOTHING`;

/** Whether another job has that path already, in this plan or in the folder. */
const pathTaken = `SELECT EXISTS (SELECT 1 FROM main.staged WHERE path_key = :key AND id <> :id)
  OR EXISTS (SELECT 1 FROM ledger.job WHERE path_key = :key AND id <> :id) AS taken`;

const toSubmitSql = `WHERE coalesce(
  (SELECT state FROM ledger.job AS held WHERE held.id = planned.id), 'pending') = 'pending' ORDER BY seq`;

const joinRow = `INSERT INTO joined (seq, place) SELECT seq, ? FROM staged WHERE id = ?`;

/**
 * A stage for a plan of the run folder `dir`, or of no folder yet. It reads the folder's ledger and writes nothing
 * into the folder until `adopt`, so it works while a run is going on.
 * Throws UserError('usage') for a ledger that is not ours to read.
 */
export function openStage(dir: string | null): Stage {
  const path = dir === null ? 'The temporary folder' : join(dir, ledgerFile);
  const held = dir === null ? null : blamingDisk(path, () => openForReading(path));
  // An empty name: SQLite's own temporary file, which is deleted however the process ends.
  const db = new DatabaseSync('', { timeout: 10_000 });
  let staging = false;

  function attachHeld(): void {
    if (held !== null) {
      db.prepare('ATTACH ? AS ledger').run(address(path, 'ro'));
      return;
    }
    db.exec(`ATTACH ':memory:' AS ledger;${schemaSql('ledger')}`);
  }

  /** Ends the transaction of `add`, since an open one would pin an old snapshot of the folder's ledger. */
  function settle(): void {
    if (!staging) return;
    staging = false;
    db.exec('COMMIT');
  }

  function* planned(which: string, ...values: number[]): Iterable<PlannedJob> {
    settle();
    const rows = db.prepare(`SELECT ${plannedColumns} FROM planned ${which}`).iterate(...values);
    for (const row of rows) yield fromPlannedRow(row as unknown as PlannedRow);
  }

  blamingDisk(path, () => {
    db.exec(stagingSql);
    attachHeld();
  });
  const statements = {
    insert: db.prepare(insert),
    join: db.prepare(joinRow),
    taken: db.prepare(pathTaken),
  };

  // Two paid results must never be one file.
  function withOwnPath(job: PlannedJob): PlannedJob {
    const asked = statements.taken.get({ key: pathKey(job.pathTemplate), id: job.id });
    return asked?.taken === 1 ? { ...job, pathTemplate: withWholeId(job.pathTemplate, job.id) } : job;
  }

  return {
    add: (job) =>
      blamingDisk('The temporary folder', () => {
        if (!staging) {
          db.exec('BEGIN');
          staging = true;
        }
        if (Number(statements.insert.run(toPlannedRow(withOwnPath(job))).changes) === 1) return 'new';
        for (const place of job.rows) statements.join.run(place, job.id);
        return 'joined';
      }),
    difference: () =>
      blamingDisk(path, () => {
        settle();
        return differenceIn(db);
      }),
    jobs: (limit = -1) => planned(`ORDER BY seq LIMIT ?`, limit),
    toSubmit: () => planned(toSubmitSql),
    adopt(ledger, record) {
      const target = join(ledger.dir, ledgerFile);
      blamingDisk(target, () => {
        settle();
        db.exec('DETACH ledger');
        db.prepare('ATTACH ? AS ledger').run(address(target, 'rw'));
        db.exec(durability('ledger'));
        adoptInto(db, record);
      });
    },
    discard() {
      if (!db.isOpen) return;
      db.close();
      held?.close();
    },
  };
}

function adoptInto(db: DatabaseSync, record: PlanRecord): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    db.exec(adoptSql.dropNeverAttempted);
    db.exec(adoptSql.leavePlan);
    db.prepare(adoptSql.upsert).run(record.plannedAt);
    db.prepare(adoptSql.remember).run(JSON.stringify(record));
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}
