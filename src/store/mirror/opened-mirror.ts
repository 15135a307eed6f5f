import { UserError } from '../../core/complaints.ts';
import type { Advance, Mirror } from '../../core/sharing/mirror.ts';
import { blamingDisk } from '../folder/storage-faults.ts';
import { ledgerOn, openFolder, type RunLedger } from '../ledger/ledger.ts';
import type { Opened } from '../ledger/ledger-closing.ts';
import { recorder } from '../ledger/recording.ts';
import { requestOwners } from '../ledger/request-owners.ts';
import { planKey } from '../stage/plan-adoption.ts';
import { factsIn } from './mirror-facts.ts';
import {
  birthplace,
  handoverIn,
  isInPlace,
  keepMeta,
  keepMirrorMark,
  type MirrorMark,
  mirrorMarkIn,
  refuseMirror,
  removeMirrorMark,
  type SharedWith,
} from './mirror-mark.ts';
import { outboxOf } from './outbox.ts';
import { runnerName } from './runner-name.ts';
import { beginRebuild, finishRebuild, takingOver } from './taking-over.ts';

/** The folder of a runner of a shared run, which this process alone works on. */
export interface OpenMirror {
  readonly mirror: Mirror;
  /**
   * The folder as everything but the work on jobs takes it. What is pending in it may be paid for elsewhere: it hands
   * out nothing, and what happens to a job goes through the mirror.
   */
  readonly ledger: RunLedger;
  mark(): MirrorMark;
  /** The name of the runner that this folder was copied from; null: it lies where it was made. */
  readonly copiedFrom: string | null;
  /** Keeps another mark, and the plan of the run where it is given (JSON of a `PlanRecord`): durable on return. */
  amend(change: Partial<Pick<MirrorMark, 'address' | 'planVersion' | 'isAdopting'>>, plan?: string): void;
  /**
   * Forgets how far the mirror was pulled, so that the next pull reads all there is. `finishRebuild`, after it, removes
   * what the shared ledger does not have: jobs of a plan that it never adopted.
   */
  beginRebuild(): void;
  finishRebuild(): void;
  /** The shared ledger has ended the sharing: from now on the folder is the truth again, durably. */
  becomeEmbedded(): void;
}

/**
 * Opens the mirror of a shared run as `openLedger` opens the folder of an embedded one. `joining`: makes it a mirror of
 * that run where nothing was ever recorded in it. Throws UserError as `openLedger` does, and `usage` for a folder that is
 * not a mirror, or that of another run.
 */
export function openMirror(dir: string, joining: SharedWith | null = null): OpenMirror {
  return openFolder(dir, (opened) => {
    const { db, owner, watch } = opened;
    const here = birthplace(watch.ids.ledger);
    owner.admit();
    const held = mirrorMarkIn(db);
    if (held !== null) {
      if (joining !== null && joining.key !== held.key) refuseMirror(db, dir);
      if (isInPlace(held, here)) return mirrorOn(opened, held, null);
      // Two folders must not pass for one runner: each would take the other's place.
      const runner = runnerName();
      const mark = { ...held, ...here, runner };
      owner.transact(() => keepMirrorMark(db, mark));
      return mirrorOn(opened, mark, held.runner);
    }
    if (handoverIn(db) !== null) refuseMirror(db, dir);
    const isNew = db.prepare('SELECT 1 FROM job LIMIT 1').get() === undefined;
    if (joining === null || !isNew) throw noMirror(dir);
    const mark = { ...joining, ...here, isAdopting: false };
    owner.transact(() => keepMirrorMark(db, mark));
    return mirrorOn(opened, mark, null);
  });
}

function noMirror(dir: string): UserError {
  return new UserError(
    'usage',
    `${dir} holds a run of its own, which is not shared.`,
    'Run rcb share-run on it first, or choose another folder with --out.',
  );
}

function mirrorOn(opened: Opened, found: MirrorMark, copiedFrom: string | null): OpenMirror {
  const { db, path, owner } = opened;
  let mark = found;
  const { record } = recorder(db);
  const outbox = outboxOf(db);
  const owners = requestOwners(db);
  const find = db.prepare('SELECT 1 FROM job WHERE id = ?');
  const { ledger, records } = ledgerOn(opened, (entries) => {
    // A job may have left the plan, and be gone here. The shared ledger hears of it anyway: it may be paid for.
    record(entries.filter(({ job }) => find.get(job) !== undefined));
    outbox.put(entries);
  });

  /** Nothing is written into a folder that another process has taken over. */
  const inOne = (work: () => void): void =>
    blamingDisk(path, () => {
      records.flush();
      owner.transact((loss) => {
        if (loss === null) work();
      });
    });

  const takeOver = takingOver(db, outbox, () => mark.runner);

  const mirror: Mirror = {
    async keep({ job, epoch, state, at }) {
      outbox.expect(job);
      await records.keep({ job, state, at, epoch });
      if (state.status === 'queued') owners.recorded(state.requestId);
    },
    note: (job, state, at) => records.note({ job, state, at }),
    flush: records.flush,
    untold: (limit) => blamingDisk(path, () => outbox.untold(limit)),
    told: (through) => blamingDisk(path, () => outbox.told(through)),
    isAhead: outbox.isAhead,
    apply(changes, horizon) {
      let moved: readonly Advance[] = [];
      // What a power cut takes can be pulled again.
      db.exec('PRAGMA main.synchronous = NORMAL');
      try {
        takeOver.prepare();
        inOne(() => {
          moved = takeOver.apply(changes, horizon);
        });
      } finally {
        db.exec('PRAGMA main.synchronous = FULL');
      }
      return moved;
    },
    horizon: takeOver.horizon,
    facts: () => factsIn(db),
  };

  return {
    mirror,
    ledger: {
      ...ledger,
      take: owners.take,
      claim: async () => refused('is not handed out'),
      record: async (job) => refused(`${job} is not recorded`),
      reuse: () => refused('is not taken from other folders'),
    },
    mark: () => mark,
    copiedFrom,
    amend(change, plan) {
      const next = { ...mark, ...change };
      inOne(() => {
        keepMirrorMark(db, next);
        if (plan !== undefined) keepMeta(db, planKey, plan);
      });
      mark = next;
    },
    beginRebuild: () =>
      inOne(() => {
        beginRebuild(db);
        takeOver.restart();
      }),
    finishRebuild: () => inOne(() => finishRebuild(db)),
    becomeEmbedded: () => inOne(() => removeMirrorMark(db)),
  };
}

function refused(what: string): never {
  throw new Error(`A job of a shared run ${what} by a mirror alone.`);
}
