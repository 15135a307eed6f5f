import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../core/complaints.ts';
import { requestIdOf } from '../../core/job/state-facts.ts';
import type { DiskReserve } from '../folder/disk-reserve.ts';
import type { FolderLoss } from '../folder/folder-watch.ts';
import type { Ownership } from '../folder/ownership.ts';
import { blamingDisk, sqliteCode } from '../folder/storage-faults.ts';
import type { LedgerEntry } from './recording.ts';
import { inTransaction } from './transactions.ts';

export interface RecordCommits {
  /**
   * Commits all entries. Once the folder is lost, those that announce a submission are left out, and it returns how
   * the folder was lost. Throws UserError('output') for what the disk is to blame for, and 'locked' while another
   * program holds the ledger: then nothing was committed, and nothing is remembered.
   */
  commit(entries: readonly LedgerEntry[]): FolderLoss | null;
  /**
   * Tries once more for what could not be committed, and for `left`. Throws UserError('output') naming each request id
   * that is lost.
   */
  settle(left?: readonly LedgerEntry[]): void;
}

const busy = 5;
const diskFull = 13;
// How SQLite reports a used-up quota.
const ioError = 10;

// The other process takes over what was announced as unknown: that is all that this one may still answer.
const isStillOpen = `SELECT 1 AS is_open FROM job WHERE id = ? AND attempt = ? AND state IN ('submitting', 'unknown')`;

/**
 * Commits to the ledger at `path`. An entry that the disk refuses is not forgotten: unless it only announces a
 * submission, which then never leaves, it records something that has happened, so the reserve is given up for it, and
 * what still finds no room is tried again when the ledger is closed.
 */
export function recordCommits(
  db: DatabaseSync,
  path: string,
  record: (entries: readonly LedgerEntry[]) => void,
  reserve: DiskReserve,
  transact: Ownership['transact'] = (work) => inTransaction(db, () => work(null)),
): RecordCommits {
  let owed: LedgerEntry[] = [];

  /** In one transaction with the check of the folder's owner, so that nothing is announced to a lost folder. */
  function write(entries: readonly LedgerEntry[]): FolderLoss | null {
    return transact((loss) => {
      const kept = loss === null ? entries : entries.filter((entry) => !announces(entry));
      record(loss?.how === 'taken' ? kept.filter(mayAnswer) : kept);
      return loss;
    });
  }

  function mayAnswer({ job, state }: LedgerEntry): boolean {
    return requestIdOf(state) !== null && db.prepare(isStillOpen).get(job, state.attempt) !== undefined;
  }

  /** What could not be committed before goes first: a job's states must be kept in their order. */
  function settle(entries: readonly LedgerEntry[] = []): FolderLoss | null {
    const loss = write([...owed, ...entries]);
    owed = [];
    return loss;
  }

  return {
    commit: (entries) =>
      blamingDisk(path, () => {
        try {
          return settle(entries);
        } catch (error) {
          const code = sqliteCode(error);
          if (code !== null && code !== busy) owed.push(...entries.filter((entry) => !announces(entry)));
          if ((code === diskFull || code === ioError) && reserve.release()) settle();
          throw error;
        }
      }),
    settle(left = []) {
      owed.push(...left);
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

/** Whether an entry records nothing that has happened yet, only a submission that is about to leave. */
export function announces({ state }: LedgerEntry): boolean {
  return state.status === 'submitting';
}

function unrecorded(path: string, lost: readonly LedgerEntry[], cause: unknown): UserError {
  const pairs = lost.map(({ job, state }) => `${job}=${requestIdOf(state)}`);
  const many = lost.length === 1 ? 'a request that was accepted is' : `${lost.length} accepted requests are`;
  const [why, mend] =
    sqliteCode(cause) === busy
      ? ['is still held by another program', 'Close that program']
      : ['cannot be written', 'Make room'];
  return new UserError(
    'output',
    `${path} ${why}, and ${many} not on record: ${pairs.join(' ')}.`,
    `${mend}, then give each to rcb reconcile with --adopt and run the same command again: they are held as unknown.`,
    cause,
  );
}
