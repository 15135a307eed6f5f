import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { CanaryRecord } from '../../core/job/canary-report.ts';
import { type Failure, failure, JobFailure } from '../../core/job/failures.ts';
import type { Instant, JobId, JobStatus } from '../../core/job/job.ts';
import { resumed } from '../../core/job/lifecycle.ts';
import { ledgerFile } from '../../core/job/manifest.ts';
import type { Reuse } from '../../core/job/overview.ts';
import { fromColumns, type StateColumns } from '../../core/job/state-columns.ts';
import type { Holdings } from '../../core/job/tally.ts';
import type { Ledger, Observer } from '../../core/ports.ts';
import { makePrivateFolder } from '../files/durable-folders.ts';
import { heldTryMs } from '../files/held-waits.ts';
import { keepReserve } from '../folder/disk-reserve.ts';
import { type FolderLoss, type FolderWatch, lossText, watchFolder } from '../folder/folder-watch.ts';
import { lockFolder } from '../folder/lock.ts';
import { type Ownership, ownership } from '../folder/ownership.ts';
import { isBarelyBegun, ledgerPresence } from '../folder/run-folder.ts';
import { blamingDisk, storageFault } from '../folder/storage-faults.ts';
import { refuseUnfinished } from '../merge/unfinished-merge.ts';
import { refuseMirror } from '../mirror/mirror-mark.ts';
import { keepCanary, keptCanary, nextCanary } from './canary-jobs.ts';
import { claiming } from './claims.ts';
import { type FolderAccount, keepAccount, keepFilesPlace } from './folder-account.ts';
import { type HeldJob, heldJobs } from './held-jobs.ts';
import { openForWriting } from './ledger-access.ts';
import { closeOpened, type Opened } from './ledger-closing.ts';
import { holdingsOf } from './ledger-holdings.ts';
import { type LedgerRecords, ledgerRecords } from './ledger-records.ts';
import type { Aftermath } from './ledger-rescue.ts';
import { keepObjects, type UnputOutput, unputOutputs } from './queries/unput-outputs.ts';
import { announces, recordCommits } from './record-commits.ts';
import { type Recorder, recorder } from './recording.ts';
import { requestOwners } from './request-owners.ts';
import { keepReused, type ReusedJob } from './reused-jobs.ts';
import { type RunBeginning, runBook } from './run-accounts.ts';
import { rows } from './sql-rows.ts';

/** The ledger of a folder that this process alone works on. */
export interface RunLedger extends Ledger {
  holdings(): Holdings;
  /** Every job in these states that is meant (by its id), for the user's orders. */
  held(states: readonly JobStatus[], isMeant?: (job: string) => boolean): readonly HeldJob[];
  /** Commits what waits now, so that readers see it. An error in doing so is reported to the next record. */
  flush(): void;
  readonly dir: string;
  /** Where the requests of the folder are from now on: durable on return. */
  keepAccount(account: FolderAccount): void;
  /** Where its files are put as well from now on; null: nowhere. Durable on return. */
  keepFilesPlace(address: string | null): void;
  /** The next files of done jobs that are not on record as being there. */
  unputOutputs(address: string, after: UnputOutput | null, limit: number): readonly UnputOutput[];
  /** These files are there: durable on return. */
  keepObjects(put: readonly UnputOutput[]): void;
  /**
   * Hands out a canary of `asked` jobs and no others from now on, durable on return; call it before the first claim.
   * null: there is none to be run, and every job is handed out.
   */
  beginCanary(asked: number, at: Instant): CanaryRecord | null;
  /** Records jobs as done whose files were taken from other folders: durable on return. */
  reuse(jobs: readonly ReusedJob[]): void;
  /** The user has agreed to what the canary stands for. */
  agreeToCanary(): void;
  /**
   * From now on, waits some minutes for a ledger that another program holds, without holding up anything else. The
   * observer hears when the wait begins to matter and when it is over.
   */
  waitWhileHeld(observe: Observer): void;
  /** Why nothing may be written into the folder any more: its path leads elsewhere. null: it does not. */
  lost(): Failure | null;
  /** What became of a folder that was lost; null: it was not. Call it after `close`. */
  aftermath(): Aftermath | null;
  /** Opens the account of a run, once, and returns what it does not have to pay again. */
  beginRun(beginning: RunBeginning): Reuse;
  /**
   * Commits what waits, and `endedAt` where a run was begun, then releases the folder. Throws the error that kept a
   * record from being kept, unless `record` has thrown it.
   */
  close(endedAt?: Instant): Promise<void>;
}

/**
 * Opens the ledger of a run folder, making the folder (private to the user) and the tables when absent, and holds
 * the folder's lock until `close`. Submissions that an earlier run left unanswered become unknown here, before
 * any job can be claimed. Throws UserError: `locked`, `output`, or `usage` for a ledger that is not ours to read, or
 * not ours to work on alone.
 */
