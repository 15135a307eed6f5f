import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { ledgerFile } from '../../core/job/manifest.ts';
import { address } from './ledger-access.ts';
import { recognise } from './ledger-schema.ts';

// Nothing depends on it, so it waits for nobody.
const busyMs = 100;
const maxBytes = 8 * 1_024 ** 3;

// What is not a plain table may do anything when it is read, and never end.
const oddities = `SELECT count(*) AS number FROM sqlite_schema
  WHERE type IN ('view', 'trigger') OR sql LIKE 'CREATE VIRTUAL%' OR sql LIKE '%GENERATED ALWAYS%'`;

/** Changes whenever the ledger of the folder does; null: there is none, or it is not a plain file. */
export function ledgerStamp(dir: string): string | null {
  const [main, log] = [ledgerFile, `${ledgerFile}-wal`].map((name) =>
    lstatSync(join(dir, name), { throwIfNoEntry: false }),
  );
  if (main === undefined || !main.isFile() || main.size === 0 || main.size > maxBytes) return null;
  return `${Math.max(main.mtimeMs, log?.mtimeMs ?? 0)} ${main.size + (log?.size ?? 0)}`;
}

/**
 * Reads a ledger that nobody asked for, so that it may be anybody's: writes nothing, follows no link, and takes only
 * one that this version wrote. null where anything is odd.
 */
export function peekInto<T>(dir: string, read: (db: DatabaseSync) => T): T | null {
  const path = join(dir, ledgerFile);
  let db: DatabaseSync | null = null;
  try {
    const log = lstatSync(`${path}-wal`, { throwIfNoEntry: false });
    if (ledgerStamp(dir) === null || (log !== undefined && !log.isFile())) return null;
    // Without a log nobody is writing, and SQLite need not make its side files.
    const isAtRest = log === undefined || log.size === 0;
    const url = isAtRest ? `${pathToFileURL(path).href}?immutable=1` : address(path, 'ro');
    db = new DatabaseSync(new URL(url), { readOnly: true, timeout: busyMs });
    if (recognise(db, path) !== 'ledger' || db.prepare(oddities).get()?.number !== 0) return null;
    return read(db);
  } catch {
    return null;
  } finally {
    if (db?.isOpen) db.close();
  }
}
