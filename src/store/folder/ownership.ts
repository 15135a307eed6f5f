import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { pid } from 'node:process';
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../ledger/transactions.ts';
import type { FolderLoss, FolderWatch } from './folder-watch.ts';
import { type FolderLock, inUse } from './lock.ts';
import { bornAt, isRunning } from './processes.ts';

/** Under this key `meta` names the process that works on the folder, as JSON. */
const ownerKey = 'owner';

/**
 * A process that works on a folder. The inodes tell the folder from a copy of it, and the lock file from another one
 * that was put in its place.
 */
interface Owner {
  readonly token: string;
  readonly pid: number;
  /** Tells the process from a later one of the same pid; null where the system does not say. */
  readonly born: string | null;
  readonly host: string;
  readonly folder: string;
  readonly ledger: string;
  readonly lock: string;
}

/**
 * Who owns the folder, as the ledger itself says. The folder's lock is a file that users delete; its ledger is what
 * they want to keep. So the process names itself there, and no submission is announced to a ledger that names
 * another.
 */
export interface Ownership {
  /** Throws UserError('locked') where the ledger names a process that still works on this folder. */
  admit(): void;
  /**
   * Runs `work` in a transaction in which the folder is this process's, which names itself in the ledger for that; or
   * tells `work` how it was lost. Throws as `admit`, and what `work` throws; nothing is kept then.
   */
  transact<T>(work: (loss: FolderLoss | null) => T): T;
  /** Why the folder is no longer this process's; null: it is. */
  loss(): FolderLoss | null;
  /** Removes the name. */
  release(): void;
}

const find = `SELECT value FROM meta WHERE key = '${ownerKey}'`;
const keep = `INSERT INTO meta (key, value) VALUES ('${ownerKey}', ?)
  ON CONFLICT (key) DO UPDATE SET value = excluded.value`;
const remove = `DELETE FROM meta WHERE key = '${ownerKey}' AND value = ?`;

export function ownership(db: DatabaseSync, watch: FolderWatch, lock: FolderLock): Ownership {
  const { dir, ids } = watch;
  const statements = { find: db.prepare(find), keep: db.prepare(keep), remove: db.prepare(remove) };
  const token = randomBytes(12).toString('hex');
  /** What the ledger holds; `next`: what it will hold once the transaction is committed. */
  let mine: string | null = null;
  let next: string | null = null;
  let loss: FolderLoss | null = null;

  function written(): string | null {
    const row = statements.find.get();
    return row === undefined ? null : String(row.value);
  }

  function admit(): void {
    const owner = readOwner(written());
    if (owner !== null && owner.token !== token && isAtWork(owner)) throw inUse(dir, owner.pid);
  }

  /** The lock of the same file would not be ours if its process were alive; without that file its pid has to tell. */
  function isAtWork(owner: Owner): boolean {
    if (fileOf(owner.lock) === fileOf(lock.id())) return false;
    const isCopy = owner.folder !== ids.folder && owner.ledger !== ids.ledger;
    if (isCopy || owner.host !== hostname() || !isRunning(owner.pid)) return false;
    const born = bornAt(owner.pid);
    return owner.born === null || born === null || owner.born === born;
  }

  function put(): void {
    const me: Owner = {
      token,
      pid,
      born: bornAt(pid),
      host: hostname(),
      folder: ids.folder,
      ledger: ids.ledger,
      lock: lock.id(),
    };
    next = JSON.stringify(me);
    statements.keep.run(next);
  }

  function look(): FolderLoss | null {
    const gone = watch.loss();
    if (gone !== null || mine === null) return gone;
    const now = written();
    if (now !== mine) return { how: 'taken', pid: readOwner(now)?.pid ?? null };
    // Replaces a lock file that was deleted, so that others see that the folder is in use.
    lock.retake();
    return null;
  }

  function lossOnce(): FolderLoss | null {
    // Lost once, lost for good: another process may have worked on a folder that comes back.
    loss ??= look();
    return loss;
  }

  return {
    admit,
    transact(work) {
      next = null;
      const result = inTransaction(db, () => {
        const lost = lossOnce();
        if (lost === null && mine === null) {
          admit();
          put();
        }
        return work(lost);
      });
      mine = next ?? mine;
      return result;
    },
    loss: lossOnce,
    release() {
      if (mine !== null) statements.remove.run(mine);
      mine = null;
    },
  };
}

/** An inode without its device, whose number changes when a disk is plugged in again. */
function fileOf(id: string): string {
  return id.slice(id.indexOf(':') + 1);
}

function readOwner(json: string | null): Owner | null {
  if (json === null) return null;
  try {
    const owner = JSON.parse(json) as Partial<Owner>;
    return typeof owner.pid === 'number' && typeof owner.token === 'string' ? (owner as Owner) : null;
  } catch {
    return null;
  }
}
