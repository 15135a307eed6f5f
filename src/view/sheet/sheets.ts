import type { ManifestLine } from '../../core/job/manifest.ts';
import { pngStream } from './png-stream.ts';
import { loadSharp } from './sharp-module.ts';
import { chooseKeys, type RequestedKeys, type SheetChoice } from './sheet-choice.ts';
import { sheetBands } from './sheet-drawing.ts';
import { type FolderKeys, labelOf, matchingKey, sheetKeys } from './sheet-keys.ts';
import { measureSheet } from './sheet-measuring.ts';
import { type SheetPage, sheetPages } from './sheet-pages.ts';
import { sheetTable } from './sheet-table.ts';
import { sheetStyles } from './sheet-theme.ts';
import { openTextRenderer, type TextRenderer } from './text-renderer.ts';

/** The sheets of a run folder, before any is drawn. */
export interface SheetPlan {
  readonly choice: SheetChoice;
  readonly pages: readonly SheetPage[];
  readonly jobCount: number;
  /** null: several. */
  readonly model: string | null;
}

interface Sheet {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The PNG file, drawn as it is read. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

interface SheetRenderer {
  /** The first few characters in the labels that no installed font has. */
  missingCharacters(): Promise<readonly string[]>;
  /** `onBand` receives the number of finished bands and of all bands. */
  draw(page: SheetPage, signal: AbortSignal, onBand: (done: number, all: number) => void): Promise<Sheet>;
}

/** Reads the jobs and distributes them over pages. Throws UserError('usage') for keys that no job has. */
export function planSheets(
  lines: Iterable<ManifestLine>,
  known: FolderKeys,
  requested: RequestedKeys,
): SheetPlan {
  const keys = sheetKeys(known);
  const keysToUse = {
    x: requested.x === null ? null : matchingKey(requested.x, 'x', keys),
    y: requested.y === null ? null : matchingKey(requested.y, 'y', keys),
    pages: [...new Set(requested.pages.map((key) => matchingKey(key, 'page', keys)))],
    stack: requested.stack,
  };
  const table = sheetTable(lines, keys);
  const choice = chooseKeys(table, known.axes, keysToUse);
  const models = table.values[keys.indexOf('model')] ?? [];
  return {
    choice,
    pages: sheetPages(table, choice),
    jobCount: table.jobs.length,
    model: models.length === 1 ? String(models[0]) : null,
  };
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
  return {
    missingCharacters: () => missingCharacters(pages, textRenderer),
    async draw(page, signal, onBand) {
      const sheet = await measureSheet(page, names, cell, tools);
      const { width, height, bands } = sheet.layout;
      const counted = counting(sheetBands(sheet, tools, signal), (done) => onBand(done, bands.length));
      return { width, height, bytes: pngStream(width, height, counted) };
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
