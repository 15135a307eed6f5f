import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../core/job/job.ts';
import type { PlannedColumns } from '../../core/sharing/shared-rows.ts';
import { eachRow } from '../ledger/sql-rows.ts';
import { firstAdded, type Standing, staysSql } from './plan-standing.ts';
import { alsoColumn, plannedColumns } from './planned-rows.ts';

const held = `id, seq, model, input, rep, name, rows, tags, axes, parent, names, path_template, path_key, also, planned_at`;

const stays = (standing: Standing): string =>
  `SELECT 1 AS in_plan, ${held} FROM ledger.job AS job WHERE ${staysSql[standing]} ORDER BY seq`;

// Behind all that is planned; what was planned before keeps its place.
const place = {
  replaces: `CASE WHEN job.in_plan = 1 AND job.seq >= ${firstAdded} THEN job.seq ELSE planned.seq END`,
  extends: `CASE WHEN job.in_plan = 1 THEN job.seq ELSE planned.seq +
    (SELECT max(${firstAdded - 1}, coalesce(max(seq), 0)) FROM ledger.job WHERE in_plan = 1) END`,
} as const satisfies Record<Standing, string>;

/** What a known job keeps: all of it where a plan is added to, else its parent; under way, the path of its first files. */
const keeps = (standing: Standing, column: string): string => {
  if (standing === 'extends' || column === 'parent') return 'job.num IS NOT NULL';
  return column.startsWith('path_') ? `job.state <> 'pending'` : 'false';
};

const columns = (standing: Standing): string =>
  `${plannedColumns}, ${alsoColumn}`
    .split(', ')
    .map((column) => `iif(${keeps(standing, column)}, job.${column}, planned.${column}) AS ${column}`)
    .join(', ');

const staged = (
  standing: Standing,
): string => `SELECT 1 AS in_plan, ${place[standing]} AS seq, ${columns(standing)},
    coalesce(job.planned_at, ?) AS planned_at
  FROM planned LEFT JOIN main.known ON known.num = planned.num
  LEFT JOIN ledger.job AS job ON job.num = known.job ORDER BY planned.seq`;

/** The plan that `adoptPlan` would make, as a shared ledger takes it; streamed. */
export function* sharedPlan(
  db: DatabaseSync,
  standing: Standing,
  plannedAt: Instant,
): Iterable<PlannedColumns> {
  yield* eachRow<PlannedColumns>(db.prepare(stays(standing)));
  yield* eachRow<PlannedColumns>(db.prepare(staged(standing)), plannedAt);
}
