import { basename, join } from 'node:path';
import { quoted } from '../../core/shell-words.ts';
import { mirrorOf } from '../../store/mirror/mirror-of.ts';
import { outRoot } from '../folder/chosen-folder.ts';

/** The command that continues the run of a folder, alone or together with others. */
export function continueCommand(dir: string): string {
  const mark = mirrorOf(dir);
  if (mark === null) return `rcb resume ${quoted(dir)}`;
  const isUsual = join(outRoot, mark.run) === join(dir) && basename(dir) === mark.run;
  return isUsual ? `rcb work ${quoted(mark.run)}` : `rcb work ${quoted(dir)}`;
}
