import { UserError } from '../../core/complaints.ts';
import { LedgerAway } from '../../core/sharing/shared-ledger.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';
import { mirrorOf } from '../../store/mirror/mirror-of.ts';
import { joinFolder } from './joined-folder.ts';
import { type ChosenRun, chosenRun } from './run-choice.ts';
import type { SharedPlace } from './shared-place.ts';

/** Whether a folder is a run of its own, which has nothing to do with a shared ledger. */
function isOwnRun(dir: string): boolean {
  return isRunFolder(dir) && mirrorOf(dir) === null;
}

/**
 * Finds the run folder that the words name and brings it up to date. Leaves alone a folder that is not shared, and one
 * that a process works on, which keeps it up to date itself. Calls `away` if the ledger cannot be reached; the folder
 * then shows the run as of its last update.
 */
export async function pulledFolder(
  place: SharedPlace,
  words: readonly string[],
  isRun: boolean,
  away: (error: LedgerAway) => void,
): Promise<ChosenRun> {
  const chosen = await chosenRun(place, words, isRun);
  if (isOwnRun(chosen.dir)) return chosen;
  try {
    const { ledger } = await joinFolder(place, chosen.dir);
    await ledger.close();
  } catch (error) {
    const isBusy = error instanceof UserError && error.about === 'locked';
    if (error instanceof LedgerAway && isRunFolder(chosen.dir)) away(error);
    else if (!isBusy) throw error;
  }
  return chosen;
}
