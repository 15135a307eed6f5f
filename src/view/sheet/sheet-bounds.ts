import { UserError } from '../../core/complaints.ts';
import { cellGap, sheetMargin } from './sheet-layout.ts';
import { sheetStyles } from './sheet-theme.ts';
import type { TileSize } from './sheet-tiles.ts';

/** What Pillow opens: beyond this number of pixels it takes a picture for an attack. */
const maxPixels = 178_956_970;
/** What programs with 16-bit coordinates open, in either direction. */
const maxSide = 32_767;

// A line of text in any font, in its size.
const lineShare = 2;
const linesInLabel = 6;

/** What a page is measured by, before its labels are. */
interface PageMeasures {
  /** The width of a cell. */
  readonly cell: number;
  readonly columns: number;
  /** The number of keys in its title. */
  readonly keys: number;
  readonly isGrid: boolean;
}

/**
 * The most rows and columns of a picture that programs open, whatever its labels: of as many columns as fit, then of as
 * many rows. `wanted`: no more than these rows.
 */
export function tileSize({ cell, columns, keys, isGrid }: PageMeasures, wanted: number | null): TileSize {
  const { title, label, quiet } = sheetStyles(cell);
  const tallest = Math.max(cell, linesInLabel * lineShare * label.px);
  const gutter = Math.max(240, Math.round(cell * 1.25)) + 2 * cellGap;
  const top = 4 * title.px + 8 * quiet.px + 24 * label.px * keys + 3 * sheetMargin;
  // Without labels of rows there is one below each cell; those of columns are above every fourth row.
  const band = tallest + (isGrid ? 2 * cellGap : cell + 4 * cellGap);
  const header = tallest + 2 * cellGap;
  const rowsFor = (some: number): number => {
    const width = Math.max(24 * title.px, gutter + some * (cell + cellGap)) + 2 * sheetMargin;
    const height = Math.min(maxSide, Math.floor(maxPixels / width)) - top - header;
    return Math.floor(height / (band + header / 4));
  };
  const fitting = Math.floor((maxSide - gutter - 2 * sheetMargin) / (cell + cellGap));
  let most = Math.max(1, Math.min(columns, fitting));
  // Wide pictures of a few rows are no better than two of half the width.
  const enough = Math.min(wanted ?? fewRows, fewRows);
  while (most > 1 && rowsFor(most) < enough) most = Math.ceil(most / 2);
  return { columns: most, rows: Math.max(1, Math.min(wanted ?? Number.POSITIVE_INFINITY, rowsFor(most))) };
}

const fewRows = 8;

/** Throws `UserError` (`usage`) for a picture that programs do not open. */
export function checkSize(width: number, height: number): void {
  if (width <= maxSide && height <= maxSide && width * height <= maxPixels) return;
  throw new UserError(
    'usage',
    `A contact sheet of ${width} × ${height} pixels is larger than most programs open.`,
    'Use a smaller --cell, fewer --rows, or select fewer jobs with --where.',
  );
}
