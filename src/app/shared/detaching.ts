import { UserError } from '../../core/complaints.ts';
import type { SharedRun } from '../../core/sharing/shared-runs.ts';
import { openToShare } from '../../store/mirror/folder-to-share.ts';
import type { SharedWith } from '../../store/mirror/mirror-mark.ts';
import { readSharing } from '../../store/mirror/mirror-reading.ts';
import { type OpenMirror, openMirror } from '../../store/mirror/opened-mirror.ts';
import { version } from '../version.ts';
import { pull } from './joined-folder.ts';
import { runGone } from './lost-run.ts';
import type { SharedPlace } from './shared-place.ts';

const toldAtOnce = 500;

/**
 * Ends the sharing of a run: the folder is the run from then on. The ledger records that first; if the process dies after
 * that, the same call finishes the work. Where the ledger does not have the run yet, there is nothing to end.
 * Throws `UserError`, and `LedgerAway`.
 */
export async function detachFolder(place: SharedPlace, dir: string): Promise<void> {
  const { mark, handover } = readSharing(dir);
  const as = mark ?? handover;
  if (as === null) throw notShared(dir);
  const run = await runOf(place, dir, as);
  if (mark === null && (await isSettled(dir, as, run))) return;
  if (run === null) throw runGone(place.runs, dir, as);
  const opened = openMirror(dir);
  try {
    if (!run.isDetached) await tellAll(place, opened, run);
    const { mirror } = opened;
    const { run: name, runner } = opened.mark();
    await place.runs.detach(name, runner, mirror.horizon(), (changes) => void mirror.apply(changes, null));
    opened.becomeEmbedded();
  } finally {
    await opened.ledger.close();
  }
}

/** null: this ledger has no such run. */
async function runOf({ runs }: SharedPlace, dir: string, as: SharedWith): Promise<SharedRun | null> {
  if (as.address !== runs.address) {
    throw new UserError(
      'usage',
      `${dir} is shared in ${as.address}, and not in ${runs.address}.`,
      'Give that address with --ledger.',
    );
  }
  const run = await runs.find(as.run);
  return run?.key === as.key ? run : null;
}

/** What became of a folder that was being handed over. true: it is embedded as before, since the ledger does not have it. */
async function isSettled(dir: string, as: SharedWith, run: SharedRun | null): Promise<boolean> {
  const folder = openToShare(dir);
  try {
    if (run === null) folder.takeBack();
    else folder.becomeMirror(as);
    return run === null;
  } finally {
    await folder.close();
  }
}

/** What the ledger does not know yet would otherwise be old news to it, and overwrite what others did since. */
async function tellAll(place: SharedPlace, opened: OpenMirror, run: SharedRun): Promise<void> {
  const { runs, host } = place;
  const { mirror, mark } = opened;
  const shared = await runs.join(
    run.name,
    { name: mark().runner, host, version: version() },
    mirror.horizon(),
  );
  for (let entries = mirror.untold(toldAtOnce); entries.length > 0; entries = mirror.untold(toldAtOnce)) {
    await shared.tell(entries);
    mirror.told(entries.at(-1)?.num ?? 0);
  }
  await shared.release(null);
  await pull({ ...opened, place, run, shared });
}

function notShared(dir: string): UserError {
  return new UserError('usage', `${dir} is not shared: it is a run of its own.`, 'Work on it as before.');
}
