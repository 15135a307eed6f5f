import { makePdf, makeSheets, sheetPlanOf } from '../../app/folder/sheet-making.ts';
import { countOf } from '../../core/counts.ts';
import { jsonLine } from '../../report/json-line.ts';
import { passingLine } from '../../report/progress/passing-line.ts';
import { plainText, terminalOf } from '../../report/terminal/terminal.ts';
import type { Call } from '../argv/call.ts';
import { text, truth } from '../argv/settings.ts';
import { isPdf, sheetRequestOf } from '../argv/sheet-requests.ts';
import { agreesToSheets } from '../confirm.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import { interruptible } from '../interrupts.ts';
import type { System } from '../system.ts';

/** `rcb sheet [DIR] --x KEY --y KEY`: contact sheets as PNG, or as one PDF. Works while a run is going on. */
export async function sheetCommand({ flags, words }: Call, system: System): Promise<number> {
  const { stdout, stderr, env } = system;
  const isQuiet = truth(flags, 'quiet');
  const request = sheetRequestOf(flags, folderOf(words));
  const plan = sheetPlanOf(request);
  // The pages of a document are in nobody's way.
  const splitsRows = text(flags, 'rows') === null && !isPdf(flags);
  const say = (sentence: string): void => void (isQuiet || stderr.write(`${sentence}\n`));
  for (const remark of remarksOn(plan, text(flags, 'rows'))) say(plainText(remark));
  if (
    !(truth(flags, 'yes') || isAsked(plan, splitsRows) || (await agreesToSheets(plan.pages.length, system)))
  ) {
    return exitCodes.done;
  }

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
      const written = isPdf(flags)
        ? [await makePdf(request, plan, truth(flags, 'lossless'), enough, hears)]
        : makeSheets(request, plan, enough, hears);
      for await (const each of written) {
        line.clear();
        stdout.write(truth(flags, 'json') ? jsonLine(each) : `${plainText(each.path)}\n`);
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

type Plan = ReturnType<typeof sheetPlanOf>;

const maxUnasked = 12;

/** Whether there are few sheets, or the user has asked for each. */
function isAsked({ pages, choice }: Plan, splitsRows: boolean): boolean {
  const isSplit = splitsRows && pages.some(({ part }) => part !== null);
  return pages.length <= maxUnasked || !(isSplit || choice.addedPages.length > 0);
}

/** What the user did not ask for and ought to know. */
function* remarksOn({ choice, pages }: Plan, rows: string | null): Iterable<string> {
  const { addedPages, within, y } = choice;
  if (addedPages.length > 0) {
    yield `Jobs in a cell differ in ${addedPages.join(', ')}, so this makes ${countOf(new Set(pages.map(({ values }) => values)).size, 'page')}. Use --stack to put them side by side, or --where to select.`;
  }
  const parts = pages.filter(({ part }) => part !== null).length;
  if (parts > 0 && rows === null) {
    yield `With 20 rows on each, this makes ${countOf(pages.length, 'sheet')}. Use --rows N or --rows all for others.`;
  } else if (parts > 0 && rows === 'all') {
    yield `Larger pictures are not opened by most programs, so this makes ${countOf(pages.length, 'sheet')}.`;
  }
  if (within.length > 0 && y !== null) yield `Side by side in a cell: ${within.join(', ')}.`;
}
