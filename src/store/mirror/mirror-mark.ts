import { hostname } from 'node:os';
import type { DatabaseSync } from 'node:sqlite';
import { UserError } from '../../core/complaints.ts';
import { isJsonObject } from '../../core/json.ts';
import { quoted } from '../../core/shell-words.ts';
import { markKey } from './mirror-schema.ts';

/** Which run a mirror is a mirror of, and as which runner it takes part. */
export interface SharedWith {
  /** Of the shared ledger, without a password. */
  readonly address: string;
  /** The name of the run there, and its key: see `SharedRun`. */
  readonly run: string;
  readonly key: string;
  readonly runner: string;
  /** Counts the plans that the run has had; 0: none of them has been pulled. */
  readonly planVersion: number;
}

/** What tells a mirror from a copy of it: where it was made. */
interface Birthplace {
  readonly host: string;
  /** The file, by its inode. */
  readonly file: string;
}

/** What a folder keeps about the run that it mirrors. */
export interface MirrorMark extends SharedWith, Birthplace {
  /** A plan was about to be adopted: the shared ledger may have it or not. */
  readonly isAdopting: boolean;
}

/** Under this key `meta` has a `SharedWith` while a folder is being handed over to a shared ledger. */
const handoverKey = 'sharing';
/** Under this key `meta` has how far a mirror was pulled. */
export const horizonKey = 'shared_horizon';

export function mirrorMarkIn(db: DatabaseSync): MirrorMark | null {
  return marked<MirrorMark>(db, markKey);
}

export function keepMirrorMark(db: DatabaseSync, mark: MirrorMark): void {
  keepMeta(db, markKey, JSON.stringify(mark));
  removeMeta(db, handoverKey);
}

/** What a folder is about to be shared as: the shared ledger may have it or not. null: nothing. */
export function handoverIn(db: DatabaseSync): SharedWith | null {
  return marked<SharedWith>(db, handoverKey);
}

export function keepHandover(db: DatabaseSync, handover: SharedWith | null): void {
  if (handover === null) removeMeta(db, handoverKey);
  else keepMeta(db, handoverKey, JSON.stringify(handover));
}

/** The folder is its own truth again. */
export function removeMirrorMark(db: DatabaseSync): void {
  for (const key of [markKey, handoverKey, horizonKey]) removeMeta(db, key);
  db.exec('DELETE FROM outbox');
}

export function keepMeta(db: DatabaseSync, key: string, value: string): void {
  db.prepare(
    'INSERT INTO meta (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
  ).run(key, value);
}

export function removeMeta(db: DatabaseSync, key: string): void {
  db.prepare('DELETE FROM meta WHERE key = ?').run(key);
}

export function metaIn(db: DatabaseSync, key: string): string | null {
  const row = db.prepare('SELECT value FROM meta WHERE key = ?').get(key);
  return row === undefined ? null : String(row.value);
}

function marked<Mark>(db: DatabaseSync, key: string): Mark | null {
  const text = metaIn(db, key);
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  return isJsonObject(value) ? (value as unknown as Mark) : null;
}

/** `file`: the id of the ledger's file. */
export function birthplace(file: string): Birthplace {
  // Without its device, whose number changes when a disk is plugged in again.
  return { host: hostname(), file: file.slice(file.indexOf(':') + 1) };
}

/** Whether a mirror lies where it was made, so that nobody else can be the same runner. */
export function isInPlace({ host, file }: Birthplace, now: Birthplace): boolean {
  return host === now.host && file === now.file;
}

/**
 * Throws `UserError` (`usage`) for the mirror of a shared run, and for a folder that is being handed over to one: what
 * is pending in it may be paid for elsewhere.
 */
export function refuseMirror(db: DatabaseSync, dir: string): void {
  const mark = mirrorMarkIn(db);
  if (mark !== null) {
    throw new UserError(
      'usage',
      `${dir} is this machine's copy of the shared run "${mark.run}" in ${mark.address}: what is pending here may be under way elsewhere.`,
      `Set RCB_LEDGER, or pass --ledger, to work on it together with the others; to end sharing, run rcb pull ${quoted(dir)} --detach.`,
    );
  }
  const handover = handoverIn(db);
  if (handover === null) return;
  throw new UserError(
    'usage',
    `${dir} was being shared as "${handover.run}" in ${handover.address} when that was cut off: other machines may be at work on it already.`,
    `Run rcb share-run ${quoted(dir)} again to finish it, or rcb pull ${quoted(dir)} --detach to take it back.`,
  );
}
