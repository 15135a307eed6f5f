import { UserError } from '../core/complaints.ts';
import { plainText } from '../report/terminal.ts';
import { exportManifest } from '../store/exports.ts';
import { openReader } from '../store/reader.ts';
import type { Call } from './call.ts';
import { exitCodes } from './exit.ts';
import { folderOf } from './folders.ts';
import { text } from './settings.ts';
import type { Surroundings } from './surroundings.ts';

/** `rcb export [DIR] -o FILE`. */
export async function exportCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const reader = openReader(folderOf(words));
  try {
    const file = text(flags, 'out');
    if (file === null) {
      throw new UserError('usage', 'There is no file to write to.', 'Add -o FILE.csv or -o FILE.jsonl.');
    }
    const jobs = await exportManifest(reader, file);
    surroundings.stderr.write(`Wrote ${jobs} jobs to ${plainText(file)}.\n`);
    return exitCodes.done;
  } finally {
    reader.close();
  }
}
