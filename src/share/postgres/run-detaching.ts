import { UserError } from '../../core/complaints.ts';
import type { Horizon } from '../../core/sharing/shared-ledger.ts';
import type { SharedChange } from '../../core/sharing/shared-rows.ts';
import type { SharedRunner } from '../../core/sharing/shared-runs.ts';
import { changedSince } from './change-pages.ts';
import { runNamed } from './run-rows.ts';
import { nowSql } from './schema-sql.ts';
import type { Database, Transaction } from './server/database.ts';

/** A runner that the ledger has heard of since may still be about to act. */
const recentMs = 60_000;

const busySql = `SELECT runner.name, (SELECT count(*)::int FROM rcb.job
    WHERE job.run = runner.run AND job.holder = runner.name) AS holds
  FROM rcb.runner WHERE run = $1 AND name <> $2
    AND (seen_at > ${nowSql} - ${recentMs} OR EXISTS (SELECT 1 FROM rcb.job
      WHERE job.run = runner.run AND job.holder = runner.name))
  ORDER BY 2 DESC LIMIT 1`;

/** Ends the sharing of a run, as `SharedRuns.detach` says. What it has been told is handed over in the same transaction. */
export async function detach(
  database: Database,
  name: string,
  runner: string,
  since: Horizon | null,
  page: (changes: readonly SharedChange[]) => void,
): Promise<void> {
  await database.transaction(
    async (tx) => {
      const { num, detached_by: by } = await runNamed(tx, name, database.address.shown);
      // The folder that took it back is the truth; whoever was cut off in doing so may go on.
      if (by !== null && by !== runner) throw takenBack(name, by);
      // From here on nobody claims.
      await tx.query('SELECT pg_advisory_xact_lock(1919115827, $1)', [num]);
      const [busy] = await tx.query<Pick<SharedRunner, 'name' | 'holds'>>(busySql, [num, runner]);
      if (busy !== undefined) throw stillShared(name, busy);
      await tx.query(
        `UPDATE rcb.run SET detached_at = coalesce(detached_at, ${nowSql}), detached_by = $2
        WHERE num = $1`,
        [num, runner],
      );
      await changedSince(tx, num, since, page);
    },
    { isLong: true },
  );
}

function takenBack(name: string, by: string): UserError {
  return new UserError(
    'usage',
    `The run ${JSON.stringify(name)} is not shared any more: it is the folder of ${JSON.stringify(by)} again.`,
    'Work on it there, or share it from there again with rcb share-run.',
  );
}

function stillShared(name: string, { name: other, holds }: Pick<SharedRunner, 'name' | 'holds'>): UserError {
  const why =
    holds > 0 ? `holds ${holds} of its jobs` : `worked on it less than ${recentMs / 1000} seconds ago`;
  return new UserError(
    'locked',
    `The run ${JSON.stringify(name)} is still shared: ${JSON.stringify(other)} ${why}.`,
    'Stop rcb there (Ctrl-C gives its jobs back), then run the same command again.',
  );
}

const runnersSql = `SELECT name, host, version, seen_at AS "seenAt",
    (SELECT count(*)::int FROM rcb.job WHERE job.run = runner.run AND job.holder = runner.name) AS holds,
    (SELECT coalesce(sum(json_array_length(attempt.outputs::json)), 0)::int
      FROM rcb.attempt JOIN rcb.job ON job.num = attempt.job
      WHERE job.run = runner.run AND job.attempt = attempt.attempt AND attempt.runner = runner.name
        AND attempt.outputs IS NOT NULL) AS files
  FROM rcb.runner WHERE run = $1 ORDER BY num`;

export async function runnersOf(tx: Transaction, run: number): Promise<readonly SharedRunner[]> {
  return tx.query<SharedRunner>(runnersSql, [run]);
}
