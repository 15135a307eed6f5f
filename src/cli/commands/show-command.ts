import { existsSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import type { ManifestLine } from '../../core/job/manifest.ts';
import type { Recipe } from '../../core/job/recipe.ts';
import { readRecipe } from '../../media/recipe/read-recipe.ts';
import { recipeCard } from '../../report/folder/recipe-card.ts';
import { jsonLine } from '../../report/json-line.ts';
import { jobCard } from '../../report/terminal/tables.ts';
import { terminalOf } from '../../report/terminal/terminal.ts';
import { openReader } from '../../store/ledger/reader.ts';
import type { Call } from '../argv/call.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import type { Surroundings } from '../surroundings.ts';

const jobDigits = 8;

/** `rcb show DIR JOB`, or `rcb show FILE` for what made a file: its job, or the recipe that it holds. */
export async function showCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const [first, second, extra] = words;
  if (first === undefined || extra !== undefined) {
    throw new UserError(
      'usage',
      'rcb show needs a run folder and a job, or a file.',
      'Try rcb show DIR JOB.',
    );
  }
  const { stdout, env } = surroundings;
  const terminal = terminalOf(stdout, env);
  const line = second === undefined ? madeBy(first) : byPrefix(first, second);
  if (line !== null) {
    stdout.write(truth(flags, 'json') ? jsonLine(line) : `${jobCard(line, terminal)}\n`);
    return exitCodes.done;
  }
  const recipe = await recipeOfFile(first);
  stdout.write(truth(flags, 'json') ? jsonLine(recipe) : `${recipeCard(recipe, terminal)}\n`);
  return exitCodes.done;
}

function byPrefix(dir: string, prefix: string): ManifestLine {
  const reader = openReader(dir);
  try {
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
      const what = byRow.length > 0 ? `are of a row with the id "${prefix}"` : `start with "${prefix}"`;
      const hint = byRow.length > 0 ? 'Give the id of one of them.' : 'Give more of the id.';
      throw new UserError('usage', `Several jobs ${what}: ${ids}.`, hint);
    }
    return line;
  } finally {
    reader.close();
  }
}

/** null: the file is in no run folder, or not one that its manifest knows. */
function madeBy(file: string): ManifestLine | null {
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
  const path = resolve(file);
  for (let dir = dirname(path); ; dir = dirname(dir)) {
    if (existsSync(join(dir, 'manifest.db'))) {
      const reader = openReader(dir);
      try {
        return reader.findByFile(relative(dir, path).split(sep).join('/'));
      } finally {
        reader.close();
      }
    }
    if (dirname(dir) === dir) return null;
  }
}

async function recipeOfFile(file: string): Promise<Recipe> {
  const recipe = await readRecipe(file).catch((error: NodeJS.ErrnoException) => {
    // Only the disk's own errors have a code; any other is a bug.
    if (error.code === undefined) throw error;
    throw new UserError('usage', `${file} cannot be read (${error.code}).`, 'Make it readable.', error);
  });
  if (recipe !== null) return recipe;
  throw new UserError(
    'usage',
    `${file} holds no recipe, and no manifest above it knows it.`,
    'Give a PNG, JPEG or WebP that a run made, or a run folder and a job.',
  );
}
