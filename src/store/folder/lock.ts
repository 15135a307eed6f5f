import { closeSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pid } from 'node:process';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../core/complaints.ts';
import { openFresh } from '../files/part-files.ts';
import { privateFile, refuseLink, removeLink } from '../files/plain-files.ts';
import { idAt } from './folder-watch.ts';
import { sqliteCode, storageFault } from './storage-faults.ts';

export interface FolderLock {
  /** Tells the lock file from every other one. */
  id(): string;
  /** Replaces the lock file if it was deleted and locks it, unless another process has. Returns whether it did. */
  retake(): boolean;
  release(): void;
}

const busy = 5;

// A connection that nothing refers to is closed by the garbage collector, and its lock goes with it.
const heldLocks = new Set<DatabaseSync>();

// Longer than `workerOn` holds the lock to check it, so that a check never prevents a run from starting.
const patienceMs = 250;

const lockPath = (dir: string) => join(dir, '.lock');

// Beside it, since nobody but SQLite may open the lock itself: closing it anywhere in the process would free it.
const pidPath = (dir: string) => join(dir, '.lock.pid');

/**
 * Takes a run folder for this process. It is a lock of the kernel, so it ends with its process however that ends.
 * Throws UserError('locked') with the holder's pid when it is taken, and 'output' when it cannot be made.
 */
export function lockFolder(dir: string): FolderLock {
  let held: Held;
  try {
    held = take(dir, patienceMs);
  } catch (error) {
    throw sqliteCode(error) === busy ? inUse(dir, holderOf(dir), error) : storageFault(error, lockPath(dir));
  }
  return {
    id: () => held.id,
    retake() {
      if (idAt(lockPath(dir)) === held.id) return false;
      try {
        const again = take(dir, 0);
        free(held.lock);
        held = again;
        return true;
      } catch {
        // Somebody else has it, or the folder takes no file: the ledger still names its owner.
        return false;
      }
    },
    release() {
      if (!held.lock.isOpen) return;
      try {
        // Before the lock is released, so as not to remove the next holder's; and only if the folder is still there.
        if (idAt(lockPath(dir)) === held.id) rmSync(pidPath(dir), { force: true });
      } catch {
        // The folder may have become read-only. Without a lock the pid is never read, and the next holder replaces it.
      } finally {
        free(held.lock);
      }
    },
  };
}

interface Held {
  readonly lock: DatabaseSync;
  readonly id: string;
}

function take(dir: string, timeoutMs: number): Held {
  const path = lockPath(dir);
  removeLink(path);
  refuseLink(path);
  const lock = new DatabaseSync(path, { timeout: timeoutMs });
  try {
    // Not with locking_mode = EXCLUSIVE: processes that start together would then keep one another out.
    lock.exec('BEGIN EXCLUSIVE');
    const file = openFresh(pidPath(dir), privateFile);
    try {
      writeFileSync(file, `${pid}\n`);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    lock.close();
    throw error;
  }
  heldLocks.add(lock);
  return { lock, id: idAt(path) ?? '' };
}

function free(lock: DatabaseSync): void {
  lock.close();
  heldLocks.delete(lock);
}

/** The pid of the process that works on a run folder at this moment, or null. Writes nothing and blocks no process. */
export function workerOn(dir: string): number | null {
  const path = lockPath(dir);
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return null;
  let lock: DatabaseSync | null = null;
  try {
    lock = new DatabaseSync(new URL(`${pathToFileURL(path).href}?mode=ro`));
    // Any read needs a shared lock, which an exclusive one refuses.
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
    return null;
  } catch (error) {
    if (sqliteCode(error) === busy) return holderOf(dir);
    throw storageFault(error, path);
  } finally {
    lock?.close();
  }
}

/**
 * Keeps runs from beginning in a folder of which nothing is changed, until the answer is called. A folder without a lock
 * is a copy in which nobody works. Throws UserError('locked') while somebody does.
 */
export function holdStill(dir: string): () => void {
  const path = lockPath(dir);
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile() !== true) return () => {};
  const lock = new DatabaseSync(new URL(`${pathToFileURL(path).href}?mode=ro`));
  try {
    // What is read in a transaction is not written by others meanwhile.
    lock.exec('BEGIN');
    lock.prepare('SELECT count(*) FROM sqlite_schema').get();
  } catch (error) {
    lock.close();
    throw sqliteCode(error) === busy ? inUse(dir, holderOf(dir), error) : storageFault(error, path);
  }
  heldLocks.add(lock);
  return () => free(lock);
}

/** `holder`: the pid of the process that works on the folder; null: unknown. */
export function inUse(dir: string, holder: number | null, cause: unknown = null): UserError {
  const by = holder === null ? 'another process' : `process ${holder}`;
  return new UserError(
    'locked',
    `${dir} is in use by ${by}: only one at a time may work on a run folder.`,
    'Wait until it has ended, or stop it; status, ls, show and export work meanwhile. Do not delete .lock: that frees nothing.',
    cause,
  );
}

function holderOf(dir: string): number | null {
  try {
    const digits = /^\d+/.exec(readFileSync(pidPath(dir), 'utf8'))?.[0];
    return digits === undefined ? null : Number(digits);
  } catch {
    return null;
  }
}
