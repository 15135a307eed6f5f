import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../core/job/job.ts';
import type { Reuse, RunAccount } from '../../core/job/overview.ts';
import { firstRow, rows } from './sql-rows.ts';
import { inTransaction } from './transactions.ts';

/** A run that has work to do. */
export interface RunBeginning {
  readonly at: Instant;
  /** Whether it asks for every job of the plan; one that only collects would pay for none, and so saves nothing. */
  readonly submits: boolean;
  /** `--max-cost` in dollars; null, or left out: none. */
  readonly capUsd?: number | null;
  /** What set it, where it was not the user's own request. */
  readonly capFrom?: string | null;
}

export interface RunBook {
  begin(beginning: RunBeginning): Reuse;
  /** Does nothing where no run was begun. */
  end(at: Instant): void;
}

// Both are answered from `job_by_state` alone.
const foundDone = `FROM job WHERE in_plan = 1 AND state = 'done'`;
const begin = `INSERT INTO run (started_at, reused, reused_usd)
  SELECT :at, count(*), total(cost) ${foundDone} RETURNING num, reused AS jobs, reused_usd AS usd`;
const beginCollecting = `INSERT INTO run (started_at, reused, reused_usd)
  VALUES (:at, 0, 0) RETURNING num, reused AS jobs, reused_usd AS usd`;
const keepReused = `INSERT OR IGNORE INTO reused (job, usd) SELECT num, coalesce(cost, 0) ${foundDone}`;
/** Under these keys `meta` keeps the cap of the latest run and what set it, as JSON. */
const [capKey, capOriginKey] = ['max_cost', 'max_cost_from'];
const keepCap = `INSERT INTO meta (key, value) VALUES ('${capKey}', :cap), ('${capOriginKey}', :from)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;

const end = `UPDATE run SET ended_at = ? WHERE num = ?`;

/**
 * Keeps account of the one run of this process. A run that is killed never ends. `transact`: runs work in
 * a transaction.
 */
export function runBook(
  db: DatabaseSync,
  transact: (work: () => void) => void = (work) => inTransaction(db, work),
): RunBook {
  let current: number | null = null;
  return {
    begin({ at, submits, capUsd = null, capFrom = null }) {
      let reuse: Reuse = { jobs: 0, usd: 0 };
      transact(() => {
        const begun = db.prepare(submits ? begin : beginCollecting).get({ at });
        const { num, jobs, usd } = begun as Record<'num' | 'jobs' | 'usd', number>;
        if (submits) db.prepare(keepReused).run();
        if (submits) db.prepare(keepCap).run({ cap: JSON.stringify(capUsd), from: JSON.stringify(capFrom) });
        current = num;
        reuse = { jobs, usd };
      });
      return reuse;
    },
    end(at) {
      if (current !== null) db.prepare(end).run(at, current);
    },
  };
}

// What a killed run did happened before the next one began. Instants of attempts are those of the run's own clock.
const accounts = `WITH latest AS (
  SELECT num, started_at, ended_at, reused, reused_usd,
    coalesce(ended_at + 1, (SELECT next.started_at FROM run AS next WHERE next.num > run.num LIMIT 1),
      ${Number.MAX_SAFE_INTEGER}) AS until
  FROM run ORDER BY num DESC LIMIT ?)
SELECT latest.started_at AS startedAt, ended_at AS endedAt, reused, reused_usd AS reusedUsd,
  (SELECT total(cost) FROM attempt WHERE finished_at >= latest.started_at AND finished_at < until) AS spentUsd,
  (SELECT count(*) FROM attempt WHERE done_at >= latest.started_at AND done_at < until) AS done
FROM latest ORDER BY num DESC`;

/** The latest runs, latest first. None are known of times when a ledger did not record them. */
export function runAccounts(db: DatabaseSync, limit: number): RunAccount[] {
  return rows<RunAccount>(db.prepare(accounts), limit).map((row) => ({ ...row }));
}

/** The cap in dollars that the latest run had; null: none, or none was recorded. */
export function capOfLatestRun(db: DatabaseSync): number | null {
  const capUsd = metaValue(db, capKey);
  return typeof capUsd === 'number' ? capUsd : null;
}

/** What set the cap of the latest run; null: the user's own request, or nothing was recorded. */
export function capOriginOfLatestRun(db: DatabaseSync): string | null {
  const from = metaValue(db, capOriginKey);
  return typeof from === 'string' ? from : null;
}

function metaValue(db: DatabaseSync, key: string): unknown {
  const kept = db.prepare('SELECT value FROM meta WHERE key = ?').get(key);
  return kept === undefined ? null : JSON.parse(String(kept.value));
}

/** What all runs together found done, counting each job once. */
export function reusedInAll(db: DatabaseSync): Reuse {
  const { jobs, usd } = firstRow<Reuse>(
    db.prepare(`SELECT count(*) AS jobs, total(usd) AS usd FROM reused`),
  ) as Reuse;
  return { jobs, usd };
}
