import { lstatSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../core/complaints.ts';
import { ledgerFile } from '../../core/job/manifest.ts';
import { isJsonObject } from '../../core/json.ts';
import { ledgerPresence } from '../folder/run-folder.ts';
import { type FolderAccount, keptAccount } from '../ledger/folder-account.ts';
import { recognise, schemaVersion } from '../ledger/ledger-schema.ts';
import { planKey } from '../stage/plan-adoption.ts';

/** Where the results of another folder come from. */
export interface SourceOrigin {
  /** As the plan names it; null: the usual one. */
  readonly provider: string | null;
  /** null: unknown. */
  readonly account: FolderAccount | null;
}

/** How another folder's ledger is opened: it may be anybody's, and a run may be writing it. */
export interface SourceAddress {
  readonly url: string;
  /** Of its tables; older ones lack columns. */
  readonly version: number;
}

/**
 * Reads a folder that is never written to. Without a log, SQLite takes the file as it is and makes nothing beside it;
 * if a run begins meanwhile, what was read may be torn, and is read again with the log. Throws what SQLite says, and
 * `UserError` for a folder that has no ledger to read.
 */
export function readSource<T>(dir: string, read: (address: SourceAddress, origin: SourceOrigin) => T): T {
  if (ledgerPresence(dir) !== 'there')
    throw new UserError('usage', `${dir} holds no ledger.`, 'Leave it out.');
  const path = join(dir, ledgerFile);
  if (logOf(path) > 0) return readAt(path, 'mode=ro', read);
  const before = traceOf(path);
  let answer: T;
  try {
    answer = readAt(path, 'immutable=1', read);
  } catch (error) {
    if (before === traceOf(path)) throw error;
    return readAt(path, 'mode=ro', read);
  }
  return before === traceOf(path) ? answer : readAt(path, 'mode=ro', read);
}

function readAt<T>(
  path: string,
  access: 'immutable=1' | 'mode=ro',
  read: (address: SourceAddress, origin: SourceOrigin) => T,
): T {
  const url = `${pathToFileURL(path).href}?${access}`;
  const db = new DatabaseSync(new URL(url), { readOnly: true, timeout: 10_000 });
  try {
    db.exec('PRAGMA trusted_schema = OFF; PRAGMA query_only = ON');
    if (recognise(db, path) === 'empty') throw new UserError('usage', `${path} is empty.`, 'Leave it out.');
    refuseOddTables(db, path);
    const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
    return read({ url, version: Math.min(version, schemaVersion) }, originOf(db));
  } finally {
    db.close();
  }
}

const tables = ['meta', 'job', 'attempt', 'output'] as const;

/** A view of that name could compute for ever. */
function refuseOddTables(db: DatabaseSync, path: string): void {
  const find = db.prepare(
    `SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ? AND sql LIKE 'CREATE TABLE%'`,
  );
  if (tables.every((name) => find.get(name) !== undefined)) return;
  throw new UserError('usage', `${path} lacks tables of a ledger.`, 'Leave it out.');
}

function originOf(db: DatabaseSync): SourceOrigin {
  const row = db.prepare('SELECT value FROM meta WHERE key = ?').get(planKey);
  const record: unknown = row === undefined ? null : JSON.parse(String(row.value));
  const settings = isJsonObject(record) && isJsonObject(record.settings) ? record.settings : {};
  const { provider, base_url: address, rehearse } = settings;
  // Older programs kept the address alone.
  const planned: FolderAccount | null =
    rehearse === true
      ? { address: null, token: null }
      : typeof address === 'string'
        ? { address, token: null }
        : null;
  return {
    provider: typeof provider === 'string' ? provider : null,
    account: keptAccount(db) ?? planned,
  };
}

function logOf(path: string): number {
  return lstatSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
}

/** What changes as soon as anybody writes the ledger. */
function traceOf(path: string): string {
  const trace = (seen: Stats | undefined) => `${seen?.ino} ${seen?.size} ${seen?.mtimeMs}`;
  return `${trace(lstatSync(path, { throwIfNoEntry: false }))} ${logOf(path)}`;
}
