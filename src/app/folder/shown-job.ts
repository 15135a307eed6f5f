import { existsSync, statSync } from 'node:fs';
import { dirname, relative, resolve, sep } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import type { Recipe } from '../../core/job/recipe.ts';
import { isRunFolder } from '../../store/folder/run-folder.ts';
import { withReader } from '../../store/ledger/with-reader.ts';

const jobDigits = 8;

/** The job whose id, or whose row's id, starts so. Throws `UserError` (`usage`) for none, and for several. */
export function jobByPrefix(dir: string, prefix: string): ManifestLine {
  return withReader(dir, (reader) => {
    // A row's own id may look like the start of a job's: a short word means the row.
    const byJob = reader.find(prefix.toLowerCase());
    const byRow = byJob.length > 0 && prefix.length >= jobDigits ? [] : reader.findById(prefix);
    const [line, ...others] = byRow.length > 0 ? byRow : byJob;
    if (line === undefined) {
      throw new UserError(
        'usage',
        `No job in ${dir} has an id that starts with "${prefix}", and no row has the id "${prefix}".`,
        'List them with rcb ls.',
      );
    }
    if (others.length > 0) {
      const ids = [line, ...others].map(({ job }) => job).join(', ');
      const what = byRow.length > 0 ? `have a row with the id "${prefix}"` : `start with "${prefix}"`;
      const hint = byRow.length > 0 ? 'Give the id of one of them.' : 'Give more characters of the id.';
      throw new UserError('usage', `Several jobs ${what}: ${ids}.`, hint);
    }
    return line;
  });
}

/** The job that made a file. null: the file is in no run folder, or not one that its manifest knows. */
export function jobOfFile(file: string): ManifestLine | null {
  if (!existsSync(file)) {
    throw new UserError(
      'usage',
      `There is no file ${file}.`,
      'Give a run folder and a job, or an image file.',
    );
  }
  if (statSync(file).isDirectory()) {
    throw new UserError('usage', `${file} is a folder.`, `Add a job: rcb show ${file} JOB.`);
  }
  const dir = runFolderAbove(file);
  return dir === null ? null : withReader(dir, (reader) => reader.findByFile(pathIn(dir, file)));
}

/** The run folder that a file lies in, however deep; null: it is in none. */
export function runFolderAbove(file: string): string | null {
  for (let dir = dirname(resolve(file)); ; dir = dirname(dir)) {
    if (isRunFolder(dir)) return dir;
    if (dirname(dir) === dir) return null;
  }
}

/** A file's path as the manifest of its run folder has it. */
export function pathIn(dir: string, file: string): string {
  return relative(dir, resolve(file)).split(sep).join('/');
}

/** What a file says that it was made of. Throws `UserError` (`usage`) where it says nothing. */
export async function recipeOfFile(file: string): Promise<Recipe> {
  const { readRecipe } = await import('../../media/recipe/read-recipe.ts');
  const recipe = await readRecipe(file).catch((error: NodeJS.ErrnoException) => {
    // Only the disk's own errors have a code; any other is a bug.
    if (error.code === undefined) throw error;
    throw new UserError('usage', `Cannot read ${file} (${error.code}).`, 'Check its permissions.', error);
  });
  if (recipe !== null) return recipe;
  throw new UserError(
    'usage',
    `${file} contains no recipe and does not belong to a run folder.`,
    'Give a PNG, JPEG or WebP made by a run, or a run folder and a job.',
  );
}
