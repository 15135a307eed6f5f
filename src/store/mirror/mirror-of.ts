import { join } from 'node:path';
import { ledgerFile } from '../../core/job/manifest.ts';
import { blamingDisk } from '../folder/storage-faults.ts';
import { openForReading } from '../ledger/ledger-access.ts';
import { handoverIn, type MirrorMark, mirrorMarkIn, type SharedWith } from './mirror-mark.ts';

/** Which shared run a folder is a mirror of, also while a process works on it; null: of none. */
export function mirrorOf(dir: string): MirrorMark | null {
  return reading(dir, mirrorMarkIn);
}

/** As what a folder was being shared when that was cut off; null: it was not. */
export function handoverOf(dir: string): SharedWith | null {
  return reading(dir, handoverIn);
}

function reading<T>(
  dir: string,
  read: (db: NonNullable<ReturnType<typeof openForReading>>) => T | null,
): T | null {
  const path = join(dir, ledgerFile);
  return blamingDisk(path, () => {
    const db = openForReading(path);
    if (db === null) return null;
    try {
      return read(db);
    } finally {
      db.close();
    }
  });
}
