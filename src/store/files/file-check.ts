import { createReadStream, statSync } from 'node:fs';
import { join } from 'node:path';
import type { SavedFile } from '../../core/job/job.ts';

type FileVerdict = 'whole' | 'missing' | 'changed';

/**
 * Whether a result is still on disk as it was saved: by its presence and size, and with `verify` by its SHA-256.
 */
export async function checkFile(dir: string, file: SavedFile, verify: boolean): Promise<FileVerdict> {
  const path = join(dir, file.path);
  try {
    const verdict = sizeVerdict(path, file.bytes);
    if (verdict !== 'whole' || !verify) return verdict;
    // Loaded when it is needed: whoever looks at sizes alone should not wait for it.
    const { createHash } = await import('node:crypto');
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
    return hash.digest('hex') === file.sha256 ? 'whole' : 'changed';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 'missing';
    throw error;
  }
}

/** Synchronous: there may be a million of them, and asking in another thread takes ten times as long as the answer. */
export function sizeVerdict(path: string, bytes: number): FileVerdict {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) return 'missing';
  return found.size === bytes ? 'whole' : 'changed';
}
