import { join } from 'node:path';
import { ledgerFile } from '../../core/job/manifest.ts';
import { blamingDisk } from '../folder/storage-faults.ts';
import { openForReading } from '../ledger/ledger-access.ts';
import { type MirrorMark, mirrorMarkIn } from './mirror-mark.ts';

/** Which shared run a folder is a mirror of, also while a process works on it; null: of none. */
export function mirrorOf(dir: string): MirrorMark | null {
  const path = join(dir, ledgerFile);
  return blamingDisk(path, () => {
    const db = openForReading(path);
    if (db === null) return null;
    try {
      return mirrorMarkIn(db);
    } finally {
      db.close();
    }
  });
}
