import { folderNamed, newestFolder } from '../app/folder/chosen-folder.ts';
import { UserError } from '../core/complaints.ts';

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
