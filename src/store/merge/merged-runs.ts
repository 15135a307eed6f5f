import type { DatabaseSync } from 'node:sqlite';
import { rows } from '../ledger/sql-rows.ts';
import { keepMeta, metaIn } from '../mirror/mirror-mark.ts';

/** A run as its own folder recorded it. */
export interface PastRun {
  /** The same in every copy of that folder. */
  readonly key: string;
  readonly startedAt: number;
  readonly endedAt: number;
  readonly reused: number;
  readonly reusedUsd: number;
}

interface RunRow {
  readonly startedAt: number;
  readonly endedAt: number;
  readonly reused: number;
  readonly reusedUsd: number;
}

/** Under this key `meta` has the `PastRun`s that the folder's table of runs is made of, as JSON. */
const runsKey = 'merged_runs';

// A run that was killed is over when the next one of its folder begins, or with the last that it has recorded.
const recorded = `SELECT started_at AS startedAt, coalesce(ended_at,
    (SELECT next.started_at - 1 FROM run AS next WHERE next.num > run.num ORDER BY next.num LIMIT 1),
    (SELECT max(coalesce(done_at, 0), coalesce(finished_at, 0), coalesce(submitted_at, 0)) FROM attempt
      ORDER BY 1 DESC LIMIT 1)) AS endedAt, reused, reused_usd AS reusedUsd
  FROM run ORDER BY num`;

/** A folder's own runs, and those that were merged into it. `mark`: what tells the folder from others. */
export function pastRuns(db: DatabaseSync, mark: string): readonly PastRun[] {
  const text = metaIn(db, runsKey);
  const merged = text === null ? [] : (JSON.parse(text) as PastRun[]);
  const known = new Set(together(merged).map(({ startedAt }) => startedAt));
  const own = rows<RunRow>(db.prepare(recorded))
    .filter(({ startedAt }) => !known.has(startedAt))
    .map((run): PastRun => {
      const endedAt = Math.max(run.startedAt, run.endedAt ?? 0);
      return { ...run, endedAt, key: `${mark} ${run.startedAt}` };
    });
  return [...merged, ...own];
}

/**
 * Makes these the runs of a folder. The caller has begun the transaction. Runs of the same time are one:
 * what was spent and done in a run is what its folder has of that time.
 */
export function keepRuns(db: DatabaseSync, runs: readonly PastRun[]): void {
  // The later a run was read, the more is known of its end.
  const each = [...new Map(runs.map((run) => [run.key, run])).values()];
  keepMeta(db, runsKey, JSON.stringify(each));
  db.exec('DELETE FROM main.run');
  const insert = db.prepare(
    'INSERT INTO main.run (started_at, ended_at, reused, reused_usd) VALUES (?, ?, ?, ?)',
  );
  for (const { startedAt, endedAt, reused, reusedUsd } of together(each)) {
    insert.run(startedAt, endedAt, reused, reusedUsd);
  }
}

function together(runs: readonly PastRun[]): readonly RunRow[] {
  const all: RunRow[] = [];
  for (const run of runs.toSorted((a, b) => a.startedAt - b.startedAt)) {
    const last = all.at(-1);
    if (last === undefined || run.startedAt > last.endedAt) all.push(run);
    else {
      all[all.length - 1] = {
        startedAt: last.startedAt,
        endedAt: Math.max(last.endedAt, run.endedAt),
        reused: last.reused + run.reused,
        reusedUsd: last.reusedUsd + run.reusedUsd,
      };
    }
  }
  return all;
}
