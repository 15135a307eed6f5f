import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { ledgerFile } from '../../core/job/manifest.ts';
import { ledgerPresence, notARunFolder } from '../folder/run-folder.ts';
import { blamingDisk } from '../folder/storage-faults.ts';
import { openForReading } from '../ledger/ledger-access.ts';
import { firstRow } from '../ledger/sql-rows.ts';
import { type AbsentJob, absentJobs } from './absent-jobs.ts';
import { handoverIn, type MirrorMark, mirrorMarkIn, type SharedWith } from './mirror-mark.ts';

/** What a folder is, as far as sharing goes. */
interface FolderSharing {
  /** null: it is not a mirror. */
  readonly mark: MirrorMark | null;
  /** What it was being shared as when that was cut off; null: nothing. */
  readonly handover: SharedWith | null;
  /** How many entries the shared ledger has not confirmed yet. */
  readonly untold: number;
}

/** Reads it beside whoever works on the folder. Throws UserError('usage') for a folder without a ledger. */
export function readSharing(dir: string): FolderSharing {
  return reading(dir, (db) => ({
    mark: mirrorMarkIn(db),
    handover: handoverIn(db),
    untold: firstRow<{ entries: number }>(db.prepare('SELECT count(*) AS entries FROM outbox'))?.entries ?? 0,
  }));
}

/** Gives the done jobs of which files are not in the folder, a page at a time. */
export async function eachAbsentPage(
  dir: string,
  work: (page: readonly AbsentJob[]) => Promise<void>,
): Promise<void> {
  const db = opened(dir);
  try {
    for (const page of absentJobs(db, dir)) await work(page);
  } finally {
    db.close();
  }
}

function reading<T>(dir: string, read: (db: DatabaseSync) => T): T {
  const db = opened(dir);
  try {
    return blamingDisk(dir, () => read(db));
  } finally {
    db.close();
  }
}

function opened(dir: string): DatabaseSync {
  const path = join(dir, ledgerFile);
  const db = blamingDisk(path, () => openForReading(path));
  if (db === null) throw notARunFolder(dir, ledgerPresence(dir) === 'absent' ? 'absent' : 'empty');
  return db;
}
