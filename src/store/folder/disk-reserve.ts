import { randomBytes } from 'node:crypto';
import { closeSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openFresh } from '../files/part-files.ts';
import { privateFile } from '../files/plain-files.ts';

/** Room on the disk that is kept free for the last records of a run. */
export interface DiskReserve {
  /** Frees the room; false where there is none, or none left. */
  release(): boolean;
}

// Enough for the records of what is under way when the disk fills up: a commit takes a few pages of 4 KiB.
const reserveBytes = 1_048_576;

/**
 * Keeps a little room in a run folder, so that a disk that fills up midway still takes the request ids of what was
 * just paid for. Skipped on a disk without that much room: the reserve must not be what fills it.
 */
export function keepReserve(dir: string): DiskReserve {
  const path = join(dir, '.reserve');
  let isKept = true;

  function remove(): boolean {
    try {
      rmSync(path, { force: true });
      return true;
    } catch {
      return false;
    }
  }

  try {
    // Noise, since a file system that packs what it holds would keep nothing for zeros.
    const file = openFresh(path, privateFile);
    try {
      writeFileSync(file, randomBytes(reserveBytes));
    } finally {
      closeSync(file);
    }
  } catch {
    isKept = false;
    remove();
  }
  return {
    release() {
      const released = isKept && remove();
      isKept = false;
      return released;
    },
  };
}
