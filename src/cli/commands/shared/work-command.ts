import { joinedRun } from '../../../app/shared/joining.ts';
import { limitWords } from '../../../app/shared/run-limits.ts';
import { plainText } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { text } from '../../argv/settings.ts';
import { folderOf } from '../../folders.ts';
import { outputOf } from '../../output.ts';
import { namedPlace } from '../../shared/named-place.ts';
import type { System } from '../../system.ts';
import { resumeCommand } from '../resume-command.ts';

/** `rcb work RUN`: works on a run together with other machines, from what its ledger has; within the limits of its latest run. */
export async function workCommand(call: Call, system: System): Promise<number> {
  const place = namedPlace(call, 'work');
  const { flags, words } = call;
  const output = outputOf(flags, system);
  if (words.length > 1) folderOf(words);
  const { dir, limits, files } = await joinedRun(place, words, text(flags, 'out'));
  if (files === null)
    output.say(
      `Files are kept in ${plainText(dir)}: on a machine that may vanish, done jobs last only as long as its disk.\n`,
    );
  const own = { ...limitWords(limits), ...flags };
  return resumeCommand({ ...call, flags: own, words: [dir] }, system);
}
