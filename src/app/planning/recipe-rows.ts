import { statSync } from 'node:fs';
import type { Problem } from '../../core/complaints.ts';
import type { JobId } from '../../core/job/job.ts';
import { inverted, keyedInput } from '../../core/job/named-inputs.ts';
import type { Recipe } from '../../core/job/recipe.ts';
import type { Row } from '../../core/row.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { pathIn, runFolderAbove } from '../folder/shown-job.ts';
import { sentRow } from './sent-rows.ts';

/**
 * `--from FILE…`: what each file was made of as a row; what is wrong with a file goes to `problems`. A file in a run
 * folder that holds no recipe, such as a video, is the job that the folder's ledger knows it by.
 */
export async function recipeRows(paths: readonly string[], problems: Problem[]): Promise<readonly Row[]> {
  const { readRecipe } = await import('../../media/recipe/read-recipe.ts');
  const rows: Row[] = [];
  for (const path of paths) {
    const refuse = (kind: string, message: string): void => {
      problems.push({ severity: 'error', place: { file: path, line: 0, column: null }, kind, message });
    };
    const missing = whyNoFile(path);
    if (missing !== null) {
      refuse('file_missing', missing);
      continue;
    }
    const recipe = (await readRecipe(path)) ?? recipeInLedger(path);
    if (recipe === null) refuse('no_recipe', 'contains no recipe; give a file made by a run');
    else rows.push(recipeRow(path, recipe));
  }
  return rows;
}

function whyNoFile(path: string): string | null {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return 'does not exist; give the path of a file made by a run';
  return found.isFile() ? null : 'is not a file; give the path of a file made by a run';
}

function recipeRow(path: string, { job, model, input, names, rep }: Recipe): Row {
  const isOurs = job !== null && /^[0-9a-f]{16}$/.test(job);
  const sent = {
    job: isOurs ? (job as JobId) : null,
    rep,
    folder: runFolderAbove(path),
    tags: {},
    axes: {},
    rows: [path],
    ...(names === undefined ? {} : { names: inverted(names) }),
  };
  const known = model === null ? Object.entries(input).filter(([name]) => commonInputs.has(name)) : null;
  const made = { name: null, model, input: known === null ? input : Object.fromEntries(known) };
  return sentRow({ file: path, line: 0, column: null }, made, sent);
}

/** What other programs mean by these is what models mean by them. */
const commonInputs: ReadonlySet<string> = new Set(['prompt', 'negative_prompt', 'seed']);

function recipeInLedger(path: string): Recipe | null {
  const dir = runFolderAbove(path);
  const line = dir === null ? null : withReader(dir, (reader) => reader.findByFile(pathIn(dir, path)));
  if (line === null) return null;
  const { job, model, names, rep, request_id } = line;
  const { input } = keyedInput(line);
  return { job, model, input, ...(names === undefined ? {} : { names }), rep, request_id };
}
