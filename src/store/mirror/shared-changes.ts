import type { DatabaseSync } from 'node:sqlite';
import type { SavedFile } from '../../core/job/job.ts';
import type { SharedAttemptRow, SharedChange, SharedJobRow } from '../../core/sharing/shared-rows.ts';
import { rows } from '../ledger/sql-rows.ts';
import { attemptColumnsShared, jobColumns } from './shared-columns.ts';

interface JobRow extends Omit<SharedJobRow, 'epoch' | 'holder'> {
  readonly num: number;
  readonly epoch: number | null;
  /** When its files were taken from another folder; null: they were not. */
  readonly taken_at: number | null;
}

type AttemptRow = Omit<SharedAttemptRow, 'job' | 'outputs'> & { readonly job: number };

interface OutputRow extends Omit<SavedFile, 'object'> {
  readonly job: number;
  readonly attempt: number;
  readonly object: string | null;
}

const pageSize = 200;

const jobs = `SELECT num, ${jobColumns.join(', ')},
    (SELECT at FROM origin WHERE origin.job = job.num) AS taken_at
  FROM job WHERE num > ? ORDER BY num LIMIT ${pageSize}`;
const attempts = `SELECT job, attempt, ${attemptColumnsShared.join(', ')} FROM attempt
  WHERE job BETWEEN ? AND ? ORDER BY job, attempt`;
const outputs = `SELECT job, attempt, path, bytes, sha256, nullif(original_sha256, sha256) AS original_sha256, mime,
    width, height, object
  FROM output WHERE job BETWEEN ? AND ? ORDER BY job, attempt, idx`;

/**
 * All that a folder has on record about its jobs, as a shared ledger takes it, a page at a time. `runner`: in whose folder
 * the files lie that are in this one.
 */
export function* sharedChanges(db: DatabaseSync, runner: string): Iterable<SharedChange> {
  const read = { jobs: db.prepare(jobs), attempts: db.prepare(attempts), outputs: db.prepare(outputs) };
  let last = 0;
  for (;;) {
    const page = rows<JobRow>(read.jobs, last);
    const [first, end] = [page[0]?.num ?? 0, page.at(-1)?.num ?? 0];
    if (page.length === 0) return;
    last = end;
    const files = Map.groupBy(rows<OutputRow>(read.outputs, first, end), keyOf);
    const tries = Map.groupBy(rows<AttemptRow>(read.attempts, first, end), ({ job }) => job);
    for (const { num, taken_at: takenAt, ...job } of page) {
      const outputsOf = (attempt: number): string | null => {
        const found = files.get(keyOf({ job: num, attempt }));
        return found === undefined ? null : JSON.stringify(found.map(savedFile));
      };
      const own = (tries.get(num) ?? []).map((row): SharedAttemptRow => {
        const saved = outputsOf(row.attempt);
        return {
          ...row,
          job: job.id,
          outputs: saved,
          runner: saved === null ? null : (row.runner ?? runner),
        };
      });
      const isTaken = job.state === 'done' && own.every(({ attempt }) => attempt !== job.attempt);
      const taken = isTaken ? [takenAttempt(job, takenAt, outputsOf(job.attempt), runner)] : [];
      yield { job: { ...job, epoch: job.epoch ?? 0, holder: null }, attempts: [...own, ...taken] };
    }
  }
}

function savedFile({ job: _, attempt: __, object, ...file }: OutputRow): SavedFile {
  return object === null ? file : { ...file, object };
}

const keyOf = ({ job, attempt }: { readonly job: number; readonly attempt: number }): string =>
  `${job} ${attempt}`;

/** A job whose files came from another folder has no attempt here; in a shared ledger its files need one. */
function takenAttempt(
  job: Omit<JobRow, 'num' | 'taken_at'>,
  at: number | null,
  saved: string | null,
  runner: string,
): SharedAttemptRow {
  const { id, attempt, state, request_id, ref, cost } = job;
  return {
    ...{ job: id, attempt, state, request_id, ref, cost, failure: null, estimated: null },
    ...{ submitted_at: null, started_at: null, finished_at: null, done_at: at },
    ...{ outputs: saved, runner: saved === null ? null : runner },
  };
}
