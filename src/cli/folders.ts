import { existsSync } from 'node:fs';
import { folderNamed, isListed, newestFolder, outRoot } from '../app/folder/chosen-folder.ts';
import { UserError } from '../core/complaints.ts';
import { commandLine } from '../core/shell-words.ts';

/** The folder that a command speaks of: the one named, else the newest under `out/`. */
export function folderOf(words: readonly string[]): string {
  const [named, extra] = words;
  if (extra !== undefined) {
    throw new UserError(
      'usage',
      `Unexpected argument "${extra}".`,
      'Give at most one run folder; without one, the newest is used.',
    );
  }
  return named ?? newestFolder();
}

/** `[DIR] [JOB…]`: the first word is a folder if it is one, else the newest folder is meant. */
export function folderAndJobs(words: readonly string[]): {
  readonly dir: string;
  readonly jobs: readonly string[];
} {
  const { dir, jobs } = folderNamed(words);
  return { dir: dir ?? newestFolder(), jobs };
}

/** A folder, and what to look for in it. */
interface Search {
  readonly dir: string;
  readonly search: readonly string[];
  /** What may have been meant instead, where nothing is found; or null. */
  readonly note: string | null;
}

/**
 * `[DIR] [WORD…]`: the first word is the folder if it is a run folder; words behind `--` never are. Throws `UserError`
 * (`usage`) for a word that looks like a folder and is none.
 */
export function folderAndSearch(words: readonly string[], argv: readonly string[]): Search {
  const end = argv.indexOf('--');
  const plain = end === -1 ? words.length : words.length - (argv.length - end - 1);
  const [first, ...rest] = words;
  if (first === undefined || plain < 1) return { dir: newestFolder(), search: words, note: null };
  if (isListed(first)) return { dir: first, search: rest, note: null };
  if (/^\.{1,2}$|[/\\]/.test(first)) {
    // What is there says best why it is no run folder.
    if (existsSync(first)) return { dir: first, search: rest, note: null };
    const again = commandLine(['ls', '--', ...words]);
    throw new UserError('usage', `There is no folder ${first}.`, `To search for this text: ${again}`);
  }
  const inOut = `${outRoot}/${first}`;
  const note = isListed(inOut) ? `To list ${inOut}: ${commandLine(['ls', inOut, ...rest])}` : null;
  return { dir: newestFolder(), search: words, note };
}
