import type { JobId } from '../../core/job/job.ts';
import { isAtRest } from '../../core/job/state-facts.ts';
import {
  type Claimed,
  HistoryLost,
  type Horizon,
  type SharedLedger,
} from '../../core/sharing/shared-ledger.ts';
import type { Told, Verdict } from '../../core/sharing/verdicts.ts';
import { changedSince, readJobs, seenBefore } from './change-pages.ts';
import { announce } from './gate-passage.ts';
import { claim } from './job-claims.ts';
import { isStalled } from './job-writing.ts';
import { order, type RunPart, tell } from './judging.ts';
import { joined, released, renewed } from './leases.ts';
import { isOtherHistory, restMs } from './ledger-history.ts';
import { runnerSession } from './runner-session.ts';
import { nowSql } from './schema-sql.ts';
import type { Database, Transaction } from './server/database.ts';

interface RunNow {
  readonly is_detached: boolean;
  readonly history: string;
  readonly resting_until: number;
  readonly now: number;
}

// Whoever ends the sharing of a run waits until nobody claims.
const runSql = `SELECT detached_at IS NOT NULL AS is_detached, history, resting_until, ${nowSql} AS now,
  pg_advisory_xact_lock_shared(1919115827, num)::text AS locked FROM rcb.run WHERE num = $1 AND key = $2`;

const restSql = `UPDATE rcb.run SET history = $2, resting_until = ${nowSql} + ${restMs} WHERE num = $1`;

export async function joinedLedger(
  database: Database,
  run: RunPart,
  host: { readonly host: string; readonly version: string },
  since: Horizon | null,
): Promise<SharedLedger> {
  const me = await database.transaction(async (tx) => ({
    ...(await joined(tx, run, host)),
    history: tx.history,
    isLost: since !== null && (await seenBefore(tx, since)) === null,
  }));
  const { within, deciding, replayed } = runnerSession(database, run, { ...me, ...host });
  /** What this process has claimed, and has not let go of. */
  const mine = new Set<JobId>();
  /** A claim may have happened whose answer was lost. */
  let isUnsure = false;

  function letGo(told: readonly Told[], verdicts: readonly Verdict[]): void {
    for (const [index, { job, state }] of told.entries())
      if (verdicts[index] !== 'earlier' && (isAtRest(state.status) || isStalled(state))) mine.delete(job);
  }

  return {
    runner: run.runner,
    async claim(limit) {
      try {
        const claimed = await deciding((tx) => claimedNow(tx, run, limit, isUnsure ? mine : null));
        isUnsure = false;
        for (const { job } of claimed.claims) mine.add(job.id);
        return claimed;
      } catch (error) {
        isUnsure = true;
        throw error;
      }
    },
    announce: (asked, since, decide) => deciding((tx) => announce(tx, run, asked, since, decide)),
    async tell(told) {
      if (told.length === 0) return [];
      const verdicts = await within((tx) => tell(tx, run, told));
      letGo(told, verdicts);
      return verdicts;
    },
    async order(orders) {
      if (orders.length === 0) return [];
      const verdicts = await within((tx) => order(tx, run, orders));
      if (!verdicts.includes('refused')) for (const { job } of orders) mine.delete(job);
      return verdicts;
    },
    replayed,
    async renew() {
      const asked = new Set(mine);
      const { lost, now } = await within(async (tx) => {
        const [clock] = await tx.query<{ now: number }>(`SELECT ${nowSql} AS now`);
        return { lost: await renewed(tx, run, asked), now: clock?.now ?? 0 };
      });
      // One that was given up or ended in the meantime is not lost.
      const still = lost.filter((job) => mine.delete(job));
      return { lost: still, now: now as never };
    },
    async release(jobs) {
      await within((tx) => released(tx, run, jobs));
      if (jobs === null) mine.clear();
      else for (const job of jobs) mine.delete(job);
    },
    async pause(ms) {
      await within((tx) => tx.query(pauseSql, [run.num, Math.ceil(ms)]));
    },
    changes: (since, page) =>
      database.transaction((tx) => changedSince(tx, run.num, since, page), { isReading: true }),
    read: (jobs) => database.transaction((tx) => readJobs(tx, run.num, jobs), { isReading: true }),
  };
}

/** `sure`: what the runner knows that it holds, where an earlier claim may have happened besides; null: it knows all. */
async function claimedNow(
  tx: Transaction,
  run: RunPart,
  limit: number,
  sure: ReadonlySet<JobId> | null,
): Promise<Claimed> {
  const [now] = await tx.query<RunNow>(runSql, [run.num, run.key]);
  if (now === undefined) throw new HistoryLost();
  if (now.is_detached) return { claims: [], heldByOthers: 0 };
  if (isOtherHistory(now.history, tx.history)) {
    await tx.query(restSql, [run.num, tx.history]);
    return { claims: [], heldByOthers: 1 };
  }
  if (now.resting_until > now.now) return { claims: [], heldByOthers: 1 };
  if (sure !== null) await releaseOthersThan(tx, run, sure);
  return claim(tx, run, limit);
}

async function releaseOthersThan(tx: Transaction, run: RunPart, kept: ReadonlySet<JobId>): Promise<void> {
  const held = await tx.query<{ id: JobId }>('SELECT id FROM rcb.job WHERE run = $1 AND holder = $2', [
    ...[run.num, run.runner],
  ]);
  const orphans = held.map(({ id }) => id).filter((id) => !kept.has(id));
  if (orphans.length > 0) await released(tx, run, orphans);
}

const pauseSql = `INSERT INTO rcb.gate (account, paused_until) SELECT gate, ${nowSql} + $2 FROM rcb.run WHERE num = $1
  ON CONFLICT (account) DO UPDATE SET paused_until = greatest(gate.paused_until, excluded.paused_until)`;
