import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Job, RequestId, SavedFile } from '../../core/job/job.ts';
import { type JobColumns, jobFromColumns } from '../../core/job/job-columns.ts';
import { refIn } from '../../core/job/state-columns.ts';
import type { JsonValue } from '../../core/json.ts';
import { sizeVerdict } from '../files/file-check.ts';
import { rows } from '../ledger/sql-rows.ts';

/** A job that is done, though not all of its files are in this folder. */
export interface AbsentJob {
  readonly job: Job;
  readonly requestId: RequestId;
  readonly ref?: JsonValue;
  /** The runner that saved its files; null: that of this folder. */
  readonly runner: string | null;
  readonly files: readonly SavedFile[];
  /** Those of them that are not here, by their index. */
  readonly absent: readonly number[];
}

interface DoneRow extends JobColumns {
  readonly num: number;
  readonly request_id: string;
  readonly ref: string | null;
  readonly attempt: number;
  readonly runner: string | null;
}

interface OutputRow extends Omit<SavedFile, 'object'> {
  readonly job: number;
  readonly attempt: number;
  readonly object: string | null;
}

const pageSize = 200;

const done = `SELECT num, id, model, input, names, rep, path_template, request_id, ref, attempt,
    (SELECT runner FROM attempt WHERE attempt.job = job.num AND attempt.attempt = job.attempt) AS runner
  FROM job WHERE num > ? AND in_plan = 1 AND state = 'done' ORDER BY num LIMIT ${pageSize}`;

const outputs = `SELECT job, attempt, path, bytes, sha256, nullif(original_sha256, sha256) AS original_sha256, mime,
    width, height, object
  FROM output WHERE job BETWEEN ? AND ? ORDER BY job, attempt, idx`;

/** A page at a time, so that the ledger may be written while each is dealt with. */
export function* absentJobs(db: DatabaseSync, dir: string): Iterable<readonly AbsentJob[]> {
  const read = { done: db.prepare(done), outputs: db.prepare(outputs) };
  let last = 0;
  for (;;) {
    const page = rows<DoneRow>(read.done, last);
    const [first, end] = [page[0]?.num ?? 0, page.at(-1)?.num ?? 0];
    if (page.length === 0) return;
    last = end;
    const files = Map.groupBy(
      rows<OutputRow>(read.outputs, first, end),
      ({ job, attempt }) => `${job} ${attempt}`,
    );
    const absent = page.map((row) => absentOf(dir, row, files.get(`${row.num} ${row.attempt}`) ?? []));
    yield absent.filter((each) => each.absent.length > 0);
  }
}

function absentOf(dir: string, row: DoneRow, found: readonly OutputRow[]): AbsentJob {
  const files = found.map(savedFile);
  return {
    job: jobFromColumns(row),
    requestId: row.request_id as RequestId,
    ...refIn(row),
    runner: row.runner,
    files,
    absent: [...files.keys()].filter((index) => {
      const { path = '', bytes = 0 } = files[index] ?? {};
      return sizeVerdict(join(dir, path), bytes) !== 'whole';
    }),
  };
}

function savedFile({ job: _, attempt: __, object, ...file }: OutputRow): SavedFile {
  return object === null ? file : { ...file, object };
}
