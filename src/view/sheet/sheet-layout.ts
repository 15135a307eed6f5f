/** A rectangle on a sheet or on one of its bands, in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** What a layout is computed from: counts and measured sizes, in pixels. */
interface SheetMeasures {
  readonly columns: number;
  readonly rows: number;
  /** Width of a cell, and height of its contents. */
  readonly cell: number;
  /** Width of the row labels; 0: there are none. */
  readonly gutter: number;
  readonly titleWidth: number;
  readonly titleHeight: number;
  /** 0: the columns have no labels. */
  readonly headerHeight: number;
  /** Height of a row: at least the cell. */
  readonly rowHeight: number;
  /** Height of the labels below the cells; 0: there are none. */
  readonly captionHeight: number;
}

/** A strip over the whole width. Only one is in memory at a time. */
export interface SheetBand {
  readonly kind: 'title' | 'header' | 'row' | 'foot';
  /** The number of the row; 0 for other kinds. */
  readonly row: number;
  readonly top: number;
  readonly height: number;
}

export interface SheetLayout {
  readonly width: number;
  readonly height: number;
  /** From top to bottom, without gaps. */
  readonly bands: readonly SheetBand[];
  /** The title, relative to its band. */
  readonly title: Box;
  /** The label of a row, or the corner of the header, relative to its band. */
  readonly gutter: Box;
  /** A column's label, relative to the header's band. */
  header(column: number): Box;
  /** A cell, relative to the band of its row. */
  cell(column: number): Box;
  /** The label under a cell, relative to the band of its row. */
  caption(column: number): Box;
}

export const sheetMargin = 28;
export const cellGap = 8;
const captionGap = 6;
// Column labels are repeated after this many pixels of rows, since a screen shows no more at once.
const headerEvery = 4_000;

export function sheetLayout(measures: SheetMeasures): SheetLayout {
  const { columns, rows, cell, gutter, titleHeight, headerHeight, rowHeight, captionHeight } = measures;
  const gutterRoom = gutter === 0 ? 0 : gutter + 2 * cellGap;
  const grid = gutterRoom + columns * (cell + cellGap) - cellGap;
  const inner = Math.max(grid, measures.titleWidth);
  const width = inner + 2 * sheetMargin;
  const captionRoom = captionHeight === 0 ? 0 : captionGap + captionHeight + cellGap;
  const bandHeight = rowHeight + captionRoom + 2 * cellGap;
  const left = (column: number): number => sheetMargin + gutterRoom + column * (cell + cellGap);
  const bands: SheetBand[] = [];
  let top = 0;
  const add = (kind: SheetBand['kind'], row: number, height: number): void => {
    bands.push({ kind, row, top, height });
    top += height;
  };

  add('title', 0, sheetMargin + titleHeight + 2 * cellGap);
  const between = Math.max(4, Math.floor(headerEvery / bandHeight));
  for (let row = 0; row < rows; row += 1) {
    const few = rows - row < between / 2;
    if (headerHeight > 0 && (row === 0 || (row % between === 0 && !few)))
      add('header', 0, headerHeight + 2 * cellGap);
    add('row', row, bandHeight);
  }
  add('foot', 0, sheetMargin - cellGap);

  return {
    width,
    height: top,
    bands,
    title: { left: sheetMargin, top: sheetMargin, width: inner, height: titleHeight },
    gutter: { left: sheetMargin, top: cellGap, width: gutter, height: rowHeight },
    header: (column) => ({ left: left(column), top: cellGap, width: cell, height: headerHeight }),
    cell: (column) => ({ left: left(column), top: cellGap, width: cell, height: cell }),
    caption: (column) => ({
      left: left(column),
      top: cellGap + rowHeight + captionGap,
      width: cell,
      height: captionHeight,
    }),
  };
}

/** Divides a box among `count` images, in an arrangement that is as square as possible. */
export function sharedBox(box: Box, count: number): readonly Box[] {
  const columns = Math.ceil(Math.sqrt(count));
  const rows = Math.ceil(count / columns);
  const gap = count > 1 && box.width / columns > 16 ? 4 : 0;
  const start = (whole: number, parts: number, nth: number): number =>
    Math.floor((nth * (whole + gap)) / parts);
  return Array.from({ length: count }, (_, nth) => {
    const [column, row] = [nth % columns, Math.floor(nth / columns)];
    const [left, top] = [start(box.width, columns, column), start(box.height, rows, row)];
    return {
      left: box.left + left,
      top: box.top + top,
      width: start(box.width, columns, column + 1) - gap - left,
      height: start(box.height, rows, row + 1) - gap - top,
    };
  });
}

/** How many cells a line has before it wraps: about as many as there are lines, and no more than fit on a screen. */
export function wrapAfter(count: number): number {
  return Math.min(count, Math.max(4, Math.min(12, Math.ceil(Math.sqrt(count)))));
}
