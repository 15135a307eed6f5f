import { basename } from 'node:path';
import { shareFolder } from '../../../app/shared/handing-over.ts';
import { UserError } from '../../../core/complaints.ts';
import { quoted } from '../../../core/shell-words.ts';
import { jsonLine } from '../../../report/json-line.ts';
import { plainText } from '../../../report/terminal/terminal.ts';
import type { Call } from '../../argv/call.ts';
import { truth } from '../../argv/settings.ts';
import { exitCodes } from '../../exit.ts';
import { folderOf } from '../../folders.ts';
import { outputOf } from '../../output.ts';
import { namedPlace } from '../../shared/named-place.ts';
import type { System } from '../../system.ts';

/** `rcb share-run DIR`: puts the run of a folder into the ledger, for several machines to work on. */
export async function shareRunCommand(call: Call, system: System): Promise<number> {
  const place = namedPlace(call, 'share-run');
  const { flags, words } = call;
  if (words.length === 0)
    throw new UserError('usage', 'No run folder given.', 'Name the folder whose run is to be shared.');
  const dir = folderOf(words);
  const { name } = await shareFolder(place, dir);
  const next = [`rcb work ${quoted(basename(name))}`];
  if (truth(flags, 'json')) {
    system.stdout.write(jsonLine({ event: 'shared', dir, run: name, ledger: place.runs.address, next }));
    return exitCodes.done;
  }
  const output = outputOf(flags, system);
  const sentence = `${dir} is the shared run "${name}" in ${place.runs.address} now. Any machine with that ledger can join: ${next[0]}`;
  output.say(`${plainText(sentence)}\n`);
  return exitCodes.done;
}
