import type { DatabaseSync } from 'node:sqlite';
import type { JobId } from '../../core/job/job.ts';
import { type JobColumns, jobFromColumns } from '../../core/job/job-columns.ts';
import { resumed } from '../../core/job/lifecycle.ts';
import { fromColumns, type StateColumns } from '../../core/job/state-columns.ts';
import type { Claim } from '../../core/ports.ts';
import { inFlightSql } from './ledger-schema.ts';
import type { Recorder } from './recording.ts';
import { attemptColumns, rows } from './sql-rows.ts';

interface ClaimRow extends StateColumns, JobColumns {
  readonly num: number;
  readonly seq: number;
  readonly saved_before: number;
}

const claimColumns = `num, seq, id, model, input, names, rep, path_template, state, attempt, request_id, ref, since, cost, failure,
  notes, ${attemptColumns},
  EXISTS (SELECT 1 FROM output WHERE output.job = job.num AND output.attempt = job.attempt) AS saved_before`;

/**
 * Two cursors, each going up only, so that no job is handed out twice and memory stays constant. `only`: the pending
 * jobs that are handed out; left out: all.
 */
export function claiming(
  db: DatabaseSync,
  stands: Recorder['stands'],
  only: readonly JobId[] | null = null,
): (limit: number) => Claim[] {
  const known = db.prepare(
    `SELECT ${claimColumns} FROM job WHERE ${inFlightSql} AND num > ? ORDER BY num LIMIT ?`,
  );
  const from =
    only === null
      ? 'job'
      : '(SELECT value FROM json_each(?)) AS named CROSS JOIN job ON job.id = named.value';
  const named = only === null ? [] : [JSON.stringify(only)];
  const pending = db.prepare(`SELECT ${claimColumns} FROM ${from}
    WHERE in_plan = 1 AND state = 'pending' AND seq > ? ORDER BY seq LIMIT ?`);
  let lastNum: number | null = 0;
  let lastSeq = 0;

  return (limit) => {
    if (limit < 1) return [];
    const claimed: ClaimRow[] = [];
    if (lastNum !== null) {
      claimed.push(...rows<ClaimRow>(known, lastNum, limit));
      // Once these are used up the cursor closes: a job submitted in this run must not be found by it.
      lastNum = claimed.length < limit ? null : (claimed.at(-1)?.num ?? null);
    }
    if (claimed.length < limit) {
      const more = rows<ClaimRow>(pending, ...named, lastSeq, limit - claimed.length);
      lastSeq = more.at(-1)?.seq ?? lastSeq;
      claimed.push(...more);
    }
    return claimed.map((row) => {
      const job = jobFromColumns(row);
      stands(job.id, row.num);
      const state = resumed(fromColumns(row, []));
      const isAgain = state.status === 'succeeded' && row.saved_before === 1;
      return { job, state: isAgain ? { ...state, savedBefore: true } : state };
    });
  };
}
