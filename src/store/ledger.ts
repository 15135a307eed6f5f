import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Instant, Job, JobId, JobStatus } from '../core/job.ts';
import { resumed } from '../core/lifecycle.ts';
import type { Reuse } from '../core/overview.ts';
import type { Claim, Ledger } from '../core/ports.ts';
import type { Holdings } from '../core/tally.ts';
import { keepReserve } from './disk-reserve.ts';
import { makePrivateFolder } from './durable-files.ts';
import { type HeldJob, heldJobs } from './held-jobs.ts';
import { openForWriting } from './ledger-access.ts';
import { holdingsOf } from './ledger-holdings.ts';
import { ledgerRecords } from './ledger-records.ts';
import { inFlightSql, ledgerFile } from './ledger-schema.ts';
import { lockFolder } from './lock.ts';
import { inTransaction, recordCommits } from './record-commits.ts';
import { type Recorder, recorder } from './recording.ts';
import { type RunBeginning, runBook } from './run-accounts.ts';
import { fromColumns, type StateColumns } from './state-columns.ts';
import { blamingDisk, storageFault } from './storage-faults.ts';

/** The ledger of a folder that this process alone works on. */
export interface RunLedger extends Ledger {
  holdings(): Holdings;
  /** Every job in these states that is meant (by its id), for the user's orders. */
  held(states: readonly JobStatus[], isMeant?: (job: string) => boolean): readonly HeldJob[];
  /** Commits what waits, at once, so that readers see it. What keeps it from being kept is told to the next record. */
  flush(): void;
  readonly dir: string;
  /** Opens the account of a run, once, and says what it need not pay again. */
  beginRun(beginning: RunBeginning): Reuse;
  /**
   * Commits what waits, and `endedAt` where a run was begun, then gives the folder free. Throws what kept a record from
   * being kept, unless `record` has.
   */
  close(endedAt?: Instant): Promise<void>;
}

interface ClaimRow extends StateColumns {
  readonly num: number;
  readonly seq: number;
  readonly id: string;
  readonly model: string;
  readonly input: string;
  readonly rep: number;
  readonly path_template: string;
}

const claimColumns = `num, seq, id, model, input, rep, path_template, state, attempt, request_id, since, cost, failure, notes`;

/**
 * Opens the ledger of a run folder, making the folder (private to the user) and the tables when absent, and holds
 * the folder's lock until `close`. Submits that an ended run left without an answer become unknown here, before
 * any job can be claimed. Throws UserError: `locked`, `output`, or `usage` for a ledger that is not ours to read.
 */
export function openLedger(dir: string): RunLedger {
  const path = join(dir, ledgerFile);
  blamingDisk(dir, () => makePrivateFolder(dir));
  const lock = lockFolder(dir);
  let db: DatabaseSync | null = null;
  try {
    db = openForWriting(path);
    return ledgerOn(db, dir, path, lock.release);
  } catch (error) {
    db?.close();
    lock.release();
    throw storageFault(error, path);
  }
}

function ledgerOn(db: DatabaseSync, dir: string, path: string, release: () => void): RunLedger {
  const { record, stands } = recorder(db);
  holdUnanswered(db, record);
  const reserve = keepReserve(dir);
  const commits = recordCommits(db, path, record, reserve);
  const records = ledgerRecords(commits.commit);
  const claim = claiming(db, stands);
  const book = runBook(db);
  return {
    dir,
    claim: async (limit) => blamingDisk(path, () => claim(limit)),
    record: records.record,
    flush: records.flush,
    holdings() {
      records.flush();
      return blamingDisk(path, () => holdingsOf(db));
    },
    held(states, isMeant = () => true) {
      records.flush();
      return blamingDisk(path, () => [...heldJobs(db, states, isMeant)]);
    },
    beginRun: (beginning) => blamingDisk(path, () => book.begin(beginning)),
    async close(endedAt) {
      if (!db.isOpen) return;
      records.flush();
      reserve.release();
      try {
        commits.settle();
        if (endedAt !== undefined) blamingDisk(path, () => book.end(endedAt));
      } finally {
        try {
          blamingDisk(path, () => db.close());
        } finally {
          release();
        }
      }
      records.tell();
    },
  };
}

function holdUnanswered(db: DatabaseSync, record: Recorder['record']): void {
  const left = db.prepare(`SELECT id, state, attempt, request_id, since, cost, failure, notes FROM job
    WHERE in_plan IN (0, 1) AND state = 'submitting'`);
  inTransaction(db, () => {
    const rows = left.all() as unknown as (StateColumns & { readonly id: JobId })[];
    record(
      rows.map((row) => ({ job: row.id, state: resumed(fromColumns(row, [])), at: row.since as Instant })),
    );
  });
}

/** Two cursors, each going up only, so that no job is handed out twice and memory stays the same. */
function claiming(db: DatabaseSync, stands: Recorder['stands']): (limit: number) => Claim[] {
  const known = db.prepare(
    `SELECT ${claimColumns} FROM job WHERE ${inFlightSql} AND num > ? ORDER BY num LIMIT ?`,
  );
  const pending = db.prepare(`SELECT ${claimColumns} FROM job
    WHERE in_plan = 1 AND state = 'pending' AND seq > ? ORDER BY seq LIMIT ?`);
  let lastNum: number | null = 0;
  let lastSeq = 0;

  return (limit) => {
    if (limit < 1) return [];
    const rows: ClaimRow[] = [];
    if (lastNum !== null) {
      rows.push(...(known.all(lastNum, limit) as unknown as ClaimRow[]));
      // Once these are used up the cursor closes: a job submitted in this run must not be found by it.
      lastNum = rows.length < limit ? null : (rows.at(-1)?.num ?? null);
    }
    if (rows.length < limit) {
      const more = pending.all(lastSeq, limit - rows.length) as unknown as ClaimRow[];
      lastSeq = more.at(-1)?.seq ?? lastSeq;
      rows.push(...more);
    }
    return rows.map((row) => {
      const job = jobOf(row);
      stands(job.id, row.num);
      return { job, state: resumed(fromColumns(row, [])) };
    });
  };
}

function jobOf(row: ClaimRow): Job {
  return {
    id: row.id as JobId,
    model: row.model,
    input: JSON.parse(row.input) as Job['input'],
    rep: row.rep,
    pathTemplate: row.path_template,
  };
}
