import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import type { ManifestLine } from '../../../src/core/job/manifest.ts';
import type { RequestedKeys } from '../../../src/view/sheet/sheet-choice.ts';
import { type Box, sharedBox } from '../../../src/view/sheet/sheet-layout.ts';
import { measureSheet } from '../../../src/view/sheet/sheet-measuring.ts';
import type { Colour } from '../../../src/view/sheet/sheet-raster.ts';
import { sheetStyles } from '../../../src/view/sheet/sheet-theme.ts';
import { openSheetRenderer, planSheets } from '../../../src/view/sheet/sheets.ts';
import { openTextRenderer } from '../../../src/view/sheet/text-renderer.ts';
import { aLine, colourFile, type Pixels, pixelsOf, savedFile, sheetFolder, whole } from './sheet-builders.ts';

const cell = 128;
const unstopped = new AbortController().signal;

interface Drawn extends Pixels {
  /** Where things are on the sheet. */
  cell(column: number, row: number): Box;
  header(column: number): Box;
  label(row: number): Box;
  caption(column: number, row: number): Box;
  middle(column: number, row: number): Colour;
}

/** Draws the first page, and finds things on it. */
async function drawn(
  dir: string,
  lines: readonly ManifestLine[],
  asked: Partial<RequestedKeys> = {},
): Promise<Drawn> {
  const axes = Object.keys(lines[0]?.axes ?? {});
  const keys = { x: null, y: null, pages: [], stack: false, ...asked };
  const named = axes.map((name) => ({ name, values: [] }));
  const known = { axes: named, inputs: ['prompt', ...axes], tags: [] };
  const plan = planSheets(lines, known, keys, { cell, rows: null });
  const [page] = plan.pages;
  if (page === undefined) throw new Error('There is no page.');
  const renderer = await openSheetRenderer(plan, { dir, folder: 'cats', cell });
  const sheet = await renderer.draw(page, unstopped, () => {});
  const pixels = await pixelsOf(await whole(sheet.bytes()));
  expect([pixels.width, pixels.height]).toEqual([sheet.width, sheet.height]);

  const { x, y } = plan.choice;
  const names = {
    folder: 'cats',
    model: plan.model,
    x,
    y,
    note: asked.stack ? `side by side: ${plan.choice.within}` : null,
  };
  const tools = { sharp, textRenderer: await openTextRenderer(sharp), styles: sheetStyles(cell), dir };
  const { layout } = await measureSheet(page, names, cell, tools);
  const topOf = (kind: string, row: number): number =>
    layout.bands.find((band) => band.kind === kind && band.row === row)?.top ?? Number.NaN;
  const below = (box: Box, top: number): Box => ({ ...box, top: box.top + top });
  const cellAt = (column: number, row: number): Box => below(layout.cell(column), topOf('row', row));
  return {
    ...pixels,
    cell: cellAt,
    header: (column) => below(layout.header(column), topOf('header', 0)),
    label: (row) => below(layout.gutter, topOf('row', row)),
    caption: (column, row) => below(layout.caption(column), topOf('row', row)),
    middle(column, row) {
      const box = cellAt(column, row);
      return pixels.at(box.left + box.width / 2, box.top + box.height / 2);
    },
  };
}

const colours: readonly Colour[] = [
  [200, 30, 30],
  [30, 200, 30],
  [30, 30, 200],
  [200, 200, 30],
  [30, 200, 200],
  [200, 30, 200],
];

