import { statSync } from 'node:fs';
import { join } from 'node:path';
import { ledgerFile } from '../../core/job/manifest.ts';
import { showDuration } from '../../core/pacing/pace.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';
import { newestFolderIfAny, outRoot } from '../folder/chosen-folder.ts';
import { realClock } from '../real-clock.ts';

/** The folder of a run whose ledger cannot be reached. */
interface UnreachedFolder {
  /** The words that the folder was named by, with the folder in the place of a run. */
  readonly words: readonly string[];
  /** How old it is, as a sentence. */
  readonly age: string;
}

/** What this machine has of the run that words speak of; null: nothing. */
export function unreachedFolder(words: readonly string[]): UnreachedFolder | null {
  const [first, ...rest] = words;
  const inOut = first === undefined ? null : join(outRoot, first);
  if (first !== undefined && isRunFolder(first)) return { words, age: ageOf(first) };
  if (inOut !== null && isRunFolder(inOut)) return { words: [inOut, ...rest], age: ageOf(inOut) };
  const newest = newestFolderIfAny();
  return newest === null ? null : { words, age: ageOf(newest) };
}

function ageOf(dir: string): string {
  const { mtimeMs } = statSync(join(dir, ledgerFile));
  return `This is ${dir} as it was ${showDuration(Math.max(0, realClock.now() - mtimeMs))} ago, without what other machines have done since.`;
}
