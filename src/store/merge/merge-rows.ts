import type { DatabaseSync } from 'node:sqlite';
import type { SavedFile } from '../../core/job/job.ts';
import type { AttemptColumns } from '../../core/sharing/shared-rows.ts';
import { firstRow, rows } from '../ledger/sql-rows.ts';
import { attemptColumns, type JobStanding } from './merged-job.ts';

/** What the plan says of a job, beside its id and its path. */
const plannedByInput = [
  ...(['in_plan', 'seq', 'model', 'input', 'rep', 'name', 'rows', 'tags', 'axes', 'parent'] as const),
  ...(['planned_at', 'also', 'names'] as const),
] as const;

const standing = [
  ...(['state', 'attempt', 'request_id', 'since', 'cost', 'failure', 'notes', 'ref'] as const),
] as const;

type Value = string | number | null;

/** A job as a ledger has it. */
export type JobRow = Record<(typeof plannedByInput)[number], Value> &
  Record<(typeof standing)[number], Value> & {
    readonly num: number;
    readonly id: string;
    readonly path_template: string;
    readonly path_key: string;
    readonly state: JobStanding['state'];
    readonly attempt: number;
    readonly request_id: string | null;
    readonly in_plan: number;
    readonly seq: number;
  };

/** A file of a job, with the attempt that it is of. */
export interface OutputRow extends SavedFile {
  readonly attempt: number;
}

/** Where the files of a job come from that were not paid for. */
interface OriginRow {
  readonly folder: string;
  readonly at: number;
  readonly saved_usd: number | null;
}

/** Reads jobs of a ledger that is attached under this name. */
export interface JobReading {
  /** The next ones behind this number. */
  after(num: number, limit: number): readonly JobRow[];
  find(id: string): JobRow | undefined;
  attempts(num: number): readonly AttemptColumns[];
  outputs(num: number): readonly OutputRow[];
  origin(num: number): OriginRow | undefined;
  /** What it saved once; null: nothing. */
  reusedUsd(num: number): number | null;
}

const jobColumns = ['num', 'id', 'path_template', 'path_key', ...plannedByInput, ...standing].join(', ');

export function jobReading(db: DatabaseSync, at: 'main' | 'source'): JobReading {
  const after = db.prepare(`SELECT ${jobColumns} FROM ${at}.job WHERE num > ? ORDER BY num LIMIT ?`);
  const find = db.prepare(`SELECT ${jobColumns} FROM ${at}.job WHERE id = ?`);
  const attempts = db.prepare(
    `SELECT ${attemptColumns.join(', ')} FROM ${at}.attempt WHERE job = ? ORDER BY attempt`,
  );
  const outputs =
    db.prepare(`SELECT attempt, path, bytes, sha256, mime, width, height, original_sha256, object
    FROM ${at}.output WHERE job = ? ORDER BY attempt, idx`);
  const origin = db.prepare(`SELECT folder, at, saved_usd FROM ${at}.origin WHERE job = ?`);
  const reused = db.prepare(`SELECT usd FROM ${at}.reused WHERE job = ?`);
  return {
    after: (num, limit) => rows<JobRow>(after, num, limit),
    find: (id) => firstRow<JobRow>(find, id),
    attempts: (num) => rows<AttemptColumns>(attempts, num),
    outputs: (num) => rows<OutputRow>(outputs, num),
    origin: (num) => firstRow<OriginRow>(origin, num),
    reusedUsd: (num) => firstRow<{ usd: number }>(reused, num)?.usd ?? null,
  };
}

/** A job as it is to be from now on. */
export interface WrittenJob {
  /** Its number in the target; null: it is new there. */
  readonly num: number | null;
  readonly job: JobRow;
  readonly attempts: readonly AttemptColumns[];
  readonly outputs: readonly OutputRow[];
  readonly origin: OriginRow | null;
  readonly reusedUsd: number | null;
}

/** Writes jobs into the target. The caller has begun the transaction. */
export function jobWriting(db: DatabaseSync): (written: WrittenJob) => void {
  const names = ['id', 'path_template', 'path_key', ...plannedByInput, ...standing] as const;
  const insert = db.prepare(
    `INSERT INTO main.job (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')}) RETURNING num`,
  );
  const changed = ['in_plan', 'seq', ...standing] as const;
  const update = db.prepare(
    `UPDATE main.job SET ${changed.map((name) => `${name} = ?`).join(', ')} WHERE num = ?`,
  );
  const forget = ['attempt', 'output', 'origin'].map((table) =>
    db.prepare(`DELETE FROM main.${table} WHERE job = ?`),
  );
  const keepAttempt = db.prepare(`INSERT INTO main.attempt (job, ${attemptColumns.join(', ')})
    VALUES (?, ${attemptColumns.map(() => '?').join(', ')})`);
  const keepOutput = db.prepare(`INSERT INTO main.output
    (job, attempt, idx, path, bytes, sha256, mime, width, height, original_sha256, object)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`);
  const keepOrigin = db.prepare('INSERT INTO main.origin (job, folder, at, saved_usd) VALUES (?, ?, ?, ?)');
  const keepReused = db.prepare('INSERT OR IGNORE INTO main.reused (job, usd) VALUES (?, ?)');
  return ({ num: known, job, attempts, outputs, origin, reusedUsd }) => {
    if (known !== null) {
      update.run(...changed.map((name) => job[name]), known);
      for (const each of forget) each.run(known);
    }
    const num = known ?? Number(insert.get(...names.map((name) => job[name]))?.num);
    for (const row of attempts) keepAttempt.run(num, ...attemptColumns.map((name) => row[name]));
    let [attempt, idx] = [0, 0];
    for (const file of outputs) {
      idx = file.attempt === attempt ? idx + 1 : 0;
      ({ attempt } = file);
      const { path, bytes, sha256, mime, width, height, original_sha256: original, object } = file;
      keepOutput.run(
        ...([num, attempt, idx, path, bytes, sha256, mime, width, height] as const),
        ...([original ?? sha256, object ?? null] as const),
      );
    }
    if (origin !== null) keepOrigin.run(num, origin.folder, origin.at, origin.saved_usd);
    if (reusedUsd !== null) keepReused.run(num, reusedUsd);
  };
}
