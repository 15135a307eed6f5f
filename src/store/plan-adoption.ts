import { plannedColumns } from './planned-rows.ts';
import { goneSql } from './stage-tables.ts';

/** Under this key `meta` keeps the folder's `PlanRecord` as JSON. */
export const planKey = 'plan';

const neverAttempted = `NOT EXISTS (SELECT 1 FROM ledger.attempt WHERE attempt.job = job.num)`;

// A job that is under way keeps the path that its first files may already have.
const path = keptUnlessPending('path_template');
const key = keptUnlessPending('path_key');

function keptUnlessPending(column: string): string {
  return `CASE WHEN job.state = 'pending' THEN excluded.${column} ELSE job.${column} END`;
}

/** From `main.planned` into `ledger`, in this order. Jobs that stay as they are are not written at all. */
export const adoptSql = {
  dropNeverAttempted: `DELETE FROM ledger.job AS job WHERE state = 'pending' AND ${goneSql} AND ${neverAttempted}`,
  leavePlan: `UPDATE ledger.job AS job SET in_plan = 0 WHERE ${goneSql}`,
  upsert: `INSERT INTO ledger.job AS job
    (in_plan, seq, ${plannedColumns}, planned_at, state, attempt)
  SELECT 1, seq, ${plannedColumns}, ?, 'pending', 1 FROM main.planned WHERE true ORDER BY seq
  ON CONFLICT (id) DO UPDATE SET
    in_plan = 1, seq = excluded.seq, name = excluded.name, rows = excluded.rows, tags = excluded.tags,
    axes = excluded.axes, parent = excluded.parent, path_template = ${path}, path_key = ${key}
  WHERE (job.in_plan, job.seq, job.name, job.rows, job.tags, job.axes, job.parent, job.path_template)
    IS NOT (1, excluded.seq, excluded.name, excluded.rows, excluded.tags, excluded.axes, excluded.parent, ${path})`,
  remember: `INSERT INTO ledger.meta (key, value) VALUES ('${planKey}', ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
} as const;
