import type { DatabaseSync } from 'node:sqlite';
import type { JobStatus } from '../../core/job/job.ts';
import { type Holdings, noCounts } from '../../core/job/tally.ts';
import { estimatedSql } from './ledger-schema.ts';
import { rows } from './sql-rows.ts';

/** A job that has left the plan still counts while money may hang on it. */
const open: ReadonlySet<JobStatus> = new Set(['submitting', 'queued', 'running', 'succeeded', 'unknown']);

// Both are answered from indexes alone, so that a million jobs take a fraction of a second.
const byState = `SELECT in_plan, state, count(*) AS jobs,
  count(*) FILTER (WHERE state = 'done' AND cost IS NULL) AS unpriced
FROM job GROUP BY in_plan, state`;

const spent = `SELECT total(cost) AS usd FROM attempt WHERE cost IS NOT NULL`;
const estimated = `SELECT total(cost) AS usd FROM attempt WHERE ${estimatedSql}`;

interface StateCount {
  readonly in_plan: number;
  readonly state: JobStatus;
  readonly jobs: number;
  readonly unpriced: number;
}

/** What a ledger holds at this moment. Money counts over the life of the folder. */
export function holdingsOf(db: DatabaseSync): Holdings {
  const counts = noCounts();
  let unpriced = 0;
  for (const row of rows<StateCount>(db.prepare(byState))) {
    unpriced += row.unpriced;
    if (row.in_plan === 1 || open.has(row.state)) counts[row.state] += row.jobs;
  }
  const usd = (sql: string): number => Number(db.prepare(sql).get()?.usd);
  return { counts, spentUsd: usd(spent), estimatedUsd: usd(estimated), unpriced };
}
