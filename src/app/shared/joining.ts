import type { SharedRun } from '../../core/sharing/shared-runs.ts';
import { joinFolder } from './joined-folder.ts';
import { chosenRun, runName } from './run-choice.ts';
import { sharedRunLine } from './runner-words.ts';
import type { SharedPlace } from './shared-place.ts';

/** A run that is about to be worked on here. */
interface JoinedRun extends Pick<SharedRun, 'limits' | 'files'> {
  readonly dir: string;
  /** Where it is, and who else works on it. */
  readonly line: string;
}

/**
 * Brings the folder of the run that words speak of up to date; makes it where there is none. `out`: the folder that it is
 * to be; null: the usual one. Throws `UserError`.
 */
export async function joinedRun(
  place: SharedPlace,
  words: readonly string[],
  out: string | null = null,
): Promise<JoinedRun> {
  const chosen = await chosenRun(place, words, true);
  const dir = out ?? chosen.dir;
  const { ledger, mark, run } = await joinFolder(place, dir, out === null ? undefined : runName(chosen.dir));
  const { runner } = mark();
  await ledger.close();
  const { limits, files } = run;
  return { dir, limits, files, line: await sharedRunLine(place, run.name, runner) };
}
