import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { SavedFile } from '../../core/job/job.ts';
import { placeInside } from '../folder/folder-bounds.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { openDurable } from './durable-files.ts';
import { makeFolder, syncFolder } from './durable-folders.ts';
import { partOf } from './part-files.ts';
import { privateFolder } from './plain-files.ts';

/** Of results: as the umask has it. */
const mode = 0o666;

/**
 * Writes a result into its run folder again, from bytes that come from elsewhere: whole and durable, or not at all.
 * false: they are not its bytes. Throws UserError('output') for what the disk or the path is to blame for, and what
 * `chunks` throws.
 */
export async function restoreFile(
  dir: string,
  { path, bytes, sha256 }: Pick<SavedFile, 'path' | 'bytes' | 'sha256'>,
  chunks: AsyncIterable<Uint8Array>,
): Promise<boolean> {
  const place = placeInside(dir, path);
  await makeFolder(dirname(place), privateFolder);
  const file = openDurable(partOf(place), mode);
  try {
    const hash = createHash('sha256');
    let seen = 0;
    for await (const chunk of chunks) {
      seen += chunk.byteLength;
      if (seen > bytes) return false;
      hash.update(chunk);
      await file.write([chunk]);
    }
    if (seen !== bytes || hash.digest('hex') !== sha256) return false;
    await file.seal();
    file.giveName(placeInside(dir, path));
    await syncFolder(dirname(place));
    return true;
  } catch (error) {
    throw storageFault(error, place);
  } finally {
    file.discard();
  }
}
