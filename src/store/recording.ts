import type { DatabaseSync } from 'node:sqlite';
import type { Instant, JobId, JobState, JobStatus, SavedFile } from '../core/job.ts';
import { isAtRest } from '../core/lifecycle.ts';
import { type StateColumns, toColumns } from './state-columns.ts';

export interface LedgerEntry {
  readonly job: JobId;
  readonly state: JobState;
  readonly at: Instant;
}

/** The column of `attempt` that a state's instant belongs to. A refusal or a failed generation has ended too. */
const instantColumn = {
  pending: null,
  submitting: 'submitted_at',
  queued: null,
  running: 'started_at',
  succeeded: 'finished_at',
  done: 'done_at',
  failed: 'finished_at',
  cancelled: 'finished_at',
  lost: null,
  unknown: null,
} as const satisfies Record<JobStatus, string | null>;

const findJob = `SELECT num FROM job WHERE id = ?`;

const moveJob = `UPDATE job SET state = ?, attempt = ?, request_id = ?, since = ?, cost = ?, failure = ?
WHERE num = ? AND id = ?`;

// What was once known of an attempt stays known: an id, the first instant of each stage, what was charged.
// Only a repeated announcement moves its instant, for then the submit before it is known not to have counted.
const keepAttempt = `
INSERT INTO attempt (job, attempt, state, request_id, submitted_at, started_at, finished_at, done_at, cost, failure)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (job, attempt) DO UPDATE SET
  state = excluded.state,
  request_id = coalesce(excluded.request_id, request_id),
  submitted_at = coalesce(excluded.submitted_at, submitted_at),
  started_at = coalesce(started_at, excluded.started_at),
  finished_at = coalesce(finished_at, excluded.finished_at),
  done_at = coalesce(done_at, excluded.done_at),
  cost = coalesce(excluded.cost, cost),
  failure = excluded.failure`;

const putBack = `UPDATE attempt SET state = 'pending', failure = ? WHERE job = ? AND attempt = ?`;

const forgetOutputs = `DELETE FROM output WHERE job = ? AND attempt = ?`;

const keepOutput = `INSERT INTO output (job, attempt, idx, path, bytes, sha256, mime, width, height, original_sha256)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Writes entries into the tables; the caller has begun the transaction. Throws for a job that is not there. */
export function recorder(db: DatabaseSync): (entry: LedgerEntry) => void {
  const statements = {
    find: db.prepare(findJob),
    move: db.prepare(moveJob),
    attempt: db.prepare(keepAttempt),
    back: db.prepare(putBack),
    forget: db.prepare(forgetOutputs),
    output: db.prepare(keepOutput),
  };
  /** Where the jobs under way stand in the table. */
  const nums = new Map<JobId, number>();

  function find(id: JobId): number {
    const found = statements.find.get(id);
    if (found === undefined) throw new Error(`The ledger has no job ${id}.`);
    const num = Number(found.num);
    nums.set(id, num);
    return num;
  }

  /** Gives the number of the job. A new plan may have put it elsewhere since it was looked up. */
  function move(id: JobId, columns: StateColumns): number {
    const { state, attempt, request_id, since, cost, failure } = columns;
    const at = (num: number): number => {
      const moved = statements.move.run(state, attempt, request_id, since, cost, failure, num, id);
      return Number(moved.changes);
    };
    const known = nums.get(id) ?? find(id);
    if (at(known) === 1) return known;
    const found = find(id);
    at(found);
    return found;
  }

  function keepOutputs(job: number, attempt: number, files: readonly SavedFile[]): void {
    statements.forget.run(job, attempt);
    for (const [idx, file] of files.entries()) {
      const { path, bytes, sha256, mime, width, height, original_sha256 } = file;
      statements.output.run(job, attempt, idx, path, bytes, sha256, mime, width, height, original_sha256);
    }
  }

  return ({ job: id, state, at }) => {
    const columns = toColumns(state);
    const job = move(id, columns);
    if (isAtRest(state.status)) nums.delete(id);
    const { attempt, request_id, cost, failure } = columns;
    if (state.status === 'pending') {
      statements.back.run(failure, job, attempt);
      return;
    }
    const column = instantColumn[state.status];
    const instant = (of: typeof column): Instant | null => (of === column ? at : null);
    statements.attempt.run(
      ...([job, attempt, state.status, request_id] as const),
      ...([instant('submitted_at'), instant('started_at')] as const),
      ...([instant('finished_at'), instant('done_at')] as const),
      ...([cost, failure] as const),
    );
    if (state.status === 'done') keepOutputs(job, attempt, state.files);
  };
}
