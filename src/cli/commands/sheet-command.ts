import { makeSheets, sheetPlanOf } from '../../app/folder/sheet-making.ts';
import { countOf, showCount } from '../../core/counts.ts';
import { jsonLine } from '../../report/json-line.ts';
import { passingLine } from '../../report/progress/passing-line.ts';
import { plainText, terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { truth } from '../argv/settings.ts';
import { sheetRequestOf } from '../argv/sheet-requests.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import { interruptible } from '../interrupts.ts';
import type { System } from '../system.ts';

/** `rcb sheet [DIR] --x KEY --y KEY`: contact sheets as PNG. Works while a run is going on. */
export async function sheetCommand({ flags, words }: Call, system: System): Promise<number> {
  const { stdout, stderr, env } = system;
  const isQuiet = truth(flags, 'quiet');
  const request = sheetRequestOf(flags, folderOf(words));
  const plan = sheetPlanOf(request);
  const say = (sentence: string): void => void (isQuiet || stderr.write(`${sentence}\n`));
  for (const remark of remarksOn(plan)) say(plainText(remark));

  const line = passingLine(terminalOf(stderr, env));
  const hears = {
    lacking: (characters: readonly string[]): void => say(lackingText(characters)),
    drawn(nth: number, share: number) {
      const percent = Math.floor(share * 100);
      if (!isQuiet) line.show(`Drawing sheet ${nth + 1} of ${plan.pages.length}: ${percent}%`);
    },
  };
  return interruptible(system, async (enough) => {
    try {
      for await (const written of makeSheets(request, plan, enough, hears)) {
        line.clear();
        stdout.write(truth(flags, 'json') ? jsonLine(written) : `${plainText(written.path)}\n`);
      }
      say(`Wrote ${countOf(plan.pages.length, 'sheet')} of ${countOf(plan.jobCount, 'job')}.`);
      return exitCodes.done;
    } finally {
      line.clear();
    }
  });
}

function lackingText(characters: readonly string[]): string {
  return `No installed font has ${plainText(characters.join(' '))}; boxes with codes are drawn instead. Install fonts that have them, such as Debian's fonts-noto-cjk or fonts-noto-color-emoji.`;
}

/** What the user did not ask for and ought to know. */
function* remarksOn({ choice, pages }: ReturnType<typeof sheetPlanOf>): Iterable<string> {
  const { addedPages, within, y } = choice;
  if (addedPages.length > 0) {
    yield `Jobs in a cell differ in ${addedPages.join(', ')}, so this makes ${showCount(pages.length)} pages. Use --stack to put them side by side, or --where to select.`;
  }
  if (within.length > 0 && y !== null) yield `Side by side in a cell: ${within.join(', ')}.`;
}
