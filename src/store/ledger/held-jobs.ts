import type { DatabaseSync } from 'node:sqlite';
import type { Job, JobId, JobState, JobStatus } from '../../core/job/job.ts';
import { namesIn } from '../stage/planned-rows.ts';
import { eachRow } from './sql-rows.ts';
import { attemptColumns, fromColumns, type StateColumns } from './state-columns.ts';

/** A job as the ledger holds it, to be given an order. */
export interface HeldJob {
  readonly job: Job;
  readonly state: JobState;
  /** Whether the current plan asks for it: only then is it ever submitted again. */
  readonly isPlanned: boolean;
}

interface HeldRow extends StateColumns {
  readonly id: string;
  readonly model: string;
  readonly input: string;
  readonly names: string | null;
  readonly rep: number;
  readonly path_template: string;
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
      job: {
        id: row.id as JobId,
        model: row.model,
        input: JSON.parse(row.input) as Job['input'],
        ...namesIn(row.names),
        rep: row.rep,
        pathTemplate: row.path_template,
      },
      state: fromColumns(row, []),
      isPlanned: row.in_plan === 1,
    };
  }
}