describe('a contact sheet', () => {
  test('has the image of each job in the cell of its values', async () => {
    const dir = sheetFolder();
    const lines: ManifestLine[] = [];
    for (const [nth, colour] of colours.entries()) {
      const axes = { style: ['anime', 'realistic', 'sketch'][nth % 3] as string, seed: nth < 3 ? 1 : 2 };
      const outputs = [await colourFile(dir, `files/${nth}.png`, colour)];
      lines.push(aLine(nth, { axes, outputs }));
    }
    const sheet = await drawn(dir, lines, { x: 'style', y: 'seed' });
    for (const [nth, colour] of colours.entries())
      expect(sheet.middle(nth % 3, Math.floor(nth / 3))).toEqual(colour);
  });

  test('has labels that can be seen and that differ', async () => {
    const lines = [1, 2].flatMap((seed) =>
      ['anime', 'realistic'].map((style, nth) => aLine(seed * 2 + nth, { axes: { style, seed } })),
    );
    const sheet = await drawn(sheetFolder(), lines, { x: 'style', y: 'seed' });
    const labels = [sheet.header(0), sheet.header(1), sheet.label(0), sheet.label(1)];
    for (const label of labels) expect(sheet.darkIn(label)).toBeGreaterThan(8);
    expect(sheet.cut(sheet.header(0))).not.toBe(sheet.cut(sheet.header(1)));
    expect(sheet.cut(sheet.label(0))).not.toBe(sheet.cut(sheet.label(1)));
  });

  test('fits images without cropping or enlarging them, and turns them upright', async () => {
    const dir = sheetFolder();
    const wide = await colourFile(dir, 'files/wide.webp', [200, 30, 30], [400, 100]);
    const tiny = await colourFile(dir, 'files/tiny.png', [30, 30, 200], [20, 20]);
    const onItsSide = join(dir, 'files/side.jpeg');
    await sharp({ create: { width: 400, height: 100, channels: 3, background: '#00c800' } })
      .withMetadata({ orientation: 6 })
      .toFile(onItsSide);
    const outputs = [[wide], [tiny], [savedFile('files/side.jpeg', 'image/jpeg')]];
    const lines = outputs.map((files, nth) => aLine(nth, { input: { prompt: `p${nth}` }, outputs: files }));
    const sheet = await drawn(dir, lines, { x: 'prompt' });
    const inkOf = (column: number): number => {
      const box = sheet.cell(column, 0);
      let count = 0;
      for (let y = 0; y < cell; y += 1)
        for (let x = 0; x < cell; x += 1) {
          const [r, g, b] = sheet.at(box.left + x, box.top + y);
          if (Math.max(r, g, b) - Math.min(r, g, b) > 100) count += 1;
        }
      return count;
    };
    expect(inkOf(0)).toBe(128 * 32);
    expect(inkOf(1)).toBe(20 * 20);
    expect(inkOf(2)).toBeGreaterThan(30 * 126);
    expect(inkOf(2)).toBeLessThan(34 * 128 + 1);
    const upright = sheet.cell(2, 0);
    expect(sheet.at(upright.left + 64, upright.top + 4)[1]).toBeGreaterThan(180);
  });

  test('shows grey, transparent and 16-bit images in their colours', async () => {
    const dir = sheetFolder();
    await colourFile(dir, 'files/first.png', [1, 2, 3]);
    const base = { width: 200, height: 200 } as const;
    await sharp({ create: { ...base, channels: 3, background: '#505050' } })
      .toColourspace('b-w')
      .toFile(join(dir, 'files/grey.png'));
    await sharp({ create: { ...base, channels: 4, background: { r: 255, g: 0, b: 0, alpha: 0 } } }).toFile(
      join(dir, 'files/clear.png'),
    );
    await sharp({ create: { ...base, channels: 3, background: '#c86432' } })
      .toColourspace('rgb16')
      .toFile(join(dir, 'files/deep.png'));
    const lines = ['grey', 'clear', 'deep'].map((name, nth) =>
      aLine(nth, { input: { prompt: `p${nth}` }, outputs: [savedFile(`files/${name}.png`, 'image/png')] }),
    );
    const sheet = await drawn(dir, lines, { x: 'prompt' });
    expect(sheet.middle(0, 0)).toEqual([80, 80, 80]);
    expect(sheet.middle(1, 0)).toEqual([255, 255, 255]);
    for (const [nth, part] of sheet.middle(2, 0).entries())
      expect(Math.abs(part - ([200, 100, 50][nth] as number))).toBeLessThan(2);
  });

  test('shows all files of a job, and with --stack all jobs of a cell, side by side', async () => {
    const dir = sheetFolder();
    const files = await Promise.all(
      colours.slice(0, 3).map((colour, nth) => colourFile(dir, `files/${nth}.png`, colour)),
    );
    const axes = (seed: number) => ({ style: 'anime', seed });
    const one = await drawn(dir, [aLine(1, { axes: axes(1), outputs: files })], { x: 'style', y: 'prompt' });
    const several = await drawn(
      dir,
      files.map((file, nth) => aLine(nth, { axes: axes(nth), outputs: [file] })),
      { x: 'style', y: 'prompt', stack: true },
    );
    for (const sheet of [one, several])
      for (const [nth, box] of sharedBox(sheet.cell(0, 0), 3).entries())
        expect(sheet.at(box.left + box.width / 2, box.top + box.height / 2)).toEqual(colours[nth]);
  });

  test('shows failures, unfinished jobs, videos, lost files and empty cells in place, each differently', async () => {
    const dir = sheetFolder();
    const good = await colourFile(dir, 'files/good.png', [200, 30, 30]);
    const bad = await colourFile(dir, 'files/bad.png', [200, 30, 30]);
    writeFileSync(join(dir, bad.path), 'not an image');
    const cut = await colourFile(dir, 'files/cut.jpeg', [200, 30, 30], [2_000, 2_000]);
    truncateSync(join(dir, cut.path), 8_000);
    const error = { class: 'model', message: 'The model refused this prompt.' } as const;
    const jobs: Partial<ManifestLine>[] = [
      { state: 'failed', error },
      { state: 'failed', error: { ...error, message: 'The model fell over.' } },
      { state: 'unknown', error: { class: 'unknown_submit', message: 'No answer came.' } },
      { state: 'pending' },
      { outputs: [savedFile('files/a/film.mp4', 'video/mp4')] },
      { outputs: [savedFile('files/nowhere.png', 'image/png')] },
      { outputs: [bad] },
      { outputs: [cut] },
    ];
    const lines = [
      ...jobs.map((job, seed) => aLine(seed, { axes: { style: 'anime', seed }, ...job })),
      aLine(90, { axes: { style: 'realistic', seed: 0 }, outputs: [good] }),
    ];
    const sheet = await drawn(dir, lines, { x: 'style', y: 'seed' });
    expect(sheet.middle(1, 0)).toEqual([200, 30, 30]);
    const cells = [...jobs.keys()].map((row) => sheet.cell(0, row));
    for (const box of cells) expect(sheet.darkIn(box)).toBeGreaterThan(30);
    const empty = sheet.cell(1, 1);
    expect(sheet.darkIn(empty)).toBe(0);
    const shown = [...cells, empty].map(sheet.cut);
    expect(new Set(shown).size).toBe(shown.length);
  });

  test('draws long prompts next to their rows, and below cells with their own labels', async () => {
    const prompt = 'a lighthouse at the end of a long stone pier in an autumn storm, '.repeat(5);
    expect(prompt.length).toBeGreaterThan(300);
    const lines = [1, 2].flatMap((seed) =>
      [prompt, 'short'].map((text, nth) =>
        aLine(seed * 2 + nth, { axes: { seed }, input: { prompt: text, seed } }),
      ),
    );
    const grid = await drawn(sheetFolder(), lines, { x: 'seed', y: 'prompt' });
    expect(grid.darkIn(grid.label(0))).toBeGreaterThan(10 * grid.darkIn(grid.label(1)));
    const alone = await drawn(sheetFolder(), lines.slice(0, 2), { x: 'prompt' });
    expect(alone.darkIn(alone.caption(0, 0))).toBeGreaterThan(10 * alone.darkIn(alone.caption(1, 0)));
  });

  test('is the same to the byte when it is drawn again', async () => {
    const dir = sheetFolder();
    const outputs = [await colourFile(dir, 'files/a.png', [10, 90, 200])];
    const plan = planSheets(
      [aLine(1, { outputs })],
      { axes: [], inputs: ['prompt'], tags: [] },
      { x: 'prompt', y: 'model', pages: [], stack: false },
      { cell, rows: null },
    );
    const once = async () => {
      const renderer = await openSheetRenderer(plan, { dir, folder: 'cats', cell });
      return whole(
        (await renderer.draw(plan.pages[0] as (typeof plan.pages)[0], unstopped, () => {})).bytes(),
      );
    };
    expect(Buffer.compare(await once(), await once())).toBe(0);
  });

  test('stops when its signal is aborted', async () => {
    const stop = new AbortController();
    const lines = Array.from({ length: 40 }, (_, nth) => aLine(nth, { axes: { seed: nth } }));
    const plan = planSheets(
      lines,
      { axes: [{ name: 'seed', values: [] }], inputs: ['prompt'], tags: [] },
      { x: 'model', y: 'seed', pages: [], stack: false },
      { cell, rows: null },
    );
    const renderer = await openSheetRenderer(plan, { dir: sheetFolder(), folder: 'cats', cell });
    const sheet = await renderer.draw(plan.pages[0] as (typeof plan.pages)[0], stop.signal, (done) => {
      if (done === 3) stop.abort(new Error('SIGINT'));
    });
    await expect(whole(sheet.bytes())).rejects.toThrow('SIGINT');
  });
});