export function openLedger(dir: string): RunLedger {
  return openFolder(dir, (opened) => {
    const { db, path, owner } = opened;
    refuseMirror(db, dir);
    refuseUnfinished(db, dir);
    const { record, stands } = recorder(db);
    holdUnanswered(db, record, owner);
    const { ledger, records } = ledgerOn(opened, record, (jobs) => {
      claim = claiming(db, stands, jobs);
    });
    let claim = claiming(db, stands);
    const owners = requestOwners(db);
    return {
      ...ledger,
      claim: async (limit) => blamingDisk(path, () => claim(limit)),
      async record(job, state, at, stop) {
        await records.record(job, state, at, stop);
        if (state.status === 'queued') owners.recorded(state.requestId);
        return at;
      },
      take: owners.take,
    };
  });
}

/** Opens a run folder for writing, with its lock, and gives it to `use`, which keeps it unless it throws. */
export function openFolder<T>(dir: string, use: (opened: Opened) => T): T {
  const path = join(dir, ledgerFile);
  // Before anything is created in a folder that has to be refused.
  blamingDisk(dir, () => ledgerPresence(dir));
  blamingDisk(dir, () => makePrivateFolder(dir));
  const isBegun = isBarelyBegun(dir);
  const lock = lockFolder(dir);
  let db: DatabaseSync | null = null;
  let watch: FolderWatch | null = null;
  try {
    db = openForWriting(path, isBegun);
    watch = watchFolder(dir);
    const owner = ownership(db, watch, lock);
    return use({ db, dir, path, watch, lock, owner });
  } catch (error) {
    watch?.close();
    db?.close();
    lock.release();
    throw storageFault(error, path);
  }
}

/**
 * All of a ledger but the handing out of jobs. `record` writes in the transaction of a commit; `onlyThese` hears which
 * jobs a canary is made of.
 */
export function ledgerOn(
  opened: Opened,
  record: Recorder['record'],
  onlyThese: (jobs: readonly JobId[]) => void = () => undefined,
): { readonly ledger: Omit<RunLedger, keyof Ledger>; readonly records: LedgerRecords } {
  const { db, dir, path, watch, owner } = opened;
  const reserve = keepReserve(dir);
  const commits = recordCommits(db, path, record, reserve, owner.transact);
  const records = ledgerRecords(path, (entries) => refusalOf(dir, commits.commit(entries)));
  const book = runBook(db, owner.transact);
  let aftermath: Aftermath | null = null;
  const ledger: Omit<RunLedger, keyof Ledger> = {
    dir,
    keepAccount: (account) => blamingDisk(path, () => keepAccount(db, account)),
    keepFilesPlace: (address) => blamingDisk(path, () => keepFilesPlace(db, address)),
    unputOutputs(address, after, limit) {
      records.flush();
      return blamingDisk(path, () => unputOutputs(db, address, after, limit));
    },
    keepObjects: (put) => blamingDisk(path, () => owner.transact(() => keepObjects(db, put))),
    beginCanary: (asked, at) =>
      blamingDisk(path, () => {
        records.flush();
        const canary = nextCanary(db, asked, at);
        if (canary === null) return null;
        owner.transact(() => keepCanary(db, canary));
        onlyThese(canary.jobs);
        return canary;
      }),
    reuse: (jobs) =>
      blamingDisk(path, () => {
        records.flush();
        owner.transact(() => keepReused(db, jobs));
      }),
    agreeToCanary: () =>
      blamingDisk(path, () => {
        const canary = keptCanary(db);
        if (canary !== null) owner.transact(() => keepCanary(db, { ...canary, agreed: true }));
      }),
    flush: records.flush,
    waitWhileHeld(observe) {
      db.exec(`PRAGMA busy_timeout = ${heldTryMs}`);
      records.wait(observe);
    },
    lost() {
      const loss = watch.loss();
      return loss === null ? null : failure('folder_lost', lossText(dir, loss));
    },
    aftermath: () => aftermath,
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
      aftermath = closeOpened(opened, { records, commits, reserve, book }, endedAt);
      records.tell();
    },
  };
  return { ledger, records };
}

function refusalOf(dir: string, loss: FolderLoss | null) {
  if (loss === null) return null;
  return { of: announces, reason: new JobFailure(failure('folder_lost', lossText(dir, loss))) };
}

/** Submissions that an earlier process announced here and got no answer for become unknown. */
export function holdUnanswered(db: DatabaseSync, record: Recorder['record'], owner: Ownership): void {
  const left = db.prepare(`SELECT id, state, attempt, request_id, ref, since, cost, failure, notes,
      NULL AS estimated, NULL AS started_at FROM job
    WHERE in_plan IN (0, 1) AND state = 'submitting'`);
  owner.admit();
  // A folder without work is not written to.
  if (left.get() === undefined) return;
  owner.transact(() => {
    record(
      rows<StateColumns & { readonly id: JobId }>(left).map((row) => ({
        job: row.id,
        state: resumed(fromColumns(row, [])),
        at: row.since as Instant,
      })),
    );
  });
}
