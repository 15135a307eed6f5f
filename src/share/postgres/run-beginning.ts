import { randomBytes } from 'node:crypto';
import { UserError } from '../../core/complaints.ts';
import type { SharedChange } from '../../core/sharing/shared-rows.ts';
import type { SharedRun, SharedRuns } from '../../core/sharing/shared-runs.ts';
import type { Queues } from './job-queue.ts';
import { endingOf } from './job-writing.ts';
import { fill } from './queue-filling.ts';
import { findRun, gateOf, type RunRow, sharedRunOf } from './run-rows.ts';
import {
  attemptColumns,
  attemptRecord,
  nowSql,
  plannedColumns,
  plannedRecord,
  stateColumns,
  stateRecord,
} from './schema-sql.ts';
import type { Database, Transaction } from './server/database.ts';
import { batches, storable } from './write-batches.ts';

const runSql = `INSERT INTO rcb.run
  (name, key, plan, plan_version, account, gate, limits, files, queue, history, begun_at, ended, failed)
VALUES ($1, $2, $3, 1, $4, $5, $6, $7, $8, $9, ${nowSql}, 0, 0) RETURNING *`;

const jobsSql = `WITH given AS (
  SELECT * FROM json_to_recordset($2::json) AS given (${plannedRecord}, ${stateRecord}, epoch int, announced int)
), added AS (
  INSERT INTO rcb.job (run, ${plannedColumns}, ${stateColumns}, epoch, announced, changed)
  SELECT $1, ${plannedColumns}, ${stateColumns}, epoch, announced, pg_current_xact_id() FROM given
  RETURNING num, id
)
INSERT INTO rcb.attempt (job, ${attemptColumns})
SELECT added.num, ${attemptColumns.replace(/\w+/g, 'told.$&')}
FROM json_to_recordset($3::json) AS told (job text, ${attemptRecord}) JOIN added ON added.id = told.job`;

/** Begins a run with jobs as they stand. Nobody holds any of them; stalled ones are tried by who joins first. */
export async function begin(
  database: Database,
  queues: Queues,
  run: Parameters<SharedRuns['begin']>[0],
  jobs: Iterable<SharedChange>,
): Promise<SharedRun> {
  const queue = `run-${randomBytes(8).toString('hex')}`;
  await queues.create(queue);
  return database.transaction(
    async (tx) => {
      const row = await insertRun(tx, run, queue, database.address.shown);
      const total = { ended: 0, failed: 0 };
      for (const batch of batches(jobs)) {
        await tx.query(jobsSql, [
          row.num,
          JSON.stringify(batch.map(({ job: { holder: _, ...job } }) => storable(job))),
          JSON.stringify(batch.flatMap(({ attempts }) => attempts)),
        ]);
        for (const { job } of batch) {
          const { ended, failed } = endingOf(job.state);
          total.ended += ended;
          total.failed += failed;
        }
      }
      const { ended, failed } = total;
      await tx.query('UPDATE rcb.run SET ended = $2, failed = $3 WHERE num = $1', [row.num, ended, failed]);
      await fill(tx, row.num, queues.of(queue));
      return sharedRunOf(row);
    },
    { isLong: true },
  );
}

async function insertRun(
  tx: Transaction,
  { name, key, plan, account, limits, files }: Parameters<SharedRuns['begin']>[0],
  queue: string,
  shown: string,
): Promise<RunRow> {
  // Two that begin one run at once: the second waits, and finds it.
  await tx.query('SELECT pg_advisory_xact_lock(1919115828, hashtext($1))', [name]);
  const before = await findRun(tx, name);
  // It is a folder again, and may be shared anew. What it was stays under another name.
  if (before !== null && before.detached_at !== null)
    await tx.query(`UPDATE rcb.run SET name = name || '~' || num WHERE num = $1`, [before.num]);
  else if (before !== null)
    throw new UserError(
      'usage',
      `The ledger at ${shown} has a run ${JSON.stringify(name)} already, which another folder began.`,
      'Work on it with rcb work, or give this folder another name.',
    );
  const [row] = await tx.query<RunRow>(runSql, [
    ...[name, key, plan, account, gateOf(account, key), JSON.stringify(limits), files, queue, tx.history],
  ]);
  if (row === undefined) throw new Error('The run could not begin.');
  return row;
}
