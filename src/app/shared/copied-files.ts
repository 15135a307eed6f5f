import { existsSync, lstatSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { syncFolder } from '../../store/files/durable-folders.ts';
import type { AbsentJob } from '../../store/mirror/absent-jobs.ts';
import { takeFile } from '../../store/reuse/taken-files.ts';

// A folder of folders, such as a mount that all runners copy theirs to.
const maxFolders = 1_000;

/** The folders with files of runners that `--from` names or that these hold, each once. Throws `UserError` (`usage`). */
export function foldersWithFiles(roots: readonly string[], own: string): readonly string[] {
  const here = realpathSync(own);
  const found = roots.flatMap((root) => {
    const real = existsSync(root) ? realpathSync(root) : null;
    if (real === null || !lstatSync(real).isDirectory()) {
      throw new UserError(
        'usage',
        `--from "${root}" is not a folder.`,
        'Give the run folder of another machine, copied or mounted here, or a folder of such folders.',
      );
    }
    const below = readdirSync(real, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const all = [real, ...below.slice(0, maxFolders).map(({ name }) => join(real, name))];
    return all.filter((folder) => existsSync(join(folder, 'files')));
  });
  return [...new Set(found)].filter((folder) => folder !== here);
}

/**
 * Copies what is absent of a job from the first folder that has it, whole by its SHA-256, as a second name of the same
 * file where that is safe. Gives the indexes of those that none has. `changed`: gets the folders that are still to be synced.
 */
export async function copyFiles(
  dir: string,
  { job, files, absent }: AbsentJob,
  folders: readonly string[],
  changed: Set<string>,
): Promise<readonly number[]> {
  const left: number[] = [];
  next: for (const index of absent) {
    const file = files[index];
    if (file === undefined) continue;
    for (const root of folders) {
      const { pathTemplate } = job;
      const taken = await takeFile({ root, dir, file, pathTemplate, index, count: files.length });
      if (typeof taken === 'string' || taken.path !== file.path) continue;
      changed.add(dirname(join(dir, file.path)));
      continue next;
    }
    left.push(index);
  }
  return left;
}

export async function syncAll(changed: Set<string>): Promise<void> {
  for (const folder of changed) await syncFolder(folder);
  changed.clear();
}
