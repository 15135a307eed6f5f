import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { isJsonObject } from '../../core/json.ts';
import { privateFolder } from '../files/plain-files.ts';
import { replaceFile } from '../files/replaced-files.ts';
import { storageFault } from './storage-faults.ts';
import { userFolder } from './user-folders.ts';

/** A token as the user has stored it: for one address, and for no other. */
export interface StoredToken {
  /** The provider's name. */
  readonly provider: string;
  /** The base URL against which it was checked. */
  readonly address: string;
  readonly token: string;
}

interface TokenStore {
  readonly path: string;
  readonly tokens: readonly StoredToken[];
}

const unsafeHint = 'Remove it and run rcb login again.';

/** Where tokens are stored; null: the user has no home. */
export function tokenStorePath(env: Parameters<typeof userFolder>[1]): string | null {
  const folder = userFolder('config', env);
  return folder === null ? null : join(folder, 'token.json');
}

/**
 * The stored tokens; null: there is no such file. Throws `UserError` (`token`) for a link, for a file of another user,
 * and for one that others may read: what it holds may be known to them, or be theirs.
 */
export function readTokenStore(path: string): TokenStore | null {
  const file = opened(path);
  if (file === null) return null;
  try {
    refuseShared(file, path);
    return { path, tokens: tokensIn(readFileSync(file, 'utf8')) };
  } finally {
    closeSync(file);
  }
}

/** Keeps these tokens and no others, for the user alone. Throws `UserError` (`output`) for what the disk is to blame for. */
export async function writeTokenStore(path: string, tokens: readonly StoredToken[]): Promise<void> {
  const folder = dirname(path);
  try {
    if (tokens.length === 0) return rmSync(path, { force: true });
    mkdirSync(folder, { recursive: true, mode: privateFolder });
    chmodSync(folder, privateFolder);
  } catch (error) {
    throw storageFault(error, folder);
  }
  await replaceFile(path, [`${JSON.stringify({ tokens }, null, 2)}\n`], 'synced');
}

function opened(path: string): number | null {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'ELOOP') throw new UserError('token', `${path} is a link, so it is not read.`, unsafeHint);
    throw new UserError('token', `Cannot read the stored token in ${path}.`, 'Check its permissions.', error);
  }
}

function refuseShared(file: number, path: string): void {
  const found = fstatSync(file);
  if (!found.isFile()) throw new UserError('token', `${path} is not a plain file.`, unsafeHint);
  const own = ownId();
  // Windows has neither.
  if (own === null) return;
  if (found.uid !== own)
    throw new UserError('token', `${path} belongs to another user, so it is not read.`, unsafeHint);
  if ((found.mode & 0o077) === 0) return;
  throw new UserError(
    'token',
    `${path} holds a token, and other users may read it.`,
    `Run chmod 600 on it, and replace the token if somebody else can have seen it.`,
  );
}

/** null: the system has no such number for a user, or does not tell it. */
export function ownId(): number | null {
  try {
    const { uid } = userInfo();
    return uid < 0 ? null : uid;
  } catch {
    return null;
  }
}

function tokensIn(text: string): readonly StoredToken[] {
  try {
    const parsed: unknown = JSON.parse(text);
    const tokens = isJsonObject(parsed) && Array.isArray(parsed.tokens) ? parsed.tokens : [];
    return tokens.flatMap((each: unknown) => {
      if (!isJsonObject(each)) return [];
      const { provider, address, token } = each;
      const isWhole =
        typeof provider === 'string' && typeof address === 'string' && typeof token === 'string';
      return isWhole ? [{ provider, address, token }] : [];
    });
  } catch {
    return [];
  }
}
