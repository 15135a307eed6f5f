import type { SheetTools } from './sheet-cells.ts';
import { labelOf } from './sheet-keys.ts';
import { cellGap, type SheetLayout, sheetLayout } from './sheet-layout.ts';
import type { SheetPage } from './sheet-pages.ts';
import type { TextStyle } from './text-drawing.ts';

/** What the title of a sheet says. */
interface SheetNames {
  /** The folder's own name. */
  readonly folder: string;
  /** null: several. */
  readonly model: string | null;
  readonly x: string;
  readonly y: string | null;
  /** A note on what is within one cell, or null. */
  readonly note: string | null;
}

export interface MeasuredSheet {
  readonly page: SheetPage;
  readonly names: SheetNames;
  readonly layout: SheetLayout;
  readonly columns: number;
}

// Of hundreds of thousands of labels, only those that look longest are measured. A label that needs more room after
// all is cut like any other that is too long.
const maxMeasured = 40;
const minLines = 6;

/** Measures the labels and lays the page out. */
export async function measureSheet(
  page: SheetPage,
  names: SheetNames,
  cell: number,
  tools: SheetTools,
): Promise<MeasuredSheet> {
  const { label, quiet, title } = tools.styles;
  const line = await tools.textRenderer.lineHeight(label.px);
  const tallest = Math.max(cell, minLines * line);
  const columns = page.columns?.length ?? page.wrapAt;

  let [gutter, headerHeight, captionHeight, rowHeight] = [0, 0, 0, cell];
  if (page.columns === null) {
    captionHeight = (await extent(page.labels, label, cell, tallest, tools)).height;
  } else {
    const widest = Math.max(240, Math.round(cell * 1.25));
    const rows = await extent(page.labels, label, widest, tallest, tools);
    const corner = await extent(cornerText(names), quiet, widest, tallest, tools);
    const header = await extent(page.columns, label, cell, tallest, tools);
    gutter = Math.max(rows.width, corner.width);
    headerHeight = Math.max(header.height, 2 * line);
    rowHeight = Math.max(cell, Math.min(rows.height, minLines * line));
  }
  const measures = {
    columns,
    rows: page.columns === null ? Math.ceil(page.labels.length / columns) : page.labels.length,
    cell,
    gutter,
    titleWidth: 24 * title.px,
    titleHeight: 0,
    headerHeight,
    rowHeight,
    captionHeight,
  };
  const { width } = sheetLayout(measures).title;
  let titleHeight = 0;
  for (const { text, style, height } of titleLines(page, names, tools)) {
    titleHeight += (await extent([text], style, width, height, tools)).height;
  }
  return { page, names, columns, layout: sheetLayout({ ...measures, titleHeight }) };
}

/** The lines of the title, each with its maximum height when it wraps. */
export function titleLines(
  { values, part }: SheetPage,
  { folder, model, x, y, note }: SheetNames,
  { styles }: SheetTools,
): readonly { readonly text: string; readonly style: TextStyle; readonly height: number }[] {
  const { title, label, quiet } = styles;
  const keys = y === null ? `by ${x}` : `${x} × ${y}`;
  const nth = part === null ? [] : [`page ${part.nth} of ${part.of}`];
  const about = [...nth, ...(model === null ? [] : [model]), keys, ...(note === null ? [] : [note])];
  return [
    { text: folder, style: title, height: 4 * title.px },
    { text: about.join(' · '), style: quiet, height: 8 * quiet.px },
    ...values.map(({ key, value }) => ({
      text: `${key}: ${labelOf(value)}`,
      style: label,
      height: 24 * label.px,
    })),
  ];
}

/** The text in the corner of the grid: the keys whose values are to its right and below it. */
export function cornerText({ x, y }: SheetNames): readonly string[] {
  return y === null ? [] : [`${x} →`, `${y} ↓`];
}

/** The size of the longest of these texts. */
async function extent(
  texts: readonly string[],
  style: TextStyle,
  width: number,
  height: number,
  { textRenderer }: SheetTools,
): Promise<{ readonly width: number; readonly height: number }> {
  const longest = [...new Set(texts)].sort((a, b) => weight(b) - weight(a)).slice(0, maxMeasured);
  const room = { width: 0, height: 0 };
  for (const text of longest) {
    const picture = await textRenderer.render(text, style, width, height);
    room.width = Math.max(room.width, picture?.width ?? 0);
    room.height = Math.max(room.height, picture?.height ?? 0);
  }
  return { width: room.width + (room.width > 0 ? cellGap / 2 : 0), height: room.height };
}

// East Asian characters and emoji are about twice as wide as others.
function weight(text: string): number {
  return text.length + (text.match(/[\u1100-\uffff]/g)?.length ?? 0);
}
