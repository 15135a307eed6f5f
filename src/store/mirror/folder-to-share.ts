import { UserError } from '../../core/complaints.ts';
import type { SharedChange } from '../../core/sharing/shared-rows.ts';
import { blamingDisk } from '../folder/storage-faults.ts';
import { accountKey, filesKey } from '../ledger/folder-account.ts';
import { holdUnanswered, ledgerOn, openFolder } from '../ledger/ledger.ts';
import { folderKey } from '../ledger/ledger-schema.ts';
import { recorder } from '../ledger/recording.ts';
import { planKey } from '../stage/plan-adoption.ts';
import {
  birthplace,
  handoverIn,
  keepHandover,
  keepMirrorMark,
  metaIn,
  mirrorMarkIn,
  refuseMirror,
  type SharedWith,
} from './mirror-mark.ts';
import { sharedChanges } from './shared-changes.ts';

/**
 * An embedded folder on its way to a shared ledger. At no moment is it a truth beside the ledger's: it says first, for
 * good, what it is about to be; then the ledger gets it; then it is a mirror. Cut off in between, it can be worked on
 * only once it is known whether the ledger has it.
 */
interface FolderToShare {
  readonly dir: string;
  /** See `SharedRun`: its key, its plan, and its account. */
  readonly key: string;
  readonly plan: string;
  readonly account: string | null;
  /** Where its files are put as well. */
  readonly files: string | null;
  /** What it was about to be shared as when that was cut off; null: nothing. */
  readonly handover: SharedWith | null;
  changes(runner: string): Iterable<SharedChange>;
  /** From now on it is refused as an embedded folder: durable on return. */
  beginHandover(as: SharedWith): void;
  /** The shared ledger does not have it, and is not about to get it: it is an embedded folder as before. */
  takeBack(): void;
  /** The shared ledger has it. */
  becomeMirror(as: SharedWith): void;
  close(): Promise<void>;
}

/** Throws `UserError` as `openLedger` does, and `usage` for a folder that holds no plan. */
export function openToShare(dir: string): FolderToShare {
  return openFolder(dir, (opened) => {
    const { db, path, owner, watch } = opened;
    if (mirrorMarkIn(db) !== null) refuseMirror(db, dir);
    const handover = handoverIn(db);
    const plan = metaIn(db, planKey);
    if (plan === null) {
      throw new UserError(
        'usage',
        `${dir} holds no plan to share.`,
        'Name the folder of a run, or begin a shared one with rcb run and --ledger.',
      );
    }
    const { record } = recorder(db);
    // Once it may be shared, what is under way may be somebody else's.
    if (handover === null) holdUnanswered(db, record, owner);
    const { ledger } = ledgerOn(opened, record);
    const inOne = (work: () => void): void => blamingDisk(path, () => owner.transact(work));
    return {
      dir,
      key: metaIn(db, folderKey) ?? '',
      plan,
      account: metaIn(db, accountKey),
      files: metaIn(db, filesKey),
      handover,
      changes: (runner) => sharedChanges(db, runner),
      beginHandover: (as) => inOne(() => keepHandover(db, as)),
      takeBack: () => inOne(() => keepHandover(db, null)),
      becomeMirror: (as) =>
        inOne(() => keepMirrorMark(db, { ...as, ...birthplace(watch.ids.ledger), isAdopting: false })),
      close: () => ledger.close(),
    };
  });
}
