import { drawCell, type SheetTools } from './sheet-cells.ts';
import { type Box, type SheetBand, type SheetLayout, sheetMargin } from './sheet-layout.ts';
import { cornerText, type MeasuredSheet, titleLines } from './sheet-measuring.ts';
import { blankRaster, draw, fill, type Raster } from './sheet-raster.ts';
import { paper, rule } from './sheet-theme.ts';
import type { TextStyle } from './text-drawing.ts';

// Decoding takes most of the time. Sharp has its own threads, and this many cells keep them busy.
const cellsAtOnce = 6;

/** The pixels of a sheet, band by band, with only one in memory. `signal` stops it between cells. */
export async function* sheetBands(
  sheet: MeasuredSheet,
  tools: SheetTools,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  for (const band of sheet.layout.bands) {
    signal.throwIfAborted();
    const raster = blankRaster(sheet.layout.width, band.height, paper);
    await drawBand(raster, band, sheet, tools, signal);
    yield raster.pixels;
  }
}

function drawBand(
  raster: Raster,
  band: SheetBand,
  sheet: MeasuredSheet,
  tools: SheetTools,
  signal: AbortSignal,
): Promise<void> | void {
  switch (band.kind) {
    case 'title':
      return drawTitle(raster, sheet, tools);
    case 'header':
      return drawHeader(raster, sheet, tools);
    case 'row':
      return drawRow(raster, band.row, sheet, tools, signal);
    case 'foot':
      return;
  }
}

async function drawTitle(raster: Raster, { page, names, layout }: MeasuredSheet, tools: SheetTools) {
  let box = layout.title;
  for (const { text, style, height } of titleLines(page, names, tools)) {
    const used = await write(raster, { ...box, height: Math.min(height, box.height) }, text, style, tools);
    box = { ...box, top: box.top + used, height: box.height - used };
  }
}

async function drawHeader(raster: Raster, { page, names, layout }: MeasuredSheet, tools: SheetTools) {
  const { label, quiet } = tools.styles;
  const box = { ...layout.gutter, height: layout.header(0).height };
  for (const [nth, text] of cornerText(names).entries()) {
    const line = await tools.textRenderer.lineHeight(quiet.px);
    await write(
      raster,
      { ...box, top: box.top + nth * line, height: box.height - nth * line },
      text,
      quiet,
      tools,
    );
  }
  for (const [column, text] of (page.columns ?? []).entries())
    await write(raster, layout.header(column), text, label, tools);
}

async function drawRow(
  raster: Raster,
  row: number,
  { page, layout, columns }: MeasuredSheet,
  tools: SheetTools,
  signal: AbortSignal,
) {
  const { label } = tools.styles;
  if (page.columns !== null) {
    drawRule(raster, layout);
    await write(raster, layout.gutter, page.labels[row] as string, label, tools);
  }
  const inRow = page.columns?.length ?? Math.min(columns, page.labels.length - row * columns);
  const waiting = Array.from({ length: inRow }, (_, column) => column)[Symbol.iterator]();
  async function work(): Promise<void> {
    for (const column of waiting) {
      signal.throwIfAborted();
      const at = page.columns === null ? row * columns + column : row;
      await drawCell(raster, layout.cell(column), page.jobsAt(column, at), tools);
      if (page.columns === null)
        await write(raster, layout.caption(column), page.labels[at] as string, label, tools);
    }
  }
  await Promise.all(Array.from({ length: cellsAtOnce }, work));
}

function drawRule(raster: Raster, { width }: SheetLayout): void {
  fill(raster, { left: sheetMargin, top: 0, width: width - 2 * sheetMargin, height: 1 }, rule);
}

/** Returns the height of the drawn text. */
async function write(
  raster: Raster,
  box: Box,
  text: string,
  style: TextStyle,
  { textRenderer }: SheetTools,
): Promise<number> {
  const picture = await textRenderer.render(text, style, box.width, box.height);
  if (picture === null) return 0;
  draw(raster, picture, box.left, box.top);
  return picture.height;
}
