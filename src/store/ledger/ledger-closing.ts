import type { DatabaseSync } from 'node:sqlite';
import type { Instant } from '../../core/job/job.ts';
import type { DiskReserve } from '../folder/disk-reserve.ts';
import type { FolderWatch } from '../folder/folder-watch.ts';
import type { FolderLock } from '../folder/lock.ts';
import type { Ownership } from '../folder/ownership.ts';
import { blamingDisk, isHeldElsewhere } from '../folder/storage-faults.ts';
import { busyTimeoutMs } from './ledger-access.ts';
import type { LedgerRecords } from './ledger-records.ts';
import { type Aftermath, aftermathOf } from './ledger-rescue.ts';
import type { RecordCommits } from './record-commits.ts';
import type { RunBook } from './run-accounts.ts';

/** A ledger with all that was opened for it. */
export interface Opened {
  readonly db: DatabaseSync;
  readonly dir: string;
  readonly path: string;
  readonly watch: FolderWatch;
  readonly lock: FolderLock;
  readonly owner: Ownership;
}

/** What writes to it. */
interface Writing {
  readonly records: LedgerRecords;
  readonly commits: RecordCommits;
  readonly reserve: DiskReserve;
  readonly book: RunBook;
}

/** Commits what is left and releases the folder, whatever fails. Throws the error of what could not be kept. */
export function closeOpened(
  opened: Opened,
  writing: Writing,
  endedAt: Instant | undefined,
): Aftermath | null {
  const { db, path, watch, lock, owner } = opened;
  const { records, commits, reserve, book } = writing;
  let aftermath: Aftermath | null = null;
  records.flush();
  // At this point it is worth waiting for.
  db.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
  const loss = owner.loss();
  if (loss === null) reserve.release();
  try {
    commits.settle(records.take());
    if (endedAt !== undefined && loss === null) endRun(book, path, endedAt);
  } finally {
    try {
      // A ledger that is still held has been waited for: nothing that is left is worth another wait.
      db.exec('PRAGMA busy_timeout = 0');
      if (loss !== null) aftermath = aftermathOf(db, watch, owner, loss);
      else releaseQuietly(owner);
      blamingDisk(path, () => db.close());
      if (aftermath?.rescued != null) watch.removeSides();
    } finally {
      watch.close();
      lock.release();
    }
  }
  return aftermath;
}

/**
 * A run whose end is not recorded looks like one that was killed, so a held ledger is not an error here.
 */
function endRun(book: RunBook, path: string, endedAt: Instant): void {
  try {
    blamingDisk(path, () => book.end(endedAt));
  } catch (error) {
    if (!isHeldElsewhere(error)) throw error;
  }
}

/** A process that stays named is known by its lock to have ended. */
function releaseQuietly(owner: Ownership): void {
  try {
    owner.release();
  } catch {
    // A full disk, or another program that holds the ledger.
  }
}
