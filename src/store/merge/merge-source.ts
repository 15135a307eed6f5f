import { copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pathToFileURL } from 'node:url';
import { UserError } from '../../core/complaints.ts';
import { ledgerFile } from '../../core/job/manifest.ts';
import { holdStill } from '../folder/lock.ts';
import { isRunFolder } from '../folder/run-folder.ts';
import { storageFault } from '../folder/storage-faults.ts';
import { openForWriting } from '../ledger/ledger-access.ts';
import { folderKey, schemaVersion } from '../ledger/ledger-schema.ts';
import { planRecordIn } from '../ledger/plan-records.ts';
import { metaIn, refuseMirror } from '../mirror/mirror-mark.ts';
import { readSource, type SourceOrigin } from '../reuse/source-ledger.ts';
import type { PlanRecord } from '../stage/stage.ts';
import { type PastRun, pastRuns } from './merged-runs.ts';
import { refuseUnfinished } from './unfinished-merge.ts';

/** A run folder that is put into another one. Nothing in it is changed, and no run can begin in it until `release`. */
export interface MergeSource extends SourceOrigin {
  readonly dir: string;
  /** Its real path. */
  readonly root: string;
  /** Of its ledger, for ATTACH. */
  readonly url: string;
  readonly record: PlanRecord | null;
  readonly runs: readonly PastRun[];
  /** Jobs that only its account knows: in flight, or unclear. */
  readonly atServer: number;
  release(): void;
}

/** Throws `UserError`: `usage` for what is not a run folder of its own, `locked` while somebody works on it. */
export function openMergeSource(dir: string): MergeSource {
  if (!isRunFolder(dir)) {
    throw new UserError(
      'usage',
      `${dir} is not a run folder: it has no ${ledgerFile}.`,
      'Name folders of runs, and behind -o the one that is to have everything.',
    );
  }
  const path = join(dir, ledgerFile);
  const root = realpathSync(dir);
  const release: (() => void)[] = [];
  const releaseAll = (): void => {
    for (const each of release.splice(0)) each();
  };
  try {
    release.push(holdStill(dir));
    const { address, origin } = readSource(dir, (found, from) => ({ address: found, origin: from }));
    let { url } = address;
    if (address.version < schemaVersion) {
      const copy = upToDate(path);
      release.push(copy.remove);
      ({ url } = copy);
    }
    const db = new DatabaseSync(new URL(url), { readOnly: true, timeout: 10_000 });
    try {
      refuseMirror(db, dir);
      refuseUnfinished(db, dir);
      const mark = metaIn(db, folderKey) ?? root;
      const atServer = Number(db.prepare(countAtServer).get()?.jobs);
      const facts = { record: planRecordIn(db), runs: pastRuns(db, mark), atServer };
      return { ...origin, ...facts, dir, root, url, release: releaseAll };
    } finally {
      db.close();
    }
  } catch (error) {
    releaseAll();
    throw storageFault(error, path);
  }
}

const countAtServer = `SELECT count(*) AS jobs FROM job
  WHERE state IN ('submitting', 'queued', 'running', 'succeeded', 'unknown')`;

/** A copy of the ledger of an older program, with the tables of this one. */
function upToDate(path: string): { readonly url: string; remove(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'rcb-merge-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    const copy = join(folder, ledgerFile);
    copyFileSync(path, copy);
    if (existsSync(`${path}-wal`)) copyFileSync(`${path}-wal`, `${copy}-wal`);
    openForWriting(copy, true).close();
    return { url: `${pathToFileURL(copy).href}?mode=ro`, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
