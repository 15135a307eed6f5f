import { isQueuedSql, type JobQueue, numOf, waitingSql } from './job-queue.ts';
import type { JobRow } from './job-rows.ts';
import { queued } from './job-writing.ts';
import type { Transaction } from './server/database.ts';

/**
 * How many jobs wait in the queue at most, but for those that came back: the rest follows in the plan's order when it is
 * empty. So a plan of a million jobs is put there in no time, and a new plan changes its order in no time.
 */
const depth = 2_000;

const free = `holder IS NULL AND NOT asleep`;
const known = `state IN ('submitting', 'queued', 'running', 'succeeded')`;

// A runner that the queue has forgotten holds nothing.
const orphansSql = (
  queue: string,
): string => `UPDATE rcb.job SET holder = NULL, changed = pg_current_xact_id()
  WHERE run = $1 AND holder IS NOT NULL AND NOT ${isQueuedSql(queue)}`;

const nextSql = (queue: string): string => `
(SELECT num, seq, state FROM rcb.job WHERE run = $1 AND ${known} AND ${free} AND NOT ${isQueuedSql(queue)} LIMIT $2)
UNION ALL
(SELECT num, seq, state FROM rcb.job WHERE run = $1 AND state = 'pending' AND in_plan = 1 AND ${free}
  AND NOT ${isQueuedSql(queue)} ORDER BY seq LIMIT $2)`;

/** Keeps others from filling the queue of a run; to be called before any of its jobs is locked. */
export async function waitToFill(tx: Transaction, run: number): Promise<void> {
  await tx.query('SELECT pg_advisory_xact_lock(1919115826, $1)', [run]);
}

/** Keeps plans of a run from being made, and fillers from filling, until the transaction ends. */
export const planLock = 1919115829;

const turnSql = `SELECT CASE WHEN pg_try_advisory_xact_lock_shared(${planLock}, $1)
  THEN pg_advisory_xact_lock(1919115826, $1)::text END IS NOT NULL AS has_come`;

/** The same, one filler after the other; false: a plan is just being made, which may take long, and fills it at its end. */
export async function turnToFill(tx: Transaction, run: number): Promise<boolean> {
  const [turn] = await tx.query<{ has_come: boolean }>(turnSql, [run]);
  return turn?.has_come === true;
}

/** Puts into the queue what is for anybody and is not there. Gives how many. */
export async function fill(tx: Transaction, run: number, queue: JobQueue): Promise<number> {
  await tx.query(orphansSql(queue.name), [run]);
  const next = await tx.query<Pick<JobRow, 'num' | 'seq' | 'state'>>(nextSql(queue.name), [run, depth]);
  await queue.put(tx, next.map(queued));
  return next.length;
}

/** Takes out what waits, for another order. What somebody takes just now stays taken. */
export async function empty(tx: Transaction, queue: JobQueue): Promise<void> {
  const waiting = await tx.query<{ id: string }>(waitingSql(queue.name));
  await queue.drop(
    tx,
    waiting.map(({ id }) => numOf(id)),
  );
}
