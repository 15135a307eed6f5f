import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, rename, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { utf8Pieces } from '../exports/utf8-pieces.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { removeLeftover } from './durable-files.ts';
import { privateFile } from './plain-files.ts';

// A file that is being written is written to all the time.
const abandonedAfterMs = 10 * 60_000;

const partName = /^\..+\.[0-9a-f]{12}\.part$/;

/**
 * Writes a file that can be made again, whole or as it was, whoever else writes it at the same moment: each writes
 * a file of its own, and the last rename wins. Unsynced, a power cut may leave an empty file. Throws
 * UserError('output') for what the disk is to blame for, and what `content` throws; nothing is left behind then.
 */
export async function replaceFile(
  path: string,
  content: Iterable<string> | Uint8Array,
  safety: 'synced' | 'unsynced',
): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.part`);
  let file: FileHandle | null = null;
  try {
    file = await open(part, 'wx', privateFile);
    for (const piece of content instanceof Uint8Array ? [content] : utf8Pieces(content)) {
      await file.appendFile(piece);
    }
    if (safety === 'synced') await file.sync();
    await file.close();
    await rename(part, path);
  } catch (error) {
    await file?.close();
    if (file !== null) await removeLeftover(part);
    throw storageFault(error, path);
  }
}

/** Takes away what killed processes left of files that `replaceFile` was to write into this folder. */
export async function removeAbandoned(folder: string): Promise<void> {
  for (const name of (await readdir(folder)).filter((each) => partName.test(each))) {
    const part = join(folder, name);
    const seen = await stat(part).catch(() => null);
    if (seen !== null && Date.now() - seen.mtimeMs > abandonedAfterMs) await removeLeftover(part);
  }
}
