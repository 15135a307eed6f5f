import type { DatabaseSync } from 'node:sqlite';
import type { Instant, JobId, JobState, SavedFile } from '../../core/job/job.ts';
import { resumed } from '../../core/job/lifecycle.ts';
import { fromColumns, type StateColumns } from '../../core/job/state-columns.ts';
import type { Told } from '../../core/sharing/verdicts.ts';
import { attemptColumns, firstRow, rows } from '../ledger/sql-rows.ts';

/** Where a job stands, as a mirror knows it. */
export type Fact = Omit<Told, 'epoch'>;

interface FactRow extends StateColumns {
  readonly num: number;
  readonly id: string;
  readonly epoch: number | null;
  /** The latest of its instants. */
  readonly at: number;
}

type FileRow = Omit<SavedFile, 'object'> & { readonly object: string | null };

const columns = `num, id, state, attempt, request_id, ref, since, cost, failure, notes, epoch, ${attemptColumns},
  coalesce((SELECT max(coalesce(done_at, 0), coalesce(finished_at, 0), coalesce(started_at, 0), coalesce(submitted_at, 0))
    FROM attempt WHERE attempt.job = job.num AND attempt.attempt = job.attempt), since, 0) AS at`;

const find = `SELECT ${columns} FROM job WHERE id = ?`;
const page = `SELECT ${columns} FROM job WHERE num > ? AND state <> 'pending' ORDER BY num LIMIT 500`;
const filesOf = `SELECT path, bytes, sha256, nullif(original_sha256, sha256) AS original_sha256, mime, width, height, object
  FROM output WHERE job = ? AND attempt = ? ORDER BY idx`;

/** For a shared ledger that lacks it. A submission that was announced and has no answer is unknown by now. */
export function factOf(db: DatabaseSync, job: JobId): Fact {
  return fact(db, firstRow<FactRow>(db.prepare(find), job) as FactRow);
}

/** The same of every job that was ever announced; a page at a time, so that it may be written to meanwhile. */
export function* factsIn(db: DatabaseSync): Iterable<Told> {
  const read = db.prepare(page);
  let last = 0;
  for (;;) {
    const found = rows<FactRow>(read, last);
    for (const row of found) yield { ...fact(db, row), epoch: row.epoch ?? 0 };
    if (found.length === 0) return;
    last = found.at(-1)?.num ?? last;
  }
}

function fact(db: DatabaseSync, row: FactRow): Fact {
  const files = rows<FileRow>(db.prepare(filesOf), row.num, row.attempt).map(
    ({ object, ...file }): SavedFile => (object === null ? file : { ...file, object }),
  );
  const state = fromColumns(row, files);
  return { job: row.id as JobId, state: withAnswer(resumed(state), files), at: row.at as Instant };
}

/** A refusal may have come with a file that holds the server's answer. */
function withAnswer(state: JobState, files: readonly SavedFile[]): JobState {
  return state.status === 'failed' && files.length > 0 ? { ...state, files } : state;
}
