import type { JobId, JobState, SavedFile } from '../../core/job/job.ts';
import { fromColumns } from '../../core/job/state-columns.ts';
import { isAtRest } from '../../core/job/state-facts.ts';
import type { SharedAttemptRow, SharedChange, SharedJobRow } from '../../core/sharing/shared-rows.ts';
import { attemptColumns, plannedColumns, stateColumns } from './schema-sql.ts';
import type { Transaction } from './server/database.ts';

/** An attempt as its table has it, beside the number of its job. */
export type SharedAttempt = Omit<SharedAttemptRow, 'job'>;

/** A job as its table has it. */
export interface JobRow extends SharedJobRow {
  readonly num: number;
  readonly asleep: boolean;
}

/** A locked job in the hands of a transaction. */
export interface HeldRow extends JobRow {
  readonly attempts: ReadonlyMap<number, SharedAttempt>;
}

const jobColumns = `${plannedColumns}, ${stateColumns}, epoch, announced, holder`;

/** Locks jobs of a run in one order, so that two transactions never wait for each other, and reads them. */
export async function lockJobs(
  tx: Transaction,
  run: number,
  by: { readonly ids: readonly JobId[] } | { readonly nums: readonly number[] },
): Promise<Map<JobId, HeldRow>> {
  const [condition, values] =
    'ids' in by ? ['id = ANY($2::text[])', by.ids] : ['num = ANY($2::bigint[])', by.nums];
  if (values.length === 0) return new Map();
  const rows = await tx.query<JobRow>(
    `SELECT num, asleep, ${jobColumns} FROM rcb.job WHERE run = $1 AND ${condition} ORDER BY num FOR UPDATE`,
    [run, values],
  );
  // A separate statement, after the lock: PostgreSQL rereads a row that it waited for, but not the rows joined to it.
  const attempts = Map.groupBy(
    await tx.query<SharedAttempt & { job: number }>(
      `SELECT job, ${attemptColumns} FROM rcb.attempt WHERE job = ANY($1::bigint[])`,
      [rows.map(({ num }) => num)],
    ),
    ({ job }) => job,
  );
  return new Map(
    rows.map((row) => {
      const own = (attempts.get(row.num) ?? []).map(({ job: _, ...attempt }): [number, SharedAttempt] => [
        attempt.attempt,
        attempt,
      ]);
      return [row.id as JobId, { ...row, attempts: new Map(own) }];
    }),
  );
}

export function stateOf(row: HeldRow): JobState {
  const attempt = row.attempts.get(row.attempt);
  const estimated = attempt?.estimated === 1 ? 1 : null;
  const files = attempt?.outputs == null ? [] : (JSON.parse(attempt.outputs) as SavedFile[]);
  return fromColumns({ ...row, estimated, started_at: attempt?.started_at ?? null }, files);
}

/** Whether there is work for a runner in it: pending jobs that left the plan are not submitted. */
export function isOpen({ state, in_plan }: Pick<JobRow, 'state' | 'in_plan'>): boolean {
  return !isAtRest(state) && (state !== 'pending' || in_plan === 1);
}

interface ChangeRow extends SharedJobRow {
  readonly attempts: readonly SharedAttempt[] | null;
}

/** Selects jobs with all of their attempts; append the rest of a query on `job`. */
export const changesSql = `SELECT ${jobColumns},
  (SELECT json_agg(each ORDER BY each.attempt)
    FROM (SELECT ${attemptColumns} FROM rcb.attempt WHERE attempt.job = job.num) each) AS attempts
  FROM rcb.job`;

export function changeOf({ attempts, ...job }: ChangeRow): SharedChange {
  return { job, attempts: (attempts ?? []).map((attempt) => ({ job: job.id, ...attempt })) };
}

export type { ChangeRow };
