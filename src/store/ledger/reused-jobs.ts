import type { DatabaseSync } from 'node:sqlite';
import type { Instant, Job, JobId, RequestId, SavedFile } from '../../core/job/job.ts';
import { namesIn } from '../../core/job/job-columns.ts';
import type { Reuse } from '../../core/job/overview.ts';
import { firstRow } from './sql-rows.ts';

/** A job whose files were taken from another folder. */
export interface ReusedJob {
  readonly id: JobId;
  readonly requestId: RequestId;
  readonly files: readonly SavedFile[];
  readonly notes: readonly string[];
  readonly at: Instant;
  /** As seen from the run folder, with `/`. */
  readonly folder: string;
  /** null: unknown. */
  readonly savedUsd: number | null;
}

const pendingSql = `SELECT id, model, input, names, rep, path_template FROM job
WHERE id = ? AND in_plan = 1 AND state = 'pending'`;

interface PendingRow {
  readonly id: string;
  readonly model: string;
  readonly input: string;
  readonly names: string | null;
  readonly rep: number;
  readonly path_template: string;
}

/** null: the plan has no such job that is still to be submitted. */
export function pendingJob(db: DatabaseSync, id: JobId): Job | null {
  const row = firstRow<PendingRow>(db.prepare(pendingSql), id);
  if (row === undefined) return null;
  const input = JSON.parse(row.input) as Job['input'];
  const { model, rep, path_template: pathTemplate } = row;
  return { id, model, input, ...namesIn(row.names), rep, pathTemplate };
}

const done = `UPDATE job SET state = 'done', request_id = ?, ref = NULL, since = NULL, cost = 0, failure = NULL, notes = ?
WHERE id = ? AND in_plan = 1 AND state = 'pending' RETURNING num, attempt`;
const forget = 'DELETE FROM output WHERE job = ? AND attempt = ?';
const keepFile = `INSERT INTO output (job, attempt, idx, path, bytes, sha256, mime, width, height, original_sha256)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;
const keepOrigin = 'INSERT OR REPLACE INTO origin (job, folder, at, saved_usd) VALUES (?, ?, ?, ?)';

/** The caller has begun the transaction. A job that is not pending any more stays as it is. */
export function keepReused(db: DatabaseSync, jobs: readonly ReusedJob[]): void {
  const statements = {
    done: db.prepare(done),
    forget: db.prepare(forget),
    file: db.prepare(keepFile),
    origin: db.prepare(keepOrigin),
  };
  for (const { id, requestId, files, notes, at, folder, savedUsd } of jobs) {
    const kept = firstRow<{ num: number; attempt: number }>(
      statements.done,
      ...([requestId, notes.length === 0 ? null : JSON.stringify(notes), id] as const),
    );
    if (kept === undefined) continue;
    const { num, attempt } = kept;
    statements.forget.run(num, attempt);
    for (const [idx, file] of files.entries()) {
      const { path, bytes, sha256, mime, width, height, original_sha256: original } = file;
      statements.file.run(num, attempt, idx, path, bytes, sha256, mime, width, height, original ?? sha256);
    }
    statements.origin.run(num, folder, at, savedUsd);
  }
}

// A job that was submitted since then has an attempt of its own. In a shared run the files need one as well.
const taken = `SELECT count(*) AS jobs, total(saved_usd) AS usd FROM origin JOIN job ON job.num = origin.job
WHERE job.state = 'done' AND NOT EXISTS (SELECT 1 FROM attempt WHERE attempt.job = job.num AND attempt.attempt = job.attempt
  AND submitted_at IS NOT NULL)`;

export function takenFrom(db: DatabaseSync): Reuse {
  const { jobs, usd } = firstRow<Reuse>(db.prepare(taken)) as Reuse;
  return { jobs, usd };
}
