import { createHash } from 'node:crypto';
import { UserError } from '../core/complaints.ts';
import { openFile, unreadableInput } from './sources/sources.ts';

/**
 * The SHA-256 of the files' contents as 64 hex digits: that of the file itself where there is one, else that over
 * the digests of each, in order. Names and times do not matter. Throws `UserError` (`input`) for what cannot be read,
 * and for `-`: standard input is gone once it is read.
 */
export async function inputFingerprint(paths: readonly string[]): Promise<string> {
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) return fileDigest(only);
  const all = createHash('sha256');
  for (const path of paths) all.update(await fileDigest(path));
  return all.digest('hex');
}

async function fileDigest(path: string): Promise<string> {
  if (path === '-')
    throw new UserError('input', 'Standard input has no fingerprint: it can be read only once.');
  const hash = createHash('sha256');
  try {
    for await (const chunk of openFile(path)) hash.update(chunk);
  } catch (error) {
    throw unreadableInput(path, error);
  }
  return hash.digest('hex');
}
