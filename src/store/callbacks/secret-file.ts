import { closeSync, constants, fstatSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { makePrivateFolder, syncFolder } from '../files/durable-folders.ts';
import { privateFile } from '../files/plain-files.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { ownId } from '../folder/token-store.ts';

const isSecret = /^[A-Za-z0-9_-]{16,128}$/;

/**
 * The secret in a file, which is made with a fresh one where there is none. Throws `UserError`: `output` for what cannot
 * be opened, `usage` for a link, for a file that other users may read, and for what cannot be one.
 */
export async function secretIn(path: string, fresh: () => string): Promise<string> {
  const made = await madeWith(path, fresh);
  if (made !== null) return made;
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  let file: number;
  try {
    file = openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ELOOP') throw unsafe(path, 'is a link');
    throw storageFault(error, path);
  }
  try {
    const found = fstatSync(file);
    if (!found.isFile()) throw unsafe(path, 'is not a plain file');
    const own = ownId();
    if (own !== null && found.uid !== own) throw unsafe(path, 'belongs to another user');
    if (own !== null && (found.mode & 0o077) !== 0) throw unsafe(path, 'may be read by other users');
    const secret = found.size > 1_024 ? '' : readFileSync(file, 'utf8').trim();
    if (isSecret.test(secret)) return secret;
    throw unsafe(path, 'holds no secret of 16 to 128 letters, digits, "-" and "_"');
  } finally {
    closeSync(file);
  }
}

async function madeWith(path: string, fresh: () => string): Promise<string | null> {
  const secret = fresh();
  try {
    makePrivateFolder(dirname(path));
    // Never where something is already, so that no link is followed.
    const file = openSync(path, 'wx', privateFile);
    try {
      writeFileSync(file, `${secret}\n`, { flush: true });
    } finally {
      closeSync(file);
    }
    await syncFolder(dirname(path));
    return secret;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return null;
    throw storageFault(error, path);
  }
}

function unsafe(path: string, what: string): UserError {
  return new UserError(
    'usage',
    `${path} ${what}, so it is not used as the secret of the address.`,
    'Remove it to get a new one, or name another file with --secret-file.',
  );
}
