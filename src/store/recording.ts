import type { DatabaseSync } from 'node:sqlite';
import type { Instant, JobId, JobState, JobStatus, SavedFile } from '../core/job.ts';
import { toColumns } from './state-columns.ts';

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

const moveJob = `UPDATE job SET state = :state, attempt = :attempt, request_id = :request_id, since = :since,
  cost = :cost, failure = :failure WHERE id = :id RETURNING num`;

// What was once known of an attempt stays known: an id, the first instant of each stage, what was charged.
// Only a repeated announcement moves its instant, for then the submit before it is known not to have counted.
const keepAttempt = `
INSERT INTO attempt (job, attempt, state, request_id, submitted_at, started_at, finished_at, done_at, cost, failure)
VALUES (:job, :attempt, :state, :request_id, :submitted_at, :started_at, :finished_at, :done_at, :cost, :failure)
ON CONFLICT (job, attempt) DO UPDATE SET
  state = excluded.state,
  request_id = coalesce(excluded.request_id, request_id),
  submitted_at = coalesce(excluded.submitted_at, submitted_at),
  started_at = coalesce(started_at, excluded.started_at),
  finished_at = coalesce(finished_at, excluded.finished_at),
  done_at = coalesce(done_at, excluded.done_at),
  cost = coalesce(excluded.cost, cost),
  failure = excluded.failure`;

const putBack = `UPDATE attempt SET state = 'pending', failure = :failure WHERE job = :job AND attempt = :attempt`;

const forgetOutputs = `DELETE FROM output WHERE job = ? AND attempt = ?`;

const keepOutput = `INSERT INTO output (job, attempt, idx, path, bytes, sha256, mime, width, height, original_sha256)
VALUES (:job, :attempt, :idx, :path, :bytes, :sha256, :mime, :width, :height, :original_sha256)`;

/** Writes entries into the tables; the caller has begun the transaction. Throws for a job that is not there. */
export function recorder(db: DatabaseSync): (entry: LedgerEntry) => void {
  const statements = {
    move: db.prepare(moveJob),
    attempt: db.prepare(keepAttempt),
    back: db.prepare(putBack),
    forget: db.prepare(forgetOutputs),
    output: db.prepare(keepOutput),
  };

  function keepOutputs(job: number, attempt: number, files: readonly SavedFile[]): void {
    statements.forget.run(job, attempt);
    for (const [idx, file] of files.entries()) statements.output.run({ job, attempt, idx, ...file });
  }

  return ({ job: id, state, at }) => {
    const columns = toColumns(state);
    const moved = statements.move.get({ ...columns, id });
    if (moved === undefined) throw new Error(`The ledger has no job ${id}.`);
    const job = Number(moved.num);
    const { attempt, failure } = columns;
    if (state.status === 'pending') {
      statements.back.run({ job, attempt, failure });
      return;
    }
    const { since: _, ...kept } = columns;
    const instants = { submitted_at: null, started_at: null, finished_at: null, done_at: null };
    const column = instantColumn[state.status];
    statements.attempt.run({ ...kept, job, ...instants, ...(column === null ? {} : { [column]: at }) });
    if (state.status === 'done') keepOutputs(job, attempt, state.files);
  };
}
