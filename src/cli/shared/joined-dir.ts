import type { SharedPlace } from '../../app/shared/shared-place.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { folderOf } from '../folders.ts';
import type { Output } from '../output.ts';

/** The folder of the run that a command continues together with others, up to date; says which run that is. */
export async function joinedDir({ words }: Call, output: Output, place: SharedPlace): Promise<string> {
  const { joinedRun } = await import('../../app/shared/joining.ts');
  const { dir, line } = await joinedRun(place, words);
  folderOf([dir, ...words.slice(1)]);
  output.say(`${plainText(line)}\n`);
  return dir;
}
