import { writeStarters } from '../../../app/folder/starter-files.ts';
import { UserError } from '../../../core/complaints.ts';
import { quoted } from '../../../core/shell-words.ts';
import { plainText } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { truth } from '../../argv/settings.ts';
import { exitCodes } from '../../exit.ts';
import type { System } from '../../system.ts';

/** `rcb init [DIR]`: three prompts to begin with, and the next command. */
export async function initCommand({ flags, words }: Call, { stdout }: System): Promise<number> {
  const [dir = '.', extra] = words;
  if (extra !== undefined)
    throw new UserError('usage', `Unexpected argument "${extra}".`, 'Give at most one folder.');
  const [list, ...others] = writeStarters(dir, truth(flags, 'config'));
  const written = [list, ...others].map(plainText).join(' and ');
  stdout.write(
    `Wrote ${written}. Replace its prompts with your own, one per row.\n\nTry it for free, against the built-in simulator:\n  rcb run ${plainText(quoted(list))} --rehearse\n`,
  );
  return exitCodes.done;
}
