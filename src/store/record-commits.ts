import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../core/complaints.ts';
import { requestIdOf } from '../core/lifecycle.ts';
import type { DiskReserve } from './disk-reserve.ts';
import type { LedgerEntry } from './recording.ts';
import { blamingDisk, sqliteCode } from './storage-faults.ts';

export interface RecordCommits {
  /** Commits all entries, or throws: UserError('output') for what the disk is to blame for. */
  commit(entries: readonly LedgerEntry[]): void;
  /** Tries once more for what could not be committed. Throws UserError('output') naming each request id that is lost. */
  settle(): void;
}

const diskFull = 13;
// What a used-up quota comes as.
const ioError = 10;

/**
 * Commits to the ledger at `path`. An entry that the disk refuses is not forgotten: unless it only announces a submit,
 * which then never leaves, it tells of something that has happened, so the reserve is given up for it, and what still
 * finds no room is tried again when the ledger is closed.
 */
export function recordCommits(
  db: DatabaseSync,
  path: string,
  record: (entries: readonly LedgerEntry[]) => void,
  reserve: DiskReserve,
): RecordCommits {
  let owed: LedgerEntry[] = [];

  function settle(): void {
    inTransaction(db, () => record(owed));
    owed = [];
  }

  /** What is owed goes first: states of a job must not be kept in another order than they came in. */
  function trySettling(): void {
    try {
      settle();
    } catch {
      // It stays owed.
    }
  }

  return {
    commit: (entries) =>
      blamingDisk(path, () => {
        if (owed.length > 0) trySettling();
        try {
          inTransaction(db, () => record(entries));
        } catch (error) {
          const code = sqliteCode(error);
          if (code !== null) owed.push(...entries.filter(({ state }) => state.status !== 'submitting'));
          if ((code === diskFull || code === ioError) && reserve.release()) settle();
          throw error;
        }
      }),
    settle() {
      if (owed.length === 0) return;
      try {
        settle();
      } catch (error) {
        const lost = owed.filter(({ state }) => state.status === 'queued');
        if (lost.length > 0) throw unrecorded(path, lost, error);
      }
    },
  };
}

export function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    // On a full disk SQLite may have rolled back already.
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function unrecorded(path: string, lost: readonly LedgerEntry[], cause: unknown): UserError {
  const pairs = lost.map(({ job, state }) => `${job}=${requestIdOf(state)}`);
  const many = lost.length === 1 ? 'a request that was accepted is' : `${lost.length} accepted requests are`;
  return new UserError(
    'output',
    `${path} cannot be written, and ${many} not on record: ${pairs.join(' ')}.`,
    'Make room, then give each to rcb reconcile with --adopt and run the same command again: they are held as unknown.',
    cause,
  );
}
