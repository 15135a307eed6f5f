import type { DatabaseSync } from 'node:sqlite';
import type { Job, JobState, JobStatus } from '../../core/job/job.ts';
import { type JobColumns, jobFromColumns } from '../../core/job/job-columns.ts';
import { fromColumns, type StateColumns } from '../../core/job/state-columns.ts';
import { attemptColumns, eachRow } from './sql-rows.ts';

/** A job as the ledger holds it, to be given an order. */
export interface HeldJob {
  readonly job: Job;
  readonly state: JobState;
  /** Whether the current plan asks for it: only then is it ever submitted again. */
  readonly isPlanned: boolean;
}

interface HeldRow extends StateColumns, JobColumns {
  readonly in_plan: number;
}

/** The jobs in these states that are meant, in the plan's order; files of those that are done are left out. */
export function* heldJobs(
  db: DatabaseSync,
  states: readonly JobStatus[],
  isMeant: (job: string) => boolean,
): Generator<HeldJob> {
  const query = db.prepare(
    `SELECT id, model, input, names, rep, path_template, in_plan, state, attempt, request_id, ref, since, cost, failure,
         notes, ${attemptColumns}
       FROM job
       WHERE state IN (SELECT value FROM json_each(?)) ORDER BY in_plan DESC, seq, num`,
  );
  for (const row of eachRow<HeldRow>(query, JSON.stringify(states))) {
    if (!isMeant(row.id)) continue;
    yield {
      job: jobFromColumns(row),
      state: fromColumns(row, []),
      isPlanned: row.in_plan === 1,
    };
  }
}
