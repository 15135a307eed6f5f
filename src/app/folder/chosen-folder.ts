import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { ledgerFile } from '../../core/job/manifest.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';

/** Where run folders are made unless the user says otherwise. */
export const outRoot = 'out';

/** `[DIR] [JOB…]`: the first word is a folder if it is one; null: none is named. */
export function folderNamed(words: readonly string[]): {
  readonly dir: string | null;
  readonly jobs: readonly string[];
} {
  const [first, ...rest] = words;
  const isFolder = first !== undefined && (isRunFolder(first) || /[/\\.]/.test(first));
  return isFolder ? { dir: first, jobs: rest } : { dir: null, jobs: words };
}

/** The first of these words that is a run folder; null: none is. */
export function runFolderAmong(words: readonly string[]): string | null {
  return words.find(isRunFolder) ?? null;
}

/** Whether a word names a run folder. */
export function isListed(word: string): boolean {
  return word !== '' && isRunFolder(word);
}

/** The newest run folder under `out/`; null: there is none. */
export function newestFolderIfAny(): string | null {
  const folders = existsSync(outRoot) ? readdirSync(outRoot).map((name) => join(outRoot, name)) : [];
  const [newest] = folders.filter(isRunFolder).toSorted((a, b) => writtenAt(b) - writtenAt(a));
  return newest ?? null;
}

/** The same. Throws `UserError` (`usage`) where there is none. */
export function newestFolder(): string {
  const newest = newestFolderIfAny();
  if (newest === null) {
    throw new UserError(
      'usage',
      `There is no run folder under ${outRoot}/.`,
      'Give a run folder, or start with rcb run INPUT.',
    );
  }
  return newest;
}

// In WAL mode the newest changes are in the file beside it.
function writtenAt(folder: string): number {
  const times = [ledgerFile, `${ledgerFile}-wal`].map(
    (name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0,
  );
  return Math.max(...times);
}
