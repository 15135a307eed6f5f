import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../core/job/job.ts';
import { firstAdded, goneSql, type Standing } from './plan-standing.ts';
import { alsoColumn, plannedColumns } from './planned-rows.ts';

/** Under this key `meta` keeps the folder's `PlanRecord` as JSON. */
export const planKey = 'plan';

export const neverAttemptedSql = `NOT EXISTS (SELECT 1 FROM ledger.attempt WHERE attempt.job = job.num)`;

export const noParentSql = `job.id NOT IN (SELECT parent FROM ledger.job WHERE parent IS NOT NULL)`;

// A job that is under way keeps the path that its first files may already have.
function keptUnlessPending(column: string, from: 'excluded' | 'planned'): string {
  return `CASE WHEN job.state = 'pending' THEN ${from}.${column} ELSE job.${column} END`;
}

function seqFrom(from: 'excluded' | 'planned'): string {
  return `CASE WHEN job.in_plan = 1 AND job.seq >= ${firstAdded} THEN job.seq ELSE ${from}.seq END`;
}

// Jobs that stay as they are are not written at all. To tell them apart first takes a third of the time of conflicts.
const isAsItIs = `EXISTS (SELECT 1 FROM main.known JOIN ledger.job AS job ON job.num = known.job
  WHERE known.num = planned.num AND (job.in_plan, job.seq, job.name, job.rows, job.tags, job.axes, job.also,
    job.names, job.path_template) IS (1, ${seqFrom('planned')}, planned.name, planned.rows, planned.tags, planned.axes,
    planned.also, planned.names, ${keptUnlessPending('path_template', 'planned')}))`;

const insertFrom = (which: string): string => `INSERT INTO ledger.job AS job
    (in_plan, seq, ${plannedColumns}, ${alsoColumn}, planned_at, state, attempt)
  SELECT 1, ? + seq, ${plannedColumns}, ${alsoColumn}, ?, 'pending', 1 FROM main.planned ${which} ORDER BY seq
  ON CONFLICT (id) DO UPDATE SET`;

const sql = {
  dropNeverAttempted: `DELETE FROM ledger.job AS job
    WHERE state = 'pending' AND ${goneSql.replaces} AND ${neverAttemptedSql} AND ${noParentSql}`,
  leavePlan: `UPDATE ledger.job AS job SET in_plan = 0 WHERE ${goneSql.replaces}`,
  // What a job is known to vary is known for ever.
  replace: `${insertFrom(`WHERE NOT ${isAsItIs}`)}
    in_plan = 1, seq = ${seqFrom('excluded')}, name = excluded.name, rows = excluded.rows, tags = excluded.tags,
    axes = excluded.axes, also = excluded.also, names = excluded.names,
    path_template = ${keptUnlessPending('path_template', 'excluded')}, path_key = ${keptUnlessPending('path_key', 'excluded')}`,
  extend: `${insertFrom('WHERE true')} in_plan = 1, seq = excluded.seq WHERE job.in_plan = 0`,
  lastSeq: `SELECT max(seq) AS last FROM ledger.job WHERE in_plan = 1`,
  lastNum: `SELECT max(num) AS last FROM ledger.job`,
  // A new job whose parent descends from it.
  breakCircles: `UPDATE ledger.job AS job SET parent = NULL WHERE num > ? AND parent IS NOT NULL AND id IN (
    WITH RECURSIVE above (id) AS (
      SELECT job.parent UNION SELECT up.parent FROM above JOIN ledger.job AS up ON up.id = above.id)
    SELECT id FROM above)`,
  remember: `INSERT INTO ledger.meta (key, value) VALUES ('${planKey}', ?)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
} as const;

/** Makes `main.planned` the plan of `ledger`, or a part of it, and the text the record of it; in one transaction. */
export function adoptPlan(db: DatabaseSync, standing: Standing, record: string, plannedAt: Instant): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    if (standing === 'replaces') {
      db.exec(sql.dropNeverAttempted);
      db.exec(sql.leavePlan);
    }
    const known = lastOf(db, sql.lastNum);
    if (standing === 'replaces') db.prepare(sql.replace).run(0, plannedAt);
    else db.prepare(sql.extend).run(Math.max(firstAdded - 1, lastOf(db, sql.lastSeq)), plannedAt);
    db.prepare(sql.breakCircles).run(known);
    db.prepare(sql.remember).run(record);
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function lastOf(db: DatabaseSync, last: string): number {
  return Number(db.prepare(last).get()?.last ?? 0);
}
