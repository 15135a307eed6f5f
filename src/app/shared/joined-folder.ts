import { UserError } from '../../core/complaints.ts';
import type { SharedLedger } from '../../core/sharing/shared-ledger.ts';
import type { SharedRun } from '../../core/sharing/shared-runs.ts';
import { mirrorOf } from '../../store/mirror/mirror-of.ts';
import { type OpenMirror, openMirror } from '../../store/mirror/opened-mirror.ts';
import { runnerName } from '../../store/mirror/runner-name.ts';
import { version } from '../version.ts';
import { runGone } from './lost-run.ts';
import { noRun, runName } from './run-choice.ts';
import type { SharedPlace } from './shared-place.ts';

/** A folder of this machine that takes part in a shared run, held by this process. */
export interface JoinedFolder extends OpenMirror {
  readonly place: SharedPlace;
  /** As it was when the folder joined, or adopted a plan since. */
  readonly run: SharedRun;
  readonly shared: SharedLedger;
}

/** Opens the folder of a run, joins it as a runner and pulls what has changed. Throws `UserError`, and `LedgerAway`. */
export async function joinFolder(place: SharedPlace, dir: string, name?: string): Promise<JoinedFolder> {
  const mark = mirrorOf(dir);
  const run = await place.runs.find(name ?? mark?.run ?? runName(dir));
  if (run === null && mark !== null) throw runGone(place.runs, dir, mark);
  if (run === null) throw noRun(place, name ?? runName(dir));
  return joinRun(place, dir, run);
}

/** The same for a run that has been looked up. `isFirst`: this machine has just begun it. */
export async function joinRun(
  place: SharedPlace,
  dir: string,
  run: SharedRun,
  isFirst = false,
): Promise<JoinedFolder> {
  if (run.isDetached) throw detached(place, run);
  const { runs, host } = place;
  const mark = mirrorOf(dir);
  if (mark !== null && mark.key !== run.key) throw runGone(runs, dir, mark);
  const joining = { address: runs.address, run: run.name, key: run.key, planVersion: 0 };
  const opened = openMirror(dir, { ...joining, runner: runnerName(isFirst) });
  try {
    if (opened.copiedFrom !== null)
      place.warn(
        `${dir} is a copy of the folder of "${opened.copiedFrom}": it is a runner of its own from now on.`,
      );
    const { runner } = opened.mark();
    const since = opened.mirror.horizon();
    const shared = await runs.join(run.name, { name: runner, host, version: version() }, since);
    const joined = { ...opened, place, run, shared };
    await pull(joined);
    if (run.files !== null) opened.ledger.keepFilesPlace(run.files);
    return joined;
  } catch (error) {
    await opened.ledger.close();
    throw error;
  }
}

/** What a run has in place of a plan until its first one is adopted; no folder takes it for one. */
export const noPlan = JSON.stringify({ fingerprint: '', settings: {}, plannedAt: 0 });

/** Takes over all that has changed in the run, its plan included. */
export async function pull({ mirror, run, shared, mark, amend, beginRebuild, finishRebuild }: JoinedFolder) {
  const isRebuilt = mark().isAdopting;
  if (isRebuilt) beginRebuild();
  const horizon = await shared.changes(mirror.horizon(), (changes) => void mirror.apply(changes, null));
  mirror.apply([], horizon);
  if (isRebuilt) finishRebuild();
  const { planVersion, isAdopting } = mark();
  if (isAdopting || planVersion !== run.planVersion)
    amend({ planVersion: run.planVersion, isAdopting: false }, run.plan === noPlan ? undefined : run.plan);
}

function detached({ runs }: SharedPlace, { name }: SharedRun): UserError {
  return new UserError(
    'usage',
    `The run "${name}" in ${runs.address} is not shared any more: it was taken back into a folder.`,
    'Share that folder again with rcb share-run, or add --ledger none.',
  );
}
