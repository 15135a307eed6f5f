import { exportJobs } from '../../app/folder/job-lines.ts';
import { UserError } from '../../core/complaints.ts';
import { countOf } from '../../core/counts.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { conditionsOf, endingFilterOf } from '../argv/job-filters.ts';
import { oneOfWords, text } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import type { System } from '../system.ts';

/** `rcb export [DIR] -o FILE`: the manifest, or with `--as input` the rows of its jobs, to be run again. */
export async function exportCommand({ flags, words }: Call, { stderr }: System): Promise<number> {
  const accepts = endingFilterOf(flags);
  const as = oneOfWords(flags, 'as', ['manifest', 'input'], 'manifest');
  const dir = folderOf(words);
  const file = text(flags, 'out');
  if (file === null) {
    throw new UserError('usage', 'No output file given.', 'Add -o FILE.csv or -o FILE.jsonl.');
  }
  const jobs = await exportJobs(dir, file, { as, accepts, where: conditionsOf(flags) });
  stderr.write(`Wrote ${countOf(jobs, 'job')} to ${plainText(file)}.\n`);
  if (as === 'input' && jobs > 0) {
    const again = `rcb run ${quoted(file)} -o ${quoted(dir)}`;
    stderr.write(`Correct its rows, then: ${plainText(again)}\n`);
  }
  return exitCodes.done;
}
