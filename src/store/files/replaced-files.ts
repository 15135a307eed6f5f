// The writer of small files that can be rebuilt: the page, thumbnails, cached models. `durable-files.ts` is the
// other one, for files that must survive a power cut.
import { randomBytes } from 'node:crypto';
import { renameSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { utf8Pieces } from '../exports/utf8-pieces.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { partOf, removeLeftover } from './part-files.ts';
import { privateFile } from './plain-files.ts';

// A file in the making is written to continually.
const abandonedAfterMs = 10 * 60_000;

/**
 * Writes a file, private to the user, that is whole or as it was before, whoever else writes it at the same moment:
 * each writer has a file of its own, and the last rename wins. Unsynced, a power cut may leave an empty file. Throws
 * UserError('output') for what the disk is to blame for, and what `content` throws; nothing is left behind then.
 */
export async function replaceFile(
  path: string,
  content: Iterable<string> | Uint8Array,
  safety: 'synced' | 'unsynced',
): Promise<void> {
  const part = ownPartOf(path);
  let file: FileHandle | null = null;
  try {
    // Exclusively, so that a link planted under this name is not followed.
    file = await open(part, 'wx', privateFile);
    for (const piece of content instanceof Uint8Array ? [content] : utf8Pieces(content)) {
      await file.appendFile(piece);
    }
    if (safety === 'synced') await file.sync();
    await file.close();
    await rename(part, path);
  } catch (error) {
    await file?.close();
    if (file !== null) removeLeftover(part);
    throw storageFault(error, path);
  }
}

/**
 * The same for content of a few kilobytes, unsynced and at once: in threads of their own its three calls would take
 * several times as much processor time.
 */
export function replaceSmallFile(path: string, content: Uint8Array): void {
  const part = ownPartOf(path);
  try {
    writeFileSync(part, content, { flag: 'wx', mode: privateFile });
    renameSync(part, path);
  } catch (error) {
    removeLeftover(part);
    throw storageFault(error, path);
  }
}

/** Removes what killed processes left of files that `replaceFile` was to write into this folder. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter(isOwnPart)) {
    const part = join(folder, name);
    const seen = await stat(part).catch(() => null);
    if (seen !== null && Date.now() - seen.mtimeMs > abandonedAfterMs) removeLeftover(part);
  }
}

/** Where a file is in the making that several processes may replace at one time: each has a hidden name of its own. */
export function ownPartOf(path: string): string {
  return join(dirname(path), partOf(`.${basename(path)}.${randomBytes(6).toString('hex')}`));
}

/** Whether a name is one that `ownPartOf` gave. */
function isOwnPart(name: string): boolean {
  return /^\..+\.[0-9a-f]{12}\.part$/.test(name);
}
