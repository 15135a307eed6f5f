import { jobByPrefix, jobOfFile, recipeOfFile } from '../../app/folder/shown-job.ts';
import { UserError } from '../../core/complaints.ts';
import { jobText, recipeText } from '../../report/folder/job-text.ts';
import { jsonLine } from '../../report/json-line.ts';
import { terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { truth } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import type { System } from '../system.ts';

/** `rcb show DIR JOB`, or `rcb show FILE` for what made a file: its job, or the recipe that it holds. */
export async function showCommand({ flags, words }: Call, { stdout, env }: System): Promise<number> {
  const [first, second, extra] = words;
  if (first === undefined || extra !== undefined) {
    throw new UserError(
      'usage',
      'rcb show needs a run folder and a job, or a file.',
      'Try rcb show DIR JOB.',
    );
  }
  const terminal = terminalOf(stdout, env);
  const line = second === undefined ? jobOfFile(first) : jobByPrefix(first, second);
  const isJson = truth(flags, 'json');
  if (line !== null) {
    stdout.write(isJson ? jsonLine(line) : `${jobText(line, terminal)}\n`);
    return exitCodes.done;
  }
  const recipe = await recipeOfFile(first);
  stdout.write(isJson ? jsonLine(recipe) : `${recipeText(recipe, terminal)}\n`);
  return exitCodes.done;
}
