import type { JobId } from '../../core/job/job.ts';
import { isOpen, lockJobs } from './job-rows.ts';
import { deskWith } from './job-writing.ts';
import type { RunPart } from './judging.ts';
import { fill, waitToFill } from './queue-filling.ts';
import { nowSql } from './schema-sql.ts';
import type { Transaction } from './server/database.ts';

interface Held {
  readonly num: number;
  readonly id: JobId;
}

const openSql = `state IN ('pending', 'submitting', 'queued', 'running', 'succeeded')`;

const heldSql = 'SELECT num, id FROM rcb.job WHERE run = $1 AND holder = $2';

/**
 * Renews the lease on those of `mine` that are still this runner's. Gives those that are not: others may have them. What
 * the ledger believes to be this runner's, though it knows nothing of it, is not renewed: a claim whose answer was lost.
 */
export async function renewed(
  tx: Transaction,
  run: RunPart,
  mine: ReadonlySet<JobId>,
): Promise<readonly JobId[]> {
  const held = (await tx.query<Held>(heldSql, [run.num, run.runner])).filter(({ id }) => mine.has(id));
  const touched = await run.queue.touch(
    tx,
    held.map(({ num }) => num),
  );
  const kept = new Set(held.filter(({ num }) => touched.has(num)).map(({ id }) => id));
  const lapsed = held.filter(({ num }) => !touched.has(num)).map(({ num }) => num);
  // The queue has given them to anybody; nobody has taken them yet.
  if (lapsed.length > 0)
    await tx.query(
      `UPDATE rcb.job SET holder = NULL, changed = pg_current_xact_id()
       WHERE run = $1 AND holder = $2 AND num = ANY($3::bigint[])`,
      [run.num, run.runner, lapsed],
    );
  const gone = [...mine].filter((id) => !kept.has(id));
  if (gone.length === 0) return [];
  // What has ended is no loss: its end may just be on its way to whoever told it.
  const open = await tx.query<{ id: JobId }>(
    `SELECT id FROM rcb.job WHERE run = $1 AND id = ANY($2::text[]) AND ${openSql}`,
    [...[run.num, gone]],
  );
  return open.map(({ id }) => id);
}

/** Gives jobs back; `jobs` null: all that it holds. */
export async function released(tx: Transaction, run: RunPart, jobs: readonly JobId[] | null): Promise<void> {
  const held = await tx.query<Held>(heldSql, [run.num, run.runner]);
  const meant = jobs === null ? null : new Set(jobs);
  const nums = held.filter(({ id }) => meant?.has(id) ?? true).map(({ num }) => num);
  const rows = await lockJobs(tx, run.num, { nums });
  const desk = deskWith(tx, rows, run.files);
  for (const [id, row] of rows)
    if (row.holder === run.runner)
      desk.change(id, { holder: null, ...(isOpen(row) ? {} : { asleep: false }) });
  await desk.write(run.queue);
}

const joinSql = `INSERT INTO rcb.runner (run, name, host, version, seen_at) VALUES ($1, $2, $3, $4, ${nowSql})
  ON CONFLICT (run, name) DO UPDATE SET host = excluded.host, version = excluded.version, seen_at = excluded.seen_at
  RETURNING num, beats`;

/** Gives the number of the runner and how many of its transactions have been confirmed. */
export async function joined(
  tx: Transaction,
  run: RunPart,
  { host, version }: { readonly host: string; readonly version: string },
): Promise<{ readonly num: number; readonly beats: number }> {
  const [runner] = await tx.query<{ num: number; beats: number }>(joinSql, [
    ...[run.num, run.runner, host, version],
  ]);
  if (runner === undefined) throw new Error('The runner could not join.');
  await waitToFill(tx, run.num);
  await released(tx, run, null);
  // What stalled in an earlier run is tried again in this one.
  await tx.query('UPDATE rcb.job SET asleep = false WHERE run = $1 AND asleep AND holder IS NULL', [run.num]);
  await fill(tx, run.num, run.queue);
  return runner;
}
