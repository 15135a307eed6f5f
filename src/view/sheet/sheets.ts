import type { ManifestLine } from '../../core/job/manifest.ts';
import type { JsonValue } from '../../core/json.ts';
import { labelFonts } from './label-fonts.ts';
import type { PdfPage } from './pdf-stream.ts';
import { deflatedRows, pngStream } from './png-stream.ts';
import { loadSharp } from './sharp-module.ts';
import { checkSize, tileSize } from './sheet-bounds.ts';
import { chooseKeys, type RequestedKeys, type SheetChoice } from './sheet-choice.ts';
import { sheetBands } from './sheet-drawing.ts';
import { type FolderKeys, labelOf, matchingKey, sheetKeys } from './sheet-keys.ts';
import { measureSheet } from './sheet-measuring.ts';
import { type SheetPage, sheetPages } from './sheet-pages.ts';
import { sheetTable } from './sheet-table.ts';
import { textsOn } from './sheet-texts.ts';
import { sheetStyles } from './sheet-theme.ts';
import { tilesOf } from './sheet-tiles.ts';
import { openTextRenderer, type TextRenderer } from './text-renderer.ts';

/** An axis of the plan, with its values in order. */
interface PlannedAxis {
  readonly name: string;
  readonly values: readonly JsonValue[];
}

/** The sheets of a run folder, before any is drawn. */
export interface SheetPlan {
  readonly choice: SheetChoice;
  readonly pages: readonly SheetPage[];
  readonly jobCount: number;
  /** null: several. */
  readonly model: string | null;
}

interface SheetRenderer {
  /** The first few characters in the labels that no installed font has. */
  missingCharacters(): Promise<readonly string[]>;
  /**
   * The bytes of one PDF file with these pages, without loss where `isLossless`. `onBand` hears how much of each is
   * drawn.
   */
  pdf(
    pages: readonly SheetPage[],
    isLossless: boolean,
    signal: AbortSignal,
    onBand: (nth: number, done: number, all: number) => void,
  ): AsyncIterable<Uint8Array>;
  /** `onBand` receives the number of finished bands and of all bands. */
  draw(page: SheetPage, signal: AbortSignal, onBand: (done: number, all: number) => void): Promise<PdfPage>;
}

/**
 * Reads the jobs and distributes them over pages, of `size.rows` rows at most (null: as many as programs open) with cells
 * of `size.cell` pixels.
 * Throws UserError('usage') for keys that no job has.
 */
export function planSheets(
  lines: Iterable<ManifestLine>,
  known: Omit<FolderKeys, 'axes'> & {
    readonly axes: readonly PlannedAxis[];
    readonly names?: ReadonlyMap<string, string>;
  },
  requested: RequestedKeys,
  size: { readonly cell: number; readonly rows: number | null },
): SheetPlan {
  const keys = sheetKeys({ ...known, axes: known.axes.map(({ name }) => name) });
  const keyOf = (given: string, flag: string): string => matchingKey(given, flag, keys, known.names);
  const keysToUse = {
    x: requested.x === null ? null : keyOf(requested.x, 'x'),
    y: requested.y === null ? null : keyOf(requested.y, 'y'),
    pages: [...new Set(requested.pages.map((key) => keyOf(key, 'page')))],
    stack: requested.stack,
  };
  const table = sheetTable(lines, keys, new Map(known.axes.map(({ name, values }) => [name, values])));
  const axes = known.axes.map(({ name }) => name);
  const choice = chooseKeys(table, axes, keysToUse);
  const models = table.values[keys.indexOf('model')] ?? [];
  return {
    choice,
    pages: sheetPages(table, choice).flatMap((page) =>
      tilesOf(page, tileSize(measuresOf(page, size.cell), size.rows)),
    ),
    jobCount: table.jobs.length,
    model: models.length === 1 ? String(models[0]) : null,
  };
}

function measuresOf({ columns, wrapAt, values }: SheetPage, cell: number) {
  return { cell, columns: columns?.length ?? wrapAt, keys: values.length, isGrid: columns !== null };
}

/**
 * Prepares to draw the sheets of a plan. `dir` is the run folder, `folder` its name in titles, `cell` the width of a
 * cell in pixels. Throws UserError('usage') if sharp or a font is missing.
 */
export async function openSheetRenderer(
  { choice, model, pages }: SheetPlan,
  { dir, folder, cell }: { readonly dir: string; readonly folder: string; readonly cell: number },
): Promise<SheetRenderer> {
  const sharp = await loadSharp();
  const textRenderer = await openTextRenderer(sharp);
  const tools = { sharp, textRenderer, styles: sheetStyles(cell), dir };
  const sideBySide = choice.y !== null && choice.within.length > 0;
  const names = {
    folder,
    model,
    x: choice.x,
    y: choice.y,
    note: sideBySide ? `side by side: ${choice.within.join(', ')}` : null,
  };
  const draw: SheetRenderer['draw'] = async (page, signal, onBand) => {
    const sheet = await measureSheet(page, names, cell, tools);
    const { width, height, bands } = sheet.layout;
    checkSize(width, height);
    const counted = counting(sheetBands(sheet, tools, signal), (done) => onBand(done, bands.length));
    return {
      ...{ width, height },
      texts: await textsOn(sheet, tools),
      bytes: () => pngStream(width, height, counted),
      deflated: () => deflatedRows(width, height, counted),
    };
  };
  return {
    draw,
    missingCharacters: () => missingCharacters(pages, textRenderer),
    async *pdf(sheets, isLossless, signal, onBand) {
      // Slow to load, and of no use for pictures.
      const { pdfStream } = await import('./pdf-stream.ts');
      async function* drawn(): AsyncIterable<PdfPage> {
        for (const [nth, page] of sheets.entries()) {
          yield await draw(page, signal, (done, all) => onBand(nth, done, all));
        }
      }
      const title = `${folder}: ${choice.y === null ? choice.x : `${choice.x} × ${choice.y}`}`;
      yield* pdfStream(drawn(), { title, isLossless, font: labelFonts().regular.file, sharp });
    },
  };
}

const maxChecked = 200;
const maxNamed = 8;

async function missingCharacters(
  pages: readonly SheetPage[],
  textRenderer: TextRenderer,
): Promise<readonly string[]> {
  const seen = new Set<string>();
  for (const { values, columns, labels } of pages) {
    const texts = [...values.map(({ value }) => labelOf(value)), ...(columns ?? []), ...labels];
    for (const text of texts) for (const character of text.match(beyondLatin) ?? []) seen.add(character);
  }
  const missing: string[] = [];
  for (const character of [...seen].slice(0, maxChecked)) {
    if (missing.length < maxNamed && !(await textRenderer.hasGlyph(character))) missing.push(character);
  }
  return missing;
}

// Letters and emoji that not every font has; all fonts have the rest.
const beyondLatin = /(?=[^\u0000-\u024f])[\p{L}\p{Emoji_Presentation}]/gu;

async function* counting<T>(items: AsyncIterable<T>, count: (done: number) => void): AsyncGenerator<T> {
  let done = 0;
  for await (const item of items) {
    yield item;
    done += 1;
    count(done);
  }
}
