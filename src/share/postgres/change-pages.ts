import type { JobId } from '../../core/job/job.ts';
import type { Horizon } from '../../core/sharing/shared-ledger.ts';
import type { SharedChange } from '../../core/sharing/shared-rows.ts';
import { type ChangeRow, changeOf, changesSql } from './job-rows.ts';
import { horizonOf, snapshotIn } from './ledger-history.ts';
import type { Transaction } from './server/database.ts';

const pageSize = 1_000;

/**
 * What has changed since a snapshot is what the transactions wrote that it did not see, however late they committed: a
 * counter would miss those that took a low number and committed after a reader had passed it.
 */
export const sinceSql = (
  run: string,
  snapshot: string,
): string => `run = ${run} AND (${snapshot}::pg_snapshot IS NULL OR
  (changed >= pg_snapshot_xmin(${snapshot}::pg_snapshot) AND NOT pg_visible_in_snapshot(changed, ${snapshot}::pg_snapshot)))`;

const quoted = (snapshot: string | null): string => (snapshot === null ? 'NULL' : `'${snapshot}'`);

/**
 * What a horizon has seen, if that is still so: not of another history, and not of transactions that have not happened
 * here yet, for then the server was put back to an older state.
 */
export async function seenBefore(tx: Transaction, since: Horizon | null): Promise<string | null> {
  const snapshot = snapshotIn(since, tx.history);
  if (snapshot === null) return null;
  const [ahead] = await tx.query<{ is_ahead: boolean }>(
    'SELECT pg_snapshot_xmax($1::pg_snapshot) > pg_snapshot_xmax(pg_current_snapshot()) AS is_ahead',
    [snapshot],
  );
  return ahead?.is_ahead === true ? null : snapshot;
}

/** Reads a page at a time, all from one snapshot; the transaction has to be one that only reads. */
export async function changedSince(
  tx: Transaction,
  run: number,
  since: Horizon | null,
  page: (changes: readonly SharedChange[]) => void,
): Promise<Horizon> {
  const before = await seenBefore(tx, since);
  const [now] = await tx.query<{ snapshot: string }>('SELECT pg_current_snapshot()::text AS snapshot');
  await tx.query(
    `DECLARE changes NO SCROLL CURSOR FOR ${changesSql} WHERE ${sinceSql(String(run), quoted(before))}`,
  );
  while (true) {
    const rows = await tx.query<ChangeRow>(`FETCH ${pageSize} FROM changes`);
    if (rows.length > 0) page(rows.map(changeOf));
    if (rows.length < pageSize) return horizonOf(tx.history, now?.snapshot ?? '');
  }
}

export async function readJobs(
  tx: Transaction,
  run: number,
  jobs: readonly JobId[],
): Promise<readonly SharedChange[]> {
  const rows = await tx.query<ChangeRow>(`${changesSql} WHERE run = $1 AND id = ANY($2::text[])`, [
    run,
    jobs,
  ]);
  return rows.map(changeOf);
}
