import { makePage } from '../../app/page/page-making.ts';
import { UserError } from '../../core/complaints.ts';
import { jsonLine } from '../../report/json-line.ts';
import { type PageReport, pageText } from '../../report/progress/page-text.ts';
import { plainText } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { text, truth } from '../argv/settings.ts';
import { openInBrowser } from '../browser.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import { interruptible } from '../interrupts.ts';
import { outputOf } from '../output.ts';
import type { System } from '../system.ts';
import { progressOn } from '../thumbnail-progress.ts';

/** `rcb view [DIR] [DIR…]`: makes the viewer's page and its thumbnails; works while a run is going on. */
export async function viewCommand({ flags, words }: Call, system: System): Promise<number> {
  const output = outputOf(flags, system);
  async function openIfAsked(page: string): Promise<number> {
    if (!truth(flags, 'open')) return exitCodes.done;
    const trouble = await openInBrowser(page, system.env);
    if (trouble !== null) output.warn(`${plainText(trouble)}\n`);
    return exitCodes.done;
  }
  if (words.length > 1) {
    // Most look at one.
    const { compareFolders } = await import('./compare-command.ts');
    return compareFolders({ flags, words }, system, openIfAsked);
  }
  const dir = folderOf(words);
  if (text(flags, 'out') !== null) {
    throw new UserError(
      'usage',
      'With one run folder, the page is its index.html.',
      'Leave out --out, or give a second folder to compare with; rcb share makes a copy for others.',
    );
  }
  return interruptible(system, async (enough) => {
    const report = await makePage(dir, enough, progressOn(output));
    output.say(pageText(report, output.terminal));
    if (truth(flags, 'json')) system.stdout.write(jsonLine(reportJson(report)));
    return openIfAsked(report.page);
  });
}

function reportJson(report: PageReport) {
  const { page, jobs, shown, thumbnails, made, undecodable, missing, orphans, lacksSharp } = report;
  return {
    page,
    jobs,
    jobs_in_page: shown,
    thumbnails,
    thumbnails_made: made,
    thumbnails_removed: orphans,
    images_undecodable: undecodable,
    images_missing: missing,
    sharp: !lacksSharp,
  };
}
