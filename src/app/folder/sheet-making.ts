import { basename, join, resolve } from 'node:path';
import { UserError } from '../../core/complaints.ts';
import { writeWholeBytes } from '../../store/files/durable-files.ts';
import { makeFolder } from '../../store/files/durable-folders.ts';
import { removeLink } from '../../store/files/plain-files.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import type { RequestedKeys } from '../../view/sheet/sheet-choice.ts';
import { sheetFileNames } from '../../view/sheet/sheet-files.ts';
import { sheetKeys } from '../../view/sheet/sheet-keys.ts';
import { openSheetRenderer, planSheets, type SheetPlan } from '../../view/sheet/sheets.ts';
import { type AskedJobs, filterOf } from './asked-jobs.ts';

/** Sheets as they are asked for. */
export interface SheetRequest {
  readonly dir: string;
  readonly keys: RequestedKeys;
  readonly jobs: AskedJobs & { readonly currentPlanOnly: boolean };
  /** The width of a cell, in pixels. */
  readonly cell: number;
  /** Rows of one sheet; null: as many as programs open. */
  readonly rows: number | null;
  /** null: `sheets` in the run folder. */
  readonly folder: string | null;
  /** The name of the files, without extension; null: after what they show. */
  readonly stem: string | null;
}

/** A sheet that has been written. */
interface SheetWritten {
  readonly path: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  readonly jobs: number;
  /** What all of its jobs have in common: the page's keys and their values. */
  readonly page: Readonly<Record<string, unknown>>;
}

// Further values follow in the order of their jobs.
const maxAxisValues = 10_000;

/** Throws `UserError` (`usage`) for keys that no job has, and where no job is left. */
export function sheetPlanOf({ dir, keys, jobs, cell, rows }: SheetRequest): SheetPlan {
  return withReader(dir, (reader) => {
    const { inputs, tags, names } = reader.columns();
    const axes = reader.axes(maxAxisValues);
    const plan = planSheets(
      reader.lines({ ...filterOf(reader, jobs), currentPlanOnly: jobs.currentPlanOnly }),
      { axes, inputs, tags, names },
      keys,
      { cell, rows },
    );
    if (plan.jobCount > 0) return plan;
    throw new UserError(
      'usage',
      `No job in ${dir} matches --where and --state.`,
      'Widen --where or --state; rcb ls lists the jobs.',
    );
  });
}

interface Hears {
  /** Of the characters that no font here has. */
  readonly lacking: (characters: readonly string[]) => void;
  /** Of a sheet how much of it is drawn, from 0 to 1; `nth` counts from 0. */
  readonly drawn: (nth: number, share: number) => void;
}

/**
 * Draws and writes the sheets of a plan, one after another. `lacking` hears the characters that no font here has. Throws
 * the reason of `enough` when that is aborted.
 */
export async function* makeSheets(
  { dir, cell, folder, stem }: SheetRequest,
  plan: SheetPlan,
  enough: AbortSignal,
  hears: Hears,
): AsyncGenerator<SheetWritten> {
  const renderer = await rendererOf(dir, cell, plan, hears);
  const names = sheetFileNames(plan.pages, plan.choice, stem);
  const target = await targetFolder(dir, folder);
  for (const [nth, page] of plan.pages.entries()) {
    const path = join(target, `${names[nth]}.png`);
    const sheet = await renderer.draw(page, enough, (done, all) => hears.drawn(nth, done / all));
    await writeWholeBytes(path, sheet.bytes());
    const { width, height } = sheet;
    const values = Object.fromEntries(page.values.map(({ key, value }) => [key, value]));
    yield { path, width, height, jobs: page.jobCount, page: values };
  }
}

/** A document that has been written. */
interface PdfWritten {
  readonly path: string;
  readonly sheets: number;
  readonly jobs: number;
}

/** Draws the sheets of a plan as the pages of one PDF file, which is whole or not there. Throws as `makeSheets` does. */
export async function makePdf(
  { dir, cell, folder, stem }: SheetRequest,
  plan: SheetPlan,
  isLossless: boolean,
  enough: AbortSignal,
  hears: Hears,
): Promise<PdfWritten> {
  const renderer = await rendererOf(dir, cell, plan, hears);
  const { choice, pages, jobCount } = plan;
  const [name] = sheetFileNames([{ values: [], part: null }], choice, stem);
  const path = join(await targetFolder(dir, folder), `${name}.pdf`);
  const bytes = renderer.pdf(pages, isLossless, enough, (nth, done, all) => hears.drawn(nth, done / all));
  await writeWholeBytes(path, bytes);
  return { path, sheets: pages.length, jobs: jobCount };
}

async function rendererOf(dir: string, cell: number, plan: SheetPlan, hears: Hears) {
  const renderer = await openSheetRenderer(plan, { dir, folder: basename(resolve(dir)), cell });
  const missing = await renderer.missingCharacters();
  if (missing.length > 0) hears.lacking(missing);
  return renderer;
}

async function targetFolder(dir: string, folder: string | null): Promise<string> {
  const target = folder ?? join(dir, 'sheets');
  // In the run folder itself nobody asked for a link.
  if (folder === null) removeLink(target);
  await makeFolder(target);
  return target;
}

/** What sheets of a folder can be laid out by: its axes with their number of values, and the other keys of its jobs. */
export function sheetKeysOf(
  dir: string,
): readonly { readonly key: string; readonly values: number | null }[] {
  return withReader(dir, (reader) => {
    const { inputs, tags } = reader.columns();
    const axes = reader.axes();
    const keys = sheetKeys({ axes: axes.map(({ name }) => name), inputs, tags });
    return keys.map((key) => ({ key, values: axes.find(({ name }) => name === key)?.count ?? null }));
  });
}
