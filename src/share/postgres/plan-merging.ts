import type { PlannedColumns } from '../../core/sharing/shared-rows.ts';
import type { SharedRun } from '../../core/sharing/shared-runs.ts';
import type { JobQueue, Queues } from './job-queue.ts';
import { empty, fill, planLock, waitToFill } from './queue-filling.ts';
import { notShared, type RunRow, runNamed, sharedRunOf } from './run-rows.ts';
import { plannedColumns, plannedRecord } from './schema-sql.ts';
import type { Database, Transaction } from './server/database.ts';
import { batches, storable } from './write-batches.ts';

const stageSql = `INSERT INTO rcb_planned SELECT ${plannedColumns} FROM json_to_recordset($1::json) AS given (${plannedRecord})`;

/** A job that is under way keeps the path that its first files may already have. */
const unlessPending = (column: string): string =>
  `${column} = CASE WHEN job.state = 'pending' THEN planned.${column} ELSE job.${column} END`;

const told = ['name', 'rows', 'tags', 'axes', 'also', 'names'];
const set = ['in_plan', 'seq', ...told].map((column) => `${column} = planned.${column}`).join(', ');
const columnsOf = (table: string): string =>
  ['in_plan', 'seq', ...told].map((column) => `${table}.${column}`).join(', ');

const isLeaving = `job.in_plan = 1 AND planned.id IS NULL`;
const isMoving = `planned.id IS NOT NULL AND ((${columnsOf('job')}) IS DISTINCT FROM (${columnsOf('planned')})
  OR (job.state = 'pending' AND job.path_template <> planned.path_template))`;

// In the order in which all lock them, so that no two transactions wait for each other.
const lockSql = `SELECT count(*) FROM (SELECT job.num FROM rcb.job
  LEFT JOIN rcb_planned planned ON planned.id = job.id
  WHERE job.run = $1 AND (${isLeaving} OR ${isMoving}) ORDER BY job.num FOR UPDATE OF job) locked`;

// Whoever holds a pending job that leaves the plan, or is to be saved elsewhere, may not announce it: its epoch is over.
const takenBack = (condition: string): string =>
  `epoch = job.epoch + (${condition})::int, holder = CASE WHEN ${condition} THEN NULL ELSE job.holder END`;

const leaveSql = `UPDATE rcb.job SET in_plan = 0, changed = pg_current_xact_id(), ${takenBack(`job.state = 'pending'`)}
  WHERE run = $1 AND in_plan = 1 AND NOT EXISTS (SELECT 1 FROM rcb_planned planned WHERE planned.id = job.id)`;

const knownSql = `UPDATE rcb.job SET ${set}, ${unlessPending('path_template')}, ${unlessPending('path_key')},
    ${takenBack(`(job.state = 'pending' AND job.path_template <> planned.path_template)`)},
    changed = pg_current_xact_id()
  FROM rcb_planned planned WHERE job.run = $1 AND job.id = planned.id AND ${isMoving}`;

const newSql = `INSERT INTO rcb.job (run, ${plannedColumns}, state, attempt, changed)
  SELECT $1, ${plannedColumns}, 'pending', 1, pg_current_xact_id() FROM rcb_planned planned
  WHERE NOT EXISTS (SELECT 1 FROM rcb.job WHERE job.run = $1 AND job.id = planned.id) ORDER BY seq`;

/** Makes these jobs the plan of a run, as `SharedRuns.adopt` says. */
export async function adopt(
  database: Database,
  queues: Queues,
  name: string,
  seen: { readonly planVersion: number },
  plan: string,
  jobs: Iterable<PlannedColumns>,
): Promise<SharedRun | null> {
  const { shown } = database.address;
  const before = await database.transaction((tx) => runNamed(tx, name, shown), { isReading: true });
  // With a connection of its own: there may be no second one inside a transaction.
  await queues.create(before.queue);
  return database.transaction(
    async (tx) => {
      // One at a time; whoever works on the run goes on meanwhile.
      await tx.query(`SELECT pg_advisory_xact_lock(${planLock}, $1)`, [before.num]);
      const row = await runNamed(tx, name, shown);
      if (row.detached_at !== null) throw notShared(name);
      if (row.plan_version !== seen.planVersion) return null;
      await stage(tx, jobs);
      return sharedRunOf(await merge(tx, row, plan, queues.of(row.queue)));
    },
    { isLong: true },
  );
}

async function stage(tx: Transaction, jobs: Iterable<PlannedColumns>): Promise<void> {
  await tx.query(`CREATE TEMP TABLE rcb_planned (${plannedRecord}) ON COMMIT DROP`);
  for (const batch of batches(jobs)) await tx.query(stageSql, [JSON.stringify(batch.map(storable))]);
  await tx.query('CREATE INDEX ON rcb_planned (id)');
  await tx.query('ANALYZE rcb_planned');
}

async function merge(tx: Transaction, row: RunRow, plan: string, queue: JobQueue): Promise<RunRow> {
  await waitToFill(tx, row.num);
  await tx.query(lockSql, [row.num]);
  await tx.query(leaveSql, [row.num]);
  await tx.query(knownSql, [row.num]);
  await tx.query(newSql, [row.num]);
  await empty(tx, queue);
  await fill(tx, row.num, queue);
  const [now] = await tx.query<RunRow>(
    'UPDATE rcb.run SET plan = $2, plan_version = plan_version + 1 WHERE num = $1 RETURNING *',
    [row.num, plan],
  );
  return now ?? row;
}
