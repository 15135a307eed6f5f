import { closeSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { openFresh } from '../files/part-files.ts';
import { privateFile } from '../files/plain-files.ts';
import { isBarelyBegun, ledgerPresence, standsAlone, withoutLog } from '../folder/run-folder.ts';
import { sqliteCode } from '../folder/storage-faults.ts';
import { createSchema, migrate, recognise } from './ledger-schema.ts';

/** How long to wait for a ledger that another program holds, when nothing else waits meanwhile. */
export const busyTimeoutMs = 10_000;

/**
 * What makes a commit durable. In WAL mode with FULL every commit is synced before it returns; fullfsync is for
 * macOS, whose plain fsync leaves the drive's cache out.
 */
export function durability(at: 'main' | 'ledger'): string {
  return `PRAGMA ${at}.synchronous = FULL; PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;
PRAGMA ${at}.journal_size_limit = 67108864; PRAGMA ${at}.cache_size = -16000;`;
}

/** `file:` address for ATTACH, with the access asked for. */
export function address(path: string, mode: 'ro' | 'rw'): string {
  return `${pathToFileURL(path).href}?mode=${mode}`;
}

/** Opens a ledger to write it, and makes it when absent. `isBegun`: its folder was barely begun when it was locked. */
export function openForWriting(path: string, isBegun = false): DatabaseSync {
  const presence = ledgerPresence(dirname(path));
  const isBereft = presence === 'there' && !isBegun && standsAlone(dirname(path));
  // SQLite would make it as the umask has it.
  if (presence === 'absent') closeSync(openFresh(path, privateFile));
  const db = new DatabaseSync(path, { timeout: busyTimeoutMs });
  try {
    const found = recognise(db, path);
    if (found === 'empty' && isBereft) throw withoutLog(path);
    // First of all: what is copied without its log then lacks the tables as well, and cannot pass for a new ledger.
    db.exec(`PRAGMA journal_mode = WAL; ${durability('main')}`);
    if (found === 'empty') createSchema(db);
    if (found === 'older') migrate(db);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/**
 * Opens a ledger to read it, also while a run writes it; null when there is none, or one without a table. It is
 * opened with write access where that is to be had, though nothing but the tables of an older program is ever
 * written: only then can the last reader remove SQLite's side files.
 */
export function openForReading(path: string): DatabaseSync | null {
  if (ledgerPresence(dirname(path)) !== 'there') return null;
  try {
    return reading(new URL(address(path, 'rw')), path);
  } catch (error) {
    const code = sqliteCode(error);
    // In a folder that cannot be written the side files cannot be made. Without a log the file is all there is.
    if ((code !== 14 && code !== 8) || hasLog(path)) throw error;
    return reading(new URL(`${pathToFileURL(path).href}?immutable=1`), path);
  }
}

function reading(url: URL, path: string): DatabaseSync | null {
  const isBereft = standsAlone(dirname(path)) && !isBarelyBegun(dirname(path));
  const db = new DatabaseSync(url, { timeout: busyTimeoutMs });
  try {
    const found = recognise(db, path);
    if (found === 'older') migrate(db);
    db.exec('PRAGMA query_only = ON');
    if (found !== 'empty') return db;
    if (isBereft) throw withoutLog(path);
    db.close();
    return null;
  } catch (error) {
    db.close();
    throw error;
  }
}

function hasLog(path: string): boolean {
  const log = statSync(`${path}-wal`, { throwIfNoEntry: false });
  return log !== undefined && log.size > 0;
}
