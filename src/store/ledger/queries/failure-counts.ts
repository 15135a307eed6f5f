import type { DatabaseSync } from 'node:sqlite';
import type { Failure } from '../../../core/job/failures.ts';
import type { JobStatus } from '../../../core/job/job.ts';
import { readFailure } from '../../../core/job/state-columns.ts';
import { rows } from '../sql-rows.ts';

/** Jobs that the same failure holds in the same state. */
export interface FailureTally {
  readonly failure: Failure;
  readonly state: JobStatus;
  readonly jobs: number;
  /** Ids in the plan's order: of all of them where they are few, else of the first alone. */
  readonly first: readonly string[];
  /** Puts tallies into the order in which the plan has their first jobs. */
  readonly place: number;
}

export interface FailureCounts {
  /** Most frequent first. */
  readonly tallies: readonly FailureTally[];
  /** Of all tallies, those beyond the limit too. */
  readonly jobs: number;
}

/** Up to this number, jobs are few. */
export const fewJobs = 5;

// As in the counts of holdings: a job that has left the plan still counts while money may hang on it.
const counts = `failure IS NOT NULL AND (in_plan = 1 OR state IN ('queued', 'running', 'succeeded', 'unknown'))`;

// Jobs that have left the plan come behind all others. The bare `num` is that of the job with the least place.
const tally = `SELECT failure, state, count(*) AS jobs, sum(count(*)) OVER () AS allJobs,
  min((1 - in_plan) * 4503599627370496 + seq) AS place, num
FROM job WHERE ${counts} GROUP BY failure, state ORDER BY jobs DESC, place LIMIT ?`;

const members = `SELECT id FROM job WHERE ${counts} AND failure = ? AND state = ? ORDER BY in_plan DESC, seq LIMIT ?`;

interface TallyRow {
  readonly failure: string;
  readonly state: JobStatus;
  readonly jobs: number;
  readonly allJobs: number;
  readonly place: number;
  readonly num: number;
}

/** What holds jobs, counted by failure and state from the index alone. */
export function failureCounts(db: DatabaseSync, limit: number): FailureCounts {
  const found = rows<TallyRow>(db.prepare(tally), limit);
  const idOf = db.prepare(`SELECT id FROM job WHERE num = ?`);
  const idsOf = db.prepare(members);
  const tallies = found.map(({ failure, state, jobs, place, num }): FailureTally => {
    const ids = jobs > fewJobs ? [idOf.get(num)] : idsOf.all(failure, state, fewJobs);
    return {
      failure: readFailure(failure) as Failure,
      state,
      jobs,
      first: ids.map((row) => String(row?.id)),
      place,
    };
  });
  return { tallies, jobs: found[0]?.allJobs ?? 0 };
}
