import { UserError } from '../../core/complaints.ts';
import { quoted } from '../../core/shell-words.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import { exportManifest } from '../../store/exports/exports.ts';
import { openReader } from '../../store/ledger/reader.ts';
import type { Call } from '../argv/call.ts';
import { endingAsked } from '../argv/lines-asked.ts';
import { oneOfWords, text } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import type { Surroundings } from '../surroundings.ts';

/** `rcb export [DIR] -o FILE`: the manifest, or with `--as input` the rows of its jobs, to be run again. */
export async function exportCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const accepts = endingAsked(flags);
  const as = oneOfWords(flags, 'as', ['manifest', 'input'], 'manifest');
  const reader = openReader(folderOf(words));
  try {
    const file = text(flags, 'out');
    if (file === null) {
      throw new UserError('usage', 'There is no file to write to.', 'Add -o FILE.csv or -o FILE.jsonl.');
    }
    const jobs = await exportManifest(reader, file, { as, accepts });
    const { stderr } = surroundings;
    stderr.write(`Wrote ${jobs} ${jobs === 1 ? 'job' : 'jobs'} to ${plainText(file)}.\n`);
    if (as === 'input' && jobs > 0) {
      const again = `rcb run ${quoted(file)} -o ${quoted(reader.dir)}`;
      stderr.write(`Correct its rows, then: ${plainText(again)}\n`);
    }
    return exitCodes.done;
  } finally {
    reader.close();
  }
}
