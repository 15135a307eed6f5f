import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/complaints.ts';

/** Where run folders are made unless the user says otherwise. */
export const outRoot = 'out';

/** `[DIR] [JOB…]`: the first word is a folder if it is one; null: none is named. */
export function folderNamed(words: readonly string[]): {
  readonly dir: string | null;
  readonly jobs: readonly string[];
} {
  const [first, ...rest] = words;
  const isFolder = first !== undefined && (existsSync(join(first, 'manifest.db')) || /[/\\.]/.test(first));
  return isFolder ? { dir: first, jobs: rest } : { dir: null, jobs: words };
}

/** The newest run folder under `out/`. Throws `UserError` (`usage`) where there is none. */
export function newestFolder(): string {
  const folders = existsSync(outRoot) ? readdirSync(outRoot).map((name) => join(outRoot, name)) : [];
  const runs = folders
    .filter((folder) => existsSync(join(folder, 'manifest.db')))
    .sort((a, b) => writtenAt(b) - writtenAt(a));
  const [newest] = runs;
  if (newest === undefined) {
    throw new UserError(
      'usage',
      `There is no run folder under ${outRoot}/.`,
      'Name one, or start with rcb run INPUT.',
    );
  }
  return newest;
}

// In WAL mode the newest changes are in the file beside it.
function writtenAt(folder: string): number {
  const times = ['manifest.db', 'manifest.db-wal'].map((name) => {
    const file = join(folder, name);
    return existsSync(file) ? statSync(file).mtimeMs : 0;
  });
  return Math.max(...times);
}
