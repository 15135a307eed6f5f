import type { DatabaseSync } from 'node:sqlite';
import type { JobId } from '../../core/job/job.ts';
import { jobFromColumns } from '../../core/job/job-columns.ts';
import { fromColumns, type StateColumns } from '../../core/job/state-columns.ts';
import type { Advance } from '../../core/sharing/mirror.ts';
import type { SharedChange } from '../../core/sharing/shared-rows.ts';
import { progress } from '../../core/sharing/verdicts.ts';
import { attemptColumns, firstRow } from '../ledger/sql-rows.ts';
import { type Fact, factOf } from './mirror-facts.ts';
import {
  attemptColumnsShared,
  attemptValues,
  filesIn,
  jobColumns,
  jobValues,
  stateOf,
} from './shared-columns.ts';

/**
 * What became of a change. `older`: this runner has gone on since it was read. `Fact`: the shared ledger lacks what
 * the mirror knows, so that it must have lost it.
 */
type Applied = 'same' | 'left' | 'older' | Fact | Advance;

/**
 * Writes what the shared ledger says into the tables of a mirror; the caller has begun the transaction. `isRead`: it
 * was put off before, and read again since.
 */
type Apply = (change: SharedChange, isRead: boolean) => Applied;

interface HeldRow extends StateColumns {
  readonly num: number;
  readonly epoch: number | null;
}

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

const sql = {
  find: `SELECT num, state, attempt, request_id, ref, since, cost, failure, notes, epoch, ${attemptColumns}
    FROM job WHERE id = ?`,
  insert: `INSERT INTO job (${jobColumns.join(', ')}) VALUES (${marks(jobColumns.length)}) RETURNING num`,
  update: `UPDATE job SET ${jobColumns.map((column) => `${column} = ?`).join(', ')} WHERE num = ?`,
  attempt: `INSERT OR REPLACE INTO attempt (job, attempt, ${attemptColumnsShared.join(', ')})
    VALUES (?, ?, ${marks(attemptColumnsShared.length)})`,
  forget: 'DELETE FROM output WHERE job = ? AND attempt = ?',
  output: `INSERT INTO output (job, attempt, idx, path, bytes, sha256, mime, width, height, original_sha256,
    object) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
} as const;

export function applying(db: DatabaseSync, runner: () => string): Apply {
  const statements = {
    find: db.prepare(sql.find),
    insert: db.prepare(sql.insert),
    update: db.prepare(sql.update),
    attempt: db.prepare(sql.attempt),
    forget: db.prepare(sql.forget),
    output: db.prepare(sql.output),
  };

  function keepAttempts(num: number, { attempts }: SharedChange, isNew: boolean): void {
    for (const row of attempts) {
      statements.attempt.run(num, row.attempt, ...attemptValues(row));
      if (!isNew) statements.forget.run(num, row.attempt);
      for (const [idx, file] of filesIn(row.outputs).entries()) {
        const { path, bytes, sha256, mime, width, height, original_sha256: original, object } = file;
        statements.output.run(
          ...([num, row.attempt, idx, path, bytes, sha256, mime, width, height] as const),
          ...([original ?? sha256, object ?? null] as const),
        );
      }
    }
  }

  return (change, isRead) => {
    const { job } = change;
    const held = firstRow<HeldRow>(statements.find, job.id);
    const hasLeft = job.in_plan === 0 && job.state === 'pending' && change.attempts.length === 0;
    if (held === undefined) {
      if (hasLeft) return 'same';
      const num = Number(statements.insert.get(...jobValues(job))?.num);
      keepAttempts(num, change, true);
      return 'same';
    }
    const isBehind = job.attempt === held.attempt && progress[job.state] < progress[held.state];
    if (job.attempt < held.attempt && isKnown(held)) return 'same';
    if (isBehind && !isRead) {
      if (isForgotten(change, held)) return factOf(db, job.id as JobId);
      if (job.holder === runner()) return 'older';
    }
    statements.update.run(...jobValues(job), held.num);
    keepAttempts(held.num, change, false);
    if (hasMoved(change, held))
      return { job: jobFromColumns(job), from: fromColumns(held, []), state: stateOf(change) };
    return hasLeft ? 'left' : 'same';
  };
}

/** Whether a mirror has what a shared ledger never loses on its own: that a submission was announced, or accepted. */
function isForgotten({ job }: SharedChange, held: HeldRow): boolean {
  if (job.epoch < (held.epoch ?? 0)) return true;
  return isKnown(held) && job.request_id === null;
}

function isKnown({ request_id: requestId }: HeldRow): boolean {
  return requestId !== null;
}

function hasMoved({ job }: SharedChange, held: HeldRow): boolean {
  const { state, attempt, request_id, failure } = held;
  return (
    job.state !== state || job.attempt !== attempt || job.request_id !== request_id || job.failure !== failure
  );
}

// As the plan of a folder does it: see `plan-adoption.ts`.
const dropLeft = `DELETE FROM job WHERE in_plan = 0 AND state = 'pending'
  AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.job = job.num)
  AND id NOT IN (SELECT parent FROM job WHERE parent IS NOT NULL)`;

/** Removes jobs that have left the plan, were never attempted, and are not varied by others. */
export function dropLeftJobs(db: DatabaseSync): void {
  db.exec(dropLeft);
}
