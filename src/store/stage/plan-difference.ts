import type { DatabaseSync } from 'node:sqlite';
import type { JobStatus, PlannedJob } from '../../core/job/job.ts';
import { rows } from '../ledger/sql-rows.ts';
import { goneSql, type Standing, staysSql } from './plan-standing.ts';
import { fromPlannedRow, type PlannedRow, plannedColumns } from './planned-rows.ts';

/** What a staged plan means to the folder that it is for, in jobs. */
export interface PlanDifference {
  /**
   * Jobs of the staged plan, and those that stay planned beside it: the sum of `new`, `done`, `inFlight`, `pending`,
   * `failed` and `unknown`.
   */
  readonly jobs: number;
  /** The folder does not know them. */
  readonly new: number;
  readonly done: number;
  /** Submitting, queued, running or succeeded. */
  readonly inFlight: number;
  /** Known to the folder and still to be submitted. */
  readonly pending: number;
  /** Failed, cancelled or lost. */
  readonly failed: number;
  readonly unknown: number;
  /** In the folder's plan and no longer planned. */
  readonly removed: number;
  /** Those of `new` that replace one of `removed` each: see `PlanChange`. */
  readonly changed: number;
  /** Rows that ask for a job which an earlier row asks for already. */
  readonly joinedRows: number;
  /** The first few, in plan order. */
  readonly samples: { readonly new: readonly PlannedJob[]; readonly removed: readonly PlannedJob[] };
}

type Group = Exclude<keyof PlanDifference, 'jobs' | 'removed' | 'changed' | 'joinedRows' | 'samples'>;

const groups = {
  pending: 'pending',
  submitting: 'inFlight',
  queued: 'inFlight',
  running: 'inFlight',
  succeeded: 'inFlight',
  done: 'done',
  failed: 'failed',
  cancelled: 'failed',
  lost: 'failed',
  unknown: 'unknown',
} as const satisfies Record<JobStatus, Group>;

const sampleSize = 5;

const byState = (standing: Standing): string => `SELECT known.state AS state, count(*) AS jobs
FROM chosen LEFT JOIN known ON known.num = chosen.num GROUP BY known.state
UNION ALL SELECT state, count(*) AS jobs FROM ledger.job AS job WHERE ${staysSql[standing]} GROUP BY state`;

const joined = `SELECT count(*) AS total FROM joined WHERE EXISTS (SELECT 1 FROM chosen WHERE chosen.num = joined.num)`;

const changed = `SELECT count(*) AS total FROM paired`;

const gone = (standing: Standing): string =>
  `SELECT count(*) AS total FROM ledger.job AS job WHERE ${goneSql[standing]}`;

const goneSample = (standing: Standing): string =>
  `SELECT ${plannedColumns} FROM ledger.job AS job WHERE ${goneSql[standing]} ORDER BY seq LIMIT ?`;

const newSample = `SELECT ${plannedColumns} FROM planned
WHERE NOT EXISTS (SELECT 1 FROM known WHERE known.num = planned.num) ORDER BY seq LIMIT ?`;

interface StateCount {
  /** null: the folder does not know the job. */
  readonly state: JobStatus | null;
  readonly jobs: number;
}

/** Compares the plan with `ledger.job`. `pairChanges` has been called. */
export function differenceIn(db: DatabaseSync, standing: Standing): PlanDifference {
  const counts: Record<Group, number> = { new: 0, done: 0, inFlight: 0, pending: 0, failed: 0, unknown: 0 };
  let jobs = 0;
  for (const row of rows<StateCount>(db.prepare(byState(standing)))) {
    counts[row.state === null ? 'new' : groups[row.state]] += row.jobs;
    jobs += row.jobs;
  }
  const removed = totalOf(db, gone(standing));
  return {
    jobs,
    ...counts,
    removed,
    changed: totalOf(db, changed),
    joinedRows: totalOf(db, joined),
    samples: {
      new: counts.new === 0 ? [] : sampleOf(db, newSample),
      removed: removed === 0 ? [] : sampleOf(db, goneSample(standing)),
    },
  };
}

function totalOf(db: DatabaseSync, sql: string): number {
  return Number(db.prepare(sql).get()?.total);
}

function sampleOf(db: DatabaseSync, sql: string): PlannedJob[] {
  return rows<PlannedRow>(db.prepare(sql), sampleSize).map(fromPlannedRow);
}
