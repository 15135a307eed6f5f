import { joinFolder } from './joined-folder.ts';
import { chosenRun } from './run-choice.ts';
import { sharedRunLine } from './runner-words.ts';
import type { SharedPlace } from './shared-place.ts';

/** A run that is about to be worked on here. */
interface JoinedRun {
  readonly dir: string;
  /** Where it is, and who else works on it. */
  readonly line: string;
}

/** Brings the folder of the run that words speak of up to date; makes it where there is none. Throws `UserError`. */
export async function joinedRun(place: SharedPlace, words: readonly string[]): Promise<JoinedRun> {
  const { dir } = await chosenRun(place, words);
  const { ledger, mark } = await joinFolder(place, dir);
  const { run, runner } = mark();
  await ledger.close();
  return { dir, line: await sharedRunLine(place, run, runner) };
}
