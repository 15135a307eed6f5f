import { jobFromColumns } from '../../core/job/job-columns.ts';
import { resumed } from '../../core/job/lifecycle.ts';
import { isAtRest } from '../../core/job/state-facts.ts';
import type { Claimed, SharedClaim } from '../../core/sharing/shared-ledger.ts';
import { isOpen, lockJobs } from './job-rows.ts';
import { deskWith } from './job-writing.ts';
import type { RunPart } from './judging.ts';
import { fill, turnToFill } from './queue-filling.ts';
import type { Transaction } from './server/database.ts';

/** Takes jobs from the queue, as `SharedLedger.claim` says. */
export async function claim(tx: Transaction, run: RunPart, limit: number): Promise<Claimed> {
  const claims: SharedClaim[] = [];
  let queue: 'as it is' | 'locked' | 'filled' = 'as it is';
  while (claims.length < limit) {
    const nums = await run.queue.take(tx, limit - claims.length);
    claims.push(...(await taken(tx, run, nums)));
    if (nums.length > 0) continue;
    // The queue holds the next jobs only, and whatever it has lost has to be found. Others may have filled it meanwhile.
    if (queue === 'filled') break;
    if (queue === 'as it is' && !(await turnToFill(tx, run.num))) break;
    if (queue === 'locked' && (await fill(tx, run.num, run.queue)) === 0) break;
    queue = queue === 'locked' ? 'filled' : 'locked';
  }
  return {
    claims: claims.sort(knownFirst),
    heldByOthers: await heldByOthers(tx, run, claims.length < limit),
  };
}

const knownFirst = (one: SharedClaim, other: SharedClaim): number =>
  Number(one.state.status === 'pending') - Number(other.state.status === 'pending');

async function taken(tx: Transaction, run: RunPart, nums: readonly number[]): Promise<SharedClaim[]> {
  const rows = await lockJobs(tx, run.num, { nums });
  const desk = deskWith(tx, rows, run.files);
  const claims: (SharedClaim & { readonly seq: number })[] = [];
  for (const [id, row] of rows) {
    if (!isOpen(row)) continue;
    const state = resumed(desk.state(id));
    const epoch = row.epoch + 1;
    const isDoubtful = isAtRest(state.status);
    desk.move(id, state, null, { epoch, holder: isDoubtful ? null : run.runner, asleep: false });
    if (isDoubtful) continue;
    const isAgain = state.status === 'succeeded' && row.attempts.get(row.attempt)?.outputs != null;
    const job = jobFromColumns(row);
    claims.push({ job, epoch, state: isAgain ? { ...state, savedBefore: true } : state, seq: row.seq });
  }
  await desk.write(run.queue);
  // Those that are not for anybody, by their rows.
  const over = nums.filter((num) => ![...rows.values()].some((row) => row.num === num && isOpen(row)));
  await run.queue.drop(tx, over);
  return claims.sort((a, b) => a.seq - b.seq).map(({ seq: _, ...each }) => each);
}

const heldSql = `SELECT count(*)::int AS held FROM rcb.job
  WHERE run = $1 AND holder IS NOT NULL AND holder <> $2 AND state IN ('pending', 'submitting', 'queued', 'running', 'succeeded')`;

// Free ones that another transaction has in its hands just now, or that came back since.
const freeSql = `SELECT EXISTS (SELECT 1 FROM rcb.job WHERE run = $1
    AND state = 'pending' AND in_plan = 1 AND holder IS NULL AND NOT asleep)
  OR EXISTS (SELECT 1 FROM rcb.job WHERE run = $1
    AND state IN ('submitting', 'queued', 'running', 'succeeded') AND holder IS NULL AND NOT asleep) AS is_left`;

async function heldByOthers(tx: Transaction, run: RunPart, isShort: boolean): Promise<number> {
  const [held] = await tx.query<{ held: number }>(heldSql, [run.num, run.runner]);
  if (!isShort || (held?.held ?? 0) > 0) return held?.held ?? 0;
  const [free] = await tx.query<{ is_left: boolean }>(freeSql, [run.num]);
  return free?.is_left === true ? 1 : 0;
}
