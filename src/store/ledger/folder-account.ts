import type { DatabaseSync } from 'node:sqlite';
import { isJsonObject } from '../../core/json.ts';
import { markKey } from '../mirror/mirror-schema.ts';
import { folderKeyOf } from './queries/folder-figures.ts';

/** Under this key `meta` keeps the `FolderAccount` as JSON. */
export const accountKey = 'account';

/** What tells a token from another one without holding it. Hex digits. */
export interface TokenMark {
  readonly salt: string;
  readonly mark: string;
}

/** Where the requests of a folder are: at which API, under whose token. */
export interface FolderAccount {
  /** The address of the API; null: a simulator of our own. */
  readonly address: string | null;
  /** null: there was no token of the user's. */
  readonly token: TokenMark | null;
  /** When the folder came to this API from another one, in ms since the epoch; left out: it never did. */
  readonly since?: number;
  /** What earlier requests were made with differs in this; absent: they were made with the same. */
  readonly others?: 'address' | 'token';
}

export function keepAccount(db: DatabaseSync, given: FolderAccount): void {
  const account = withOthers(given, keptAccount(db));
  db.prepare(
    `INSERT INTO meta (key, value) VALUES ('${accountKey}', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
  ).run(JSON.stringify(account));
}

/** `before`: what the folder has had until now. */
function withOthers(account: FolderAccount, before: FolderAccount | null): FolderAccount {
  if (before === null) return account;
  if (before.others === 'address' || before.address !== account.address)
    return { ...account, others: 'address' };
  // Only another token gets another mark.
  const isOther = before.token?.mark !== account.token?.mark;
  return before.others === 'token' || isOther ? { ...account, others: 'token' } : account;
}

/** null: no run has kept one, or it is not one that this program wrote. */
export function keptAccount(db: DatabaseSync): FolderAccount | null {
  const row = db.prepare(`SELECT value FROM meta WHERE key = '${accountKey}'`).get();
  return row === undefined ? null : readAccount(String(row.value));
}

/** null: it is not one that this program wrote. */
export function readAccount(text: string): FolderAccount | null {
  const account = readJson(text);
  if (!isJsonObject(account)) return null;
  const { address, token, others: kept } = account;
  if (typeof address !== 'string' && address !== null) return null;
  const others: Pick<FolderAccount, 'others'> =
    kept === 'address' || kept === 'token' ? { others: kept } : {};
  const since = typeof account.since === 'number' ? { since: account.since } : {};
  if (!isJsonObject(token)) return { address, token: null, ...since, ...others };
  const { salt, mark } = token;
  const isMark = typeof salt === 'string' && typeof mark === 'string';
  return { address, token: isMark ? { salt, mark } : null, ...since, ...others };
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

// Each such job keeps its refusal until its state changes.
const refusedSql = `SELECT 1 FROM job WHERE failure IS NOT NULL AND state IN ('queued', 'running', 'succeeded')
  AND in_plan IN (0, 1) AND json_extract(failure, '$.kind') = 'unauthorized' LIMIT 1`;

/** Whether the API has refused the token of requests that are still to be collected. */
export function wasTokenRefused(db: DatabaseSync): boolean {
  return db.prepare(refusedSql).get() !== undefined;
}

/** Under this key `meta` keeps where the files of the folder are put as well. */
export const filesKey = 'files';

/** null: they are put nowhere else from now on. */
export function keepFilesPlace(db: DatabaseSync, address: string | null): void {
  if (address === null) db.prepare(`DELETE FROM meta WHERE key = '${filesKey}'`).run();
  else {
    db.prepare(
      `INSERT INTO meta (key, value) VALUES ('${filesKey}', ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
    ).run(address);
  }
}

/** Where the files of a folder are put as well. */
interface FilesPlace {
  /** null: nowhere. */
  readonly address: string | null;
  /** What tells its run from every other, on each machine that works on it. */
  readonly owner: string;
}

export function keptFilesPlace(db: DatabaseSync): FilesPlace {
  const row = db
    .prepare(
      `SELECT (SELECT value FROM meta WHERE key = '${filesKey}') AS address,
      (SELECT value ->> '$.key' FROM meta WHERE key = '${markKey}') AS shared`,
    )
    .get();
  return {
    address: row?.address === null ? null : String(row?.address),
    owner: typeof row?.shared === 'string' ? row.shared : folderKeyOf(db),
  };
}
