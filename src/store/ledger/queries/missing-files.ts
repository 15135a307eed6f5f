import { sep } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { JobId, JobState, RequestId } from '../../../core/job/job.ts';
import { costIn, refIn } from '../../../core/job/state-columns.ts';
import { sizeVerdict } from '../../files/file-check.ts';
import { elsewhereSql } from '../../mirror/mirror-schema.ts';
import { attemptColumns, eachRow, firstRow } from '../sql-rows.ts';

/** A job of the plan that is on record as done, though not all of its files are there as they were saved. */
export interface DamagedJob {
  readonly id: JobId;
  /** What the ledger has it for; files are left out. */
  readonly state: Extract<JobState, { status: 'done' }>;
  /** How many of its files are missing, empty or of another size; the path of the first. */
  readonly files: number;
  readonly path: string;
  /** The runner of a shared run that has its files: they are not missing. null: they were in this folder. */
  readonly runner: string | null;
}

interface OutputRow {
  readonly job: number;
  readonly attempt: number;
  readonly path: string;
  readonly bytes: number;
}

interface JobRow {
  readonly id: string;
  readonly request_id: string;
  readonly ref: string | null;
  readonly cost: number | null;
  readonly estimated: 1 | null;
  readonly runner: string | null;
}

/** The files of every `of`th job, starting with job number `from`. */
export interface Share {
  readonly of: number;
  readonly from: number;
}

export const allFiles: Share = { of: 1, from: 0 };

// The table of files alone: what stands in that of jobs is read for those that lack something, and for no others.
const outputs = `SELECT job, attempt, path, bytes FROM output WHERE job % ? = ?`;

const doneJob = `SELECT id, request_id, ref, cost, ${attemptColumns}, (SELECT ${elsewhereSql('attempt')} FROM attempt
  WHERE attempt.job = job.num AND attempt.attempt = job.attempt) AS runner FROM job
WHERE num = ? AND attempt = ? AND state = 'done' AND in_plan = 1`;

/**
 * Looks at each file of the folder, or of a share of it, by its size: two to three microseconds each. Takes constant
 * memory, since each job is yielded as soon as it has been checked. Throws what the system says of a file that may not be checked.
 */
export function* damagedJobs(db: DatabaseSync, dir: string, { of, from }: Share): Generator<DamagedJob> {
  const find = db.prepare(doneJob);
  let damaged: { readonly row: OutputRow; files: number } | null = null;

  function told(): DamagedJob | null {
    if (damaged === null) return null;
    const { row, files } = damaged;
    damaged = null;
    const job = firstRow<JobRow>(find, row.job, row.attempt);
    if (job === undefined) return null;
    const requestId = job.request_id as RequestId;
    const state = {
      status: 'done',
      attempt: row.attempt,
      requestId,
      ...refIn(job),
      files: [],
      ...costIn(job),
    } as const;
    return { id: job.id as JobId, state, files, path: row.path, runner: job.runner };
  }

  for (const row of eachRow<OutputRow>(db.prepare(outputs), of, from % of)) {
    if (sizeVerdict(dir + sep + row.path, row.bytes) === 'whole') continue;
    if (damaged !== null && damaged.row.job === row.job && damaged.row.attempt === row.attempt) {
      damaged.files += 1;
      continue;
    }
    const job = told();
    damaged = { row, files: 1 };
    if (job !== null) yield job;
  }
  const last = told();
  if (last !== null) yield last;
}

/** How many files the folder's jobs have, of all their attempts. */
export function outputCount(db: DatabaseSync): number {
  return Number(db.prepare('SELECT count(*) AS files FROM output').get()?.files);
}
