import { join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { countOf } from '../../core/counts.ts';
import type { SharedRuns } from '../../core/sharing/shared-runs.ts';
import { quoted } from '../../core/shell-words.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';
import { type LeftLedger, leaveLostLedger } from '../../store/mirror/lost-ledger.ts';
import type { SharedWith } from '../../store/mirror/mirror-mark.ts';
import { outRoot } from '../folder/chosen-folder.ts';
import { realClock } from '../real-clock.ts';

interface LeftRun extends LeftLedger {
  readonly dir: string;
  /** What the user is to know, a sentence each. */
  readonly words: readonly string[];
}

/** Ends the sharing of a folder without its ledger, which is lost. Throws `UserError`. */
export async function leaveRun(words: readonly string[], out: string | null): Promise<LeftRun> {
  const dir = folderIn(words, out);
  const left = await leaveLostLedger(dir, realClock.now());
  return { ...left, dir, words: leftWords(dir, left) };
}

/** The folder is named, since nothing takes this back. */
function folderIn([first]: readonly string[], out: string | null): string {
  const named = out ?? first;
  if (named === undefined)
    throw new UserError(
      'usage',
      'No run folder given.',
      'Name the folder that is to be the run from now on.',
    );
  const inOut = join(outRoot, named);
  return !isRunFolder(named) && isRunFolder(inOut) ? inOut : named;
}

function leftWords(dir: string, { as, held }: LeftLedger): readonly string[] {
  const known = `The run "${as.run}" is not shared any more, and ${as.address} was not asked: ${dir} is the run from now on, with what this machine knew.`;
  if (held === 0) return [known];
  const [they, them] = held === 1 ? ['It is', 'it'] : ['They are', 'them'];
  return [
    known,
    `${countOf(held, 'job')} without a request here may have been submitted by other machines meanwhile. ${they} on hold as unclear, and never sent again automatically.`,
    `To settle ${them}: make the folder of each other machine its own run in the same way, and put them into a new one with rcb merge. What is unclear then: rcb reconcile ${quoted(dir)}.`,
    'Only one machine may submit from now on: two that do would pay twice.',
  ];
}

/** How a machine continues a run from its folder when the ledger is gone. */
export function wayOut(dir: string): string {
  return `If the ledger is lost for good, and all other machines have stopped: rcb pull ${quoted(dir)} --detach --ledger none`;
}

/** Of a run that a folder is a mirror of, and the ledger does not have. */
export function runGone({ address }: SharedRuns, dir: string, { run }: Pick<SharedWith, 'run'>): UserError {
  return new UserError(
    'usage',
    `${address} has no run "${run}" that ${dir} is a mirror of, so nobody can say whether others work on it.`,
    `Check that this is the right database, and that it was not restored from a backup. ${wayOut(dir)}.`,
  );
}
