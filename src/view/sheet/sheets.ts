import type { ManifestLine } from '../../core/job/manifest.ts';
import { pngStream } from './png-stream.ts';
import { loadSharp } from './sharp-module.ts';
import { chooseKeys, type RequestedKeys, type SheetChoice } from './sheet-choice.ts';
import { sheetBands } from './sheet-drawing.ts';
import { type FolderKeys, labelOf, meantKey, sheetKeys } from './sheet-keys.ts';
import { measureSheet } from './sheet-measuring.ts';
import { type SheetPage, sheetPages } from './sheet-pages.ts';
import { sheetTable } from './sheet-table.ts';
import { sheetStyles } from './sheet-theme.ts';
import { openTextRenderer, type TextRenderer } from './text-renderer.ts';

/** The sheets of a folder as they will be, before the first is drawn. */
export interface SheetPlan {
  readonly choice: SheetChoice;
  readonly pages: readonly SheetPage[];
  readonly jobCount: number;
  /** null: several. */
  readonly model: string | null;
}

export interface Sheet {
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** The PNG file, drawn while it is read. */
  readonly bytes: AsyncIterable<Uint8Array>;
}

export interface SheetRenderer {
  /** Characters of the labels that no font here has, the first few of them. */
  missingCharacters(): Promise<readonly string[]>;
  /** `onRow` hears how many of all the bands are handed out. */
  draw(page: SheetPage, signal: AbortSignal, onBand: (done: number, all: number) => void): Promise<Sheet>;
}

/** Reads the jobs and lays them out. Throws UserError('usage') for keys that no job has. */
export function planSheets(
  lines: Iterable<ManifestLine>,
  known: FolderKeys,
  asked: RequestedKeys,
): SheetPlan {
  const keys = sheetKeys(known);
  const meant = {
    x: asked.x === null ? null : meantKey(asked.x, 'x', keys),
    y: asked.y === null ? null : meantKey(asked.y, 'y', keys),
    pages: [...new Set(asked.pages.map((key) => meantKey(key, 'page', keys)))],
    stack: asked.stack,
  };
  const table = sheetTable(lines, keys);
  const choice = chooseKeys(table, known.axes, meant);
  const models = table.values[keys.indexOf('model')] ?? [];
  return {
    choice,
    pages: sheetPages(table, choice),
    jobCount: table.jobs.length,
    model: models.length === 1 ? String(models[0]) : null,
  };
}

/**
 * Makes ready to draw the sheets of `plan`. `dir`: the run folder; `folder`: its name in titles; `cell`: in pixels.
 * Throws UserError('usage') without sharp, or without a font.
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
    remark: sideBySide ? `side by side: ${choice.within.join(', ')}` : null,
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

const maxLookedAt = 200;
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
  for (const character of [...seen].slice(0, maxLookedAt)) {
    if (missing.length < maxNamed && !(await textRenderer.has(character))) missing.push(character);
  }
  return missing;
}

// Letters and pictures that not every font has; the rest can be counted on.
const beyondLatin = /(?=[^\u0000-\u024f])[\p{L}\p{Emoji_Presentation}]/gu;

async function* counting<T>(items: AsyncIterable<T>, count: (done: number) => void): AsyncGenerator<T> {
  let done = 0;
  for await (const item of items) {
    yield item;
    done += 1;
    count(done);
  }
}
