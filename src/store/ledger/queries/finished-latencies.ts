import type { DatabaseSync } from 'node:sqlite';
import type { PastLatencies } from '../../../core/pacing/latencies.ts';
import { rows } from '../sql-rows.ts';

/** From submission to finish, over the latest jobs that finished. */
export interface FinishedLatencies {
  readonly jobs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

const recent = `SELECT finished_at - submitted_at AS ms FROM attempt
WHERE finished_at IS NOT NULL AND submitted_at IS NOT NULL ORDER BY finished_at DESC LIMIT ?`;

// Where a clock was set back in between, there is no latency.
// With those that are known to have waited, for a machine that had to start, it begins when they did.
const recentByModel = `SELECT job.model AS model, finished_at - iif(estimated = 1, started_at, submitted_at) AS ms
FROM attempt JOIN job ON job.num = attempt.job
WHERE finished_at IS NOT NULL AND submitted_at IS NOT NULL
  AND finished_at > iif(estimated = 1, started_at, submitted_at)
ORDER BY finished_at DESC LIMIT ?`;

/** Of the `jobs` latest; null: none has finished. */
export function finishedLatencies(db: DatabaseSync, jobs: number): FinishedLatencies | null {
  const sorted = rows<{ readonly ms: number }>(db.prepare(recent), jobs)
    .map(({ ms }) => ms)
    .sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.ceil(sorted.length * share) - 1] as number;
  return sorted.length === 0 ? null : { jobs: sorted.length, p50Ms: at(0.5), p95Ms: at(0.95) };
}

/** Those of the `jobs` latest in ms, by model. */
export function latenciesByModel(db: DatabaseSync, jobs: number): PastLatencies {
  const past = new Map<string, number[]>();
  const found = rows<{ readonly model: string; readonly ms: number }>(db.prepare(recentByModel), jobs);
  for (const { model, ms } of found) {
    const known = past.get(model);
    if (known === undefined) past.set(model, [ms]);
    else known.push(ms);
  }
  return past;
}
