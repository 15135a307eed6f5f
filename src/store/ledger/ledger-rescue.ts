import { closeSync, existsSync, fsyncSync, openSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { JobStatus } from '../../core/job/job.ts';
import { ledgerFile } from '../../core/job/manifest.ts';
import { requestIdOf } from '../../core/job/state-facts.ts';
import { makePrivateFolder } from '../files/durable-folders.ts';
import { afterLoss, type FolderLoss, type FolderWatch, lossText } from '../folder/folder-watch.ts';
import type { Ownership } from '../folder/ownership.ts';
import { heldJobs } from './held-jobs.ts';

/** What remains to be reported of a run that lost its folder. */
export interface Aftermath {
  readonly sentence: string;
  /** The command that continues the run, as the user would write it. */
  readonly goOn: string;
  /** Where the ledger was written to, since it no longer had a name of its own; null: it is where it was. */
  readonly rescued: string | null;
  /** Requests that the server had accepted and that were not yet collected. */
  readonly inFlight: readonly { readonly job: string; readonly requestId: string }[];
}

const inFlightStates: readonly JobStatus[] = ['queued', 'running', 'succeeded'];

/**
 * Collects what is in flight, and writes a ledger that was removed or replaced under a new name: the open file still
 * holds every request that was paid for. Never throws.
 */
export function aftermathOf(
  db: DatabaseSync,
  watch: FolderWatch,
  owner: Ownership,
  noticed: FolderLoss,
): Aftermath {
  const { dir } = watch;
  // More may be missing by now: a folder is removed file by file.
  const loss = noticed.how === 'taken' ? noticed : (watch.loss() ?? noticed);
  const rescued = isNameless(loss) ? rescue(db, dir, loss, owner) : null;
  return {
    sentence: lossText(dir, loss),
    goOn: afterLoss(dir, loss, rescued),
    rescued,
    inFlight: inFlightIn(db),
  };
}

function isNameless(loss: FolderLoss): boolean {
  switch (loss.how) {
    case 'removed':
      return true;
    case 'ledger_removed':
    case 'ledger_replaced':
      return loss.file === ledgerFile;
    case 'moved':
    case 'taken':
      return false;
  }
}

function rescue(db: DatabaseSync, dir: string, loss: FolderLoss, owner: Ownership): string | null {
  try {
    owner.release();
    const path = freePath(dir, loss);
    if (path === null) return null;
    if (loss.how === 'removed') makePrivateFolder(join(path, '..'));
    // The working folder may be gone as well; then it was created together with this one.
    const written = resolve(path);
    db.prepare('VACUUM INTO ?').run(written);
    const file = openSync(written, 'r+');
    try {
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    return path;
  } catch {
    // No room, or no right to write there: the request ids are reported anyway.
    return null;
  }
}

const maxRescues = 100;

/** Beside the results where those are still there, else in a folder of its own beside the one that was removed. */
function freePath(dir: string, loss: FolderLoss): string | null {
  for (let nth = 1; nth <= maxRescues; nth += 1) {
    const suffix = nth === 1 ? '' : `-${nth}`;
    const [taken, path] =
      loss.how === 'removed'
        ? [`${dir}-rescued${suffix}`, join(`${dir}-rescued${suffix}`, ledgerFile)]
        : [join(dir, `manifest-rescued${suffix}.db`), join(dir, `manifest-rescued${suffix}.db`)];
    if (!existsSync(taken)) return path;
  }
  return null;
}

function inFlightIn(db: DatabaseSync): Aftermath['inFlight'] {
  try {
    const jobs = [...heldJobs(db, inFlightStates, () => true)];
    return jobs.map(({ job, state }) => ({ job: job.id, requestId: requestIdOf(state) ?? '' }));
  } catch {
    return [];
  }
}
