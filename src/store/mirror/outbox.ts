import type { DatabaseSync } from 'node:sqlite';
import type { Instant, JobId, JobState } from '../../core/job/job.ts';
import type { Untold } from '../../core/sharing/mirror.ts';
import type { LedgerEntry } from '../ledger/recording.ts';
import { eachRow, firstRow, rows } from '../ledger/sql-rows.ts';

/** What the shared ledger has not confirmed yet, on disk. */
export interface Outbox {
  /** That an entry is about to be put in. */
  expect(job: JobId): void;
  /** Puts in what the shared ledger does not have yet, and takes out what it has dealt with; in the caller's transaction. */
  put(entries: readonly LedgerEntry[]): void;
  untold(limit: number): readonly Untold[];
  told(through: number): void;
  isAhead(job: JobId): boolean;
}

const last = 'SELECT max(num) AS num FROM outbox';
const jobsIn = 'SELECT job, count(*) AS entries FROM outbox GROUP BY job';
const insert = 'INSERT INTO outbox (num, job, epoch, attempt, state, at) VALUES (?, ?, ?, ?, ?, ?)';
const remove = 'DELETE FROM outbox WHERE num <= ?';
const oldest = 'SELECT num, job, epoch, state, at FROM outbox WHERE num > ? ORDER BY num LIMIT ?';
const between = 'SELECT job FROM outbox WHERE num > ? AND num <= ?';

interface OutboxRow {
  readonly num: number;
  readonly job: string;
  readonly epoch: number;
  readonly state: string;
  readonly at: number;
}

/**
 * What the shared ledger has dealt with is removed by the next transaction rather than in one of its own: if that never
 * comes, the ledger hears of it once more, which changes nothing.
 */
export function outboxOf(db: DatabaseSync): Outbox {
  const statements = { insert: db.prepare(insert), remove: db.prepare(remove), oldest: db.prepare(oldest) };
  /** By job: entries on disk, and on their way there. */
  const ahead = new Map<string, number>();
  for (const { job, entries } of eachRow<{ job: string; entries: number }>(db.prepare(jobsIn)))
    ahead.set(job, entries);
  let lastNum = firstRow<{ num: number | null }>(db.prepare(last))?.num ?? 0;
  let toldThrough = 0;
  let removedThrough = 0;

  return {
    expect: (job) => void ahead.set(job, (ahead.get(job) ?? 0) + 1),
    put(entries) {
      if (toldThrough > removedThrough) statements.remove.run(toldThrough);
      removedThrough = toldThrough;
      for (const { job, state, at, epoch } of entries) {
        if (epoch === undefined) continue;
        lastNum += 1;
        statements.insert.run(lastNum, job, epoch, state.attempt, JSON.stringify(lasting(state)), at);
      }
    },
    untold: (limit) =>
      rows<OutboxRow>(statements.oldest, toldThrough, limit).map(({ num, job, epoch, state, at }) => ({
        num,
        job: job as JobId,
        epoch,
        state: JSON.parse(state) as JobState,
        at: at as Instant,
      })),
    told(through) {
      for (const { job } of rows<{ job: string }>(db.prepare(between), toldThrough, through)) {
        const left = (ahead.get(job) ?? 1) - 1;
        if (left > 0) ahead.set(job, left);
        else ahead.delete(job);
      }
      toldThrough = Math.max(toldThrough, through);
    },
    isAhead: (job) => ahead.has(job),
  };
}

/** Without the links to its outputs, which expire. */
function lasting(state: JobState): JobState {
  return state.status === 'succeeded' && state.outputs !== null ? { ...state, outputs: null } : state;
}
