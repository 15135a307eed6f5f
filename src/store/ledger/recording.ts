import type { DatabaseSync } from 'node:sqlite';
import type { Instant, JobId, JobState, JobStatus, SavedFile } from '../../core/job/job.ts';
import { instantColumn, type StateColumns, toColumns } from '../../core/job/state-columns.ts';
import { filesOf, isAtRest, startIn } from '../../core/job/state-facts.ts';

export interface LedgerEntry {
  readonly job: JobId;
  readonly state: JobState;
  readonly at: Instant;
  /** For the outbox of a mirror: the epoch that its runner knows. Left out: the entry is not for an outbox. */
  readonly epoch?: number;
}

const findJob = `SELECT num FROM job WHERE id = ?`;

const moveJob = `UPDATE job SET state = ?, attempt = ?, request_id = ?, ref = ?, since = ?, cost = ?, failure = ?,
  notes = ?
WHERE num = ? AND id = ?`;

// What was once known of an attempt stays known: an id, the first instant of each stage, what was charged.
// Only a repeated announcement moves its instant, for then the earlier submission is known not to have counted, and
// what is learned of its start replaces when it was first seen to run.
const keepAttempt = `
INSERT INTO attempt
  (job, attempt, state, request_id, ref, submitted_at, started_at, finished_at, done_at, cost, estimated, failure)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (job, attempt) DO UPDATE SET
  state = excluded.state,
  request_id = coalesce(excluded.request_id, request_id),
  ref = iif(excluded.request_id IS NULL, ref, excluded.ref),
  submitted_at = coalesce(excluded.submitted_at, submitted_at),
  started_at = coalesce(?, started_at, excluded.started_at),
  finished_at = coalesce(finished_at, excluded.finished_at),
  done_at = coalesce(done_at, excluded.done_at),
  cost = coalesce(excluded.cost, cost),
  estimated = iif(excluded.cost IS NULL, estimated, excluded.estimated),
  failure = excluded.failure`;

const putBack = `UPDATE attempt SET state = 'pending', failure = ? WHERE job = ? AND attempt = ?`;

const forgetOutputs = `DELETE FROM output WHERE job = ? AND attempt = ?`;

const keepOutput = `INSERT INTO output (job, attempt, idx, path, bytes, sha256, mime, width, height, original_sha256,
  object)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Writes states into the tables; the caller has begun the transaction. */
export interface Recorder {
  /** Leaves the tables as if the entries had been written one by one. Throws for a job that is not there. */
  record(entries: readonly LedgerEntry[]): void;
  /** Where a job is in the table, which saves looking it up. */
  stands(id: JobId, num: number): void;
}

export function recorder(db: DatabaseSync): Recorder {
  const statements = {
    find: db.prepare(findJob),
    move: db.prepare(moveJob),
    attempt: db.prepare(keepAttempt),
    back: db.prepare(putBack),
    forget: db.prepare(forgetOutputs),
    output: db.prepare(keepOutput),
  };
  /** Of the jobs under way. */
  const nums = new Map<JobId, number>();
  /** The attempts among them that were announced here: before that, they had no output. */
  const announced = new Map<JobId, number>();

  function find(id: JobId): number {
    const found = statements.find.get(id);
    if (found === undefined) throw new Error(`The ledger has no job ${id}.`);
    const num = Number(found.num);
    nums.set(id, num);
    return num;
  }

  /** Gives the number of the job. A new plan may have put it elsewhere since it was looked up. */
  function move(id: JobId, columns: StateColumns): number {
    const { state, attempt, request_id, ref, since, cost, failure, notes } = columns;
    const at = (num: number): number => {
      const moved = statements.move.run(
        ...([state, attempt, request_id, ref, since, cost, failure, notes] as const),
        ...([num, id] as const),
      );
      return Number(moved.changes);
    };
    const known = nums.get(id) ?? find(id);
    if (at(known) === 1) return known;
    const found = find(id);
    at(found);
    return found;
  }

  function keepOutputs(id: JobId, job: number, attempt: number, files: readonly SavedFile[]): void {
    if (announced.get(id) !== attempt) statements.forget.run(job, attempt);
    for (const [idx, file] of files.entries()) {
      const { path, bytes, sha256, mime, width, height, original_sha256: original, object = null } = file;
      statements.output.run(
        ...([
          job,
          attempt,
          idx,
          path,
          bytes,
          sha256,
          mime,
          width,
          height,
          original ?? sha256,
          object,
        ] as const),
      );
    }
  }

  function write({ job: id, state, instants, startedAt }: Change): void {
    const columns = toColumns(state);
    const job = move(id, columns);
    const { attempt, request_id, ref, cost, estimated, failure } = columns;
    if (state.status === 'submitting') announced.set(id, attempt);
    if (state.status === 'pending') {
      statements.back.run(failure, job, attempt);
      return;
    }
    const { submitted_at = null, started_at = null, finished_at = null, done_at = null } = instants;
    statements.attempt.run(
      ...([job, attempt, state.status, request_id, ref] as const),
      ...([submitted_at, startedAt ?? started_at, finished_at, done_at, cost, estimated, failure] as const),
      startedAt,
    );
    const files = filesOf(state);
    if (state.status === 'done' || files.length > 0) keepOutputs(id, job, attempt, files);
    if (!isAtRest(state.status)) return;
    nums.delete(id);
    announced.delete(id);
  }

  return {
    record(entries) {
      for (const change of changesOf(entries)) write(change);
    },
    stands: (id, num) => void nums.set(id, num),
  };
}

type InstantColumn = NonNullable<(typeof instantColumn)[JobStatus]>;

/** States that a job has passed through in one attempt, to be written as one: the last knows all but the instants. */
interface Change {
  readonly job: JobId;
  state: JobState;
  readonly instants: Partial<Record<InstantColumn, Instant>>;
  /** When it started, if a state says so; null: when it was first seen to run. */
  startedAt: Instant | null;
}

/**
 * Each attempt begins with `pending`, and what is at rest moves on only where the user orders it. The changes of a job
 * stay in their order; those of different jobs have nothing to do with each other.
 */
function changesOf(entries: readonly LedgerEntry[]): Iterable<Change> {
  const changes: Change[] = [];
  const latest = new Map<JobId, Change>();
  for (const { job, state, at } of entries) {
    let change = latest.get(job);
    if (change === undefined || state.status === 'pending' || isAtRest(change.state.status)) {
      change = { job, state, instants: {}, startedAt: null };
      changes.push(change);
      latest.set(job, change);
    }
    change.state = state;
    const column = instantColumn[state.status];
    if (column !== null) change.instants[column] ??= at;
    change.startedAt = startIn(state).startedAt ?? change.startedAt;
  }
  return changes;
}
