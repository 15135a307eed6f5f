import { wantedOf } from '../../app/folder/opened-files.ts';
import { freshPage } from '../../app/page/page-freshness.ts';
import { makePage } from '../../app/page/page-making.ts';
import { UserError } from '../../core/complaints.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { truth } from '../argv/settings.ts';
import { openInBrowser } from '../browser.ts';
import { exitCodes } from '../exit.ts';
import { interruptible } from '../interrupts.ts';
import { outputOf } from '../output.ts';
import type { System } from '../system.ts';
import { progressOn } from '../thumbnail-progress.ts';

const maxOpened = 20;

/** `rcb open [DIR] [JOB…]`: the files of jobs, or the page, with the programs of the system. */
export async function openCommand({ flags, words }: Call, system: System): Promise<number> {
  const isPrinted = truth(flags, 'print');
  const { dir, files } = wantedOf(words, isPrinted);
  if (files !== null) return show(files, isPrinted, system);
  return interruptible(system, async (enough) => {
    const page = freshPage(dir) ?? (await makePage(dir, enough, progressOn(outputOf(flags, system)))).page;
    return show([page], isPrinted, system);
  });
}

async function show(paths: readonly string[], isPrinted: boolean, system: System): Promise<number> {
  const print = (path: string): void => void system.stdout.write(`${plainText(path)}\n`);
  if (isPrinted) {
    for (const path of paths) print(path);
    return exitCodes.done;
  }
  if (paths.length > maxOpened) {
    throw new UserError(
      'usage',
      `This would open ${paths.length} files at once.`,
      `Name ${maxOpened} at most, or add --print for their paths.`,
    );
  }
  for (const path of paths) {
    print(path);
    const trouble = await openInBrowser(path, system.env);
    if (trouble !== null) system.stderr.write(`${plainText(trouble)}\n`);
  }
  return exitCodes.done;
}
