import { basename, dirname, join, resolve } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { jsonLine } from '../../report/json-line.ts';
import { plainText, terminalOf } from '../../report/terminal/terminal.ts';
import { countOf, showCount } from '../../report/terminal/wording.ts';
import { writeWholeBytes } from '../../store/files/durable-files.ts';
import { makeFolder } from '../../store/files/durable-folders.ts';
import { removeLink } from '../../store/files/plain-files.ts';
import { openReader } from '../../store/ledger/reader.ts';
import { sheetFileNames } from '../../view/sheet/sheet-files.ts';
import { openSheetRenderer, planSheets, type SheetPlan } from '../../view/sheet/sheets.ts';
import type { Call } from '../argv/call.ts';
import type { Flags } from '../argv/flags.ts';
import { linesAsked } from '../argv/lines-asked.ts';
import { text, texts, truth, wholeNumber } from '../argv/settings.ts';
import { exitCodes } from '../exit.ts';
import { folderOf } from '../folders.ts';
import type { SignalName, Surroundings } from '../surroundings.ts';
import { sheetProgress } from './sheet-progress.ts';

const [leastCell, maxCell] = [16, 8_192];

/** `rcb sheet [DIR] --x KEY --y KEY`: contact sheets as PNG. Works while a run is going on. */
export async function sheetCommand({ flags, words }: Call, surroundings: Surroundings): Promise<number> {
  const { stdout, stderr, env } = surroundings;
  const dir = folderOf(words);
  const cell = cellOf(flags);
  const place = placeOf(flags, dir);
  const plan = planOf(flags, dir);
  const say = (sentence: string): void => void (truth(flags, 'quiet') || stderr.write(`${sentence}\n`));
  for (const remark of remarksOn(plan)) say(plainText(remark));

  const interruption = interruptible(surroundings);
  const progress = sheetProgress(truth(flags, 'quiet') ? null : terminalOf(stderr, env), plan.pages.length);
  try {
    const press = await openSheetRenderer(plan, { dir, folder: basename(resolve(dir)), cell });
    const missing = await press.missingCharacters();
    if (missing.length > 0) {
      say(
        `No font here has ${plainText(missing.join(' '))}: boxes with codes stand for what is missing. Install fonts that do, such as Debian's fonts-noto-cjk or fonts-noto-color-emoji.`,
      );
    }
    const names = sheetFileNames(plan.pages, plan.choice, place.stem);
    // In the run folder itself nobody asked for a link.
    if (text(flags, 'out') === null) removeLink(place.folder);
    await makeFolder(place.folder);
    for (const [nth, page] of plan.pages.entries()) {
      const path = join(place.folder, `${names[nth]}.png`);
      const sheet = await press.draw(page, interruption.signal, (done, all) =>
        progress.show(nth, done / all),
      );
      await writeWholeBytes(path, sheet.bytes);
      progress.clear();
      const { width, height } = sheet;
      const values = Object.fromEntries(page.values.map(({ key, value }) => [key, value]));
      const written = { path, width, height, jobs: page.jobCount, page: values };
      stdout.write(truth(flags, 'json') ? jsonLine(written) : `${plainText(path)}\n`);
    }
    say(`Wrote ${countOf(plan.pages.length, 'sheet')} of ${countOf(plan.jobCount, 'job')}.`);
    return exitCodes.done;
  } catch (error) {
    const signal = interruption.received();
    if (signal === null) throw error;
    return signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;
  } finally {
    progress.clear();
    interruption.release();
  }
}

function planOf(flags: Flags, dir: string): SheetPlan {
  const reader = openReader(dir);
  try {
    const { inputs, tags } = reader.columns();
    const axes = reader.axes().map(({ name }) => name);
    const lines = reader.lines({ ...linesAsked(flags), currentPlanOnly: truth(flags, 'planned') });
    const asked = {
      x: text(flags, 'x'),
      y: text(flags, 'y'),
      pages: texts(flags, 'page').flatMap((given) => given.split(',')),
      stack: truth(flags, 'stack'),
    };
    const plan = planSheets(lines, { axes, inputs, tags }, asked);
    if (plan.jobCount > 0) return plan;
    throw new UserError(
      'usage',
      `No job of ${dir} is left to show.`,
      'Loosen --where and --state; rcb ls lists the jobs.',
    );
  } finally {
    reader.close();
  }
}

function cellOf(flags: Flags): number {
  const cell = wholeNumber(flags, 'cell', 256, leastCell);
  if (cell <= maxCell) return cell;
  throw new UserError(
    'usage',
    `--cell "${cell}" is not a whole number from ${leastCell} to ${maxCell}.`,
    'Give the width of a cell in pixels, such as --cell 256.',
  );
}

/** Where sheets go; a name without extension where the user gave one. */
function placeOf(flags: Flags, dir: string): { readonly folder: string; readonly stem: string | null } {
  const out = text(flags, 'out');
  if (out === null) return { folder: join(dir, 'sheets'), stem: null };
  if (/\.png$/i.test(out)) return { folder: dirname(out), stem: basename(out).slice(0, -'.png'.length) };
  if (!/\.(jpe?g|webp|gif|avif|pdf|tiff?)$/i.test(out)) return { folder: out, stem: null };
  throw new UserError(
    'usage',
    `--out "${out}" is no PNG file, and sheets are.`,
    'Give a name that ends in .png, or a folder.',
  );
}

/** What the user did not ask for and ought to know. */
function* remarksOn({ choice, pages }: SheetPlan): Iterable<string> {
  const { addedPages, within, y } = choice;
  if (addedPages.length > 0) {
    yield `Jobs of a cell differ in ${addedPages.join(', ')}: ${showCount(pages.length)} pages show them all. Give --stack to have them side by side in one cell, or --where to choose.`;
  }
  if (within.length > 0 && y !== null) yield `Side by side in a cell: ${within.join(', ')}.`;
}

function interruptible(surroundings: Surroundings) {
  const abort = new AbortController();
  let received: SignalName | null = null;
  const releases = (['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) =>
    surroundings.onSignal(name, () => {
      received ??= name;
      abort.abort(new Error(name));
    }),
  );
  return {
    signal: abort.signal,
    received: (): SignalName | null => received,
    release: () => {
      for (const release of releases) release();
    },
  };
}
