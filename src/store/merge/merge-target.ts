import { realpathSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { type FolderAccount, keptAccount } from '../ledger/folder-account.ts';
import { ledgerOn, openFolder, openLedger } from '../ledger/ledger.ts';
import type { Opened } from '../ledger/ledger-closing.ts';
import { folderKey } from '../ledger/ledger-schema.ts';
import { planRecordIn } from '../ledger/plan-records.ts';
import { recorder } from '../ledger/recording.ts';
import { keepMeta, metaIn, refuseMirror } from '../mirror/mirror-mark.ts';
import { planKey } from '../stage/plan-adoption.ts';
import { firstAdded } from '../stage/plan-standing.ts';
import type { PlanRecord } from '../stage/stage.ts';
import { copyInputs } from './copied-inputs.ts';
import type { MergeSource } from './merge-source.ts';
import { keepRuns, pastRuns } from './merged-runs.ts';
import { type MergeManner, mergeJobs } from './merging.ts';
import { keepUnfinished, refuseRest, removeUnfinished } from './unfinished-merge.ts';

/** The folder that gets everything, locked. */
interface MergeTarget {
  readonly dir: string;
  /** null: it has no plan yet. */
  readonly record: PlanRecord | null;
  readonly account: FolderAccount | null;
  readonly atServer: number;
  /** Durable before the first job: until `finish`, no run begins in the folder. */
  begin(record: PlanRecord, account: FolderAccount | null, sources: readonly string[]): void;
  /** `follows`: its plan is another one, and comes behind what the folder has. */
  merge(source: MergeSource, follows: boolean, manner: Omit<MergeManner, 'offset'>): Promise<void>;
  finish(sources: readonly MergeSource[]): void;
  close(): Promise<void>;
}

const countAtServer = `SELECT count(*) AS jobs FROM job
  WHERE state IN ('submitting', 'queued', 'running', 'succeeded', 'unknown')`;

/** Opens a folder that others are merged into, and makes it where there is none. Throws as `openLedger`. */
export function openMergeTarget(dir: string): MergeTarget {
  return openFolder(dir, (opened) => {
    const { db, owner } = opened;
    refuseMirror(db, dir);
    owner.admit();
    const { ledger } = ledgerOn(opened, recorder(db).record);
    return {
      dir,
      record: planRecordIn(db),
      account: keptAccount(db),
      atServer: Number(db.prepare(countAtServer).get()?.jobs),
      begin: (record, account, sources) =>
        owner.transact(() => {
          refuseRest(db, dir, sources);
          keepMeta(db, planKey, JSON.stringify(record));
          if (account !== null) keepMeta(db, 'account', JSON.stringify(account));
          keepUnfinished(db, sources);
        }),
      merge: (source, follows, manner) => mergeOne(opened, source, follows, manner),
      finish: (sources) =>
        owner.transact(() => {
          const mark = metaIn(db, folderKey) ?? realpathSync(dir);
          keepRuns(db, [...pastRuns(db, mark), ...sources.flatMap(({ runs }) => runs)]);
          removeUnfinished(db);
        }),
      async close() {
        await ledger.close();
      },
    };
  });
}

/** What a run had announced when it was killed is unclear from now on. */
export async function settleMerged(dir: string): Promise<void> {
  await openLedger(dir).close();
}

async function mergeOne(
  opened: Opened,
  source: MergeSource,
  follows: boolean,
  manner: Omit<MergeManner, 'offset'>,
): Promise<void> {
  const { db, dir } = opened;
  await copyInputs(source.root, dir);
  db.prepare('ATTACH ? AS source').run(source.url);
  try {
    await mergeJobs(opened, source, { ...manner, offset: follows ? lastSeq(db) : 0 });
  } finally {
    db.exec('DETACH source');
  }
}

function lastSeq(db: DatabaseSync): number {
  return Number(
    db.prepare(`SELECT max(seq) AS last FROM main.job WHERE seq < ${firstAdded}`).get()?.last ?? 0,
  );
}
