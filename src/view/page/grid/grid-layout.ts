import type { PageJob } from '../../page-data.ts';
import type { KeyColumn } from '../filters/key-column.ts';
import type { Axes, CrossTable } from './cross-table.ts';
import { type Tracks, tracks } from './tracks.ts';

/** The positions of everything in the grid, in CSS pixels. */
export interface GridLayout {
  readonly table: CrossTable;
  readonly axes: Axes;
  readonly rows: Tracks;
  readonly columns: Tracks;
  /** Of the row labels, and of the bar of their outer axis. */
  readonly labelWidth: number;
  readonly barWidth: number;
  /** Of the column labels and the bar of their outer axis together, and of the bar alone. */
  readonly headHeight: number;
  readonly barHeight: number;
}

const gap = 6;
const groupGap = 22;
const letterWidth = 6.6;
const lineHeight = 16;
/** Browsers cut off elements that are much longer, on high-resolution screens even sooner. */
const maxPx = 10_000_000;

export function gridLayout(
  table: CrossTable,
  axes: Axes,
  cell: { readonly width: number; readonly heightShare: number },
  viewportWidth: number,
): GridLayout {
  const isNarrow = viewportWidth <= 480;
  const rowCount = Math.max(table.rows.length, 1);
  const columnCount = Math.max(table.columns.length, 1);
  const labelWidth = axes.y === null ? 0 : widthFor(longestLabel(axes.y), isNarrow ? 92 : 232);
  const barWidth = axes.superY === null ? 0 : 28;
  const room = Math.max(viewportWidth - labelWidth - barWidth - 2 * gap, 72);
  const width = Math.floor(Math.min(cell.width, room, maxPx / columnCount - gap));
  const height = Math.floor(Math.min(width * cell.heightShare, maxPx / rowCount - gap));
  const barHeight = axes.superX === null ? 0 : 26;
  const labelLines = Math.ceil((longestLabel(axes.x) * letterWidth) / Math.max(width - 12, 1));
  const isMeeting = (axes.x ?? axes.superX) !== null && (axes.y ?? axes.superY) !== null;
  const labelHeight = Math.min(Math.max(labelLines, 1), 4) * lineHeight + 12;
  // If two names meet in the corner, one is above the other.
  const minHeight = isMeeting ? 38 - barHeight : 0;
  return {
    table,
    axes,
    rows: tracks(table.rows, height, gap, groupGap),
    columns: tracks(table.columns, width, gap, groupGap),
    labelWidth,
    barWidth,
    headHeight: barHeight + Math.max(labelHeight, minHeight),
    barHeight,
  };
}

/** The median height-to-width ratio of the images, so that most of them fill their cells; 1 if there are none yet. */
export function usualShape(jobs: readonly PageJob[]): number {
  const shapes: number[] = [];
  for (const { outputs } of jobs) {
    const { width = null, height = null } = outputs[0] ?? {};
    if (width !== null && height !== null && width > 0) shapes.push(height / width);
  }
  const usual = shapes.sort((a, b) => a - b)[shapes.length >> 1] ?? 1;
  return Math.min(Math.max(usual, 0.5), 1.5);
}

function longestLabel(column: KeyColumn | null): number {
  return column?.labels.reduce((longest, { length }) => Math.max(longest, length), 0) ?? 0;
}

function widthFor(letters: number, maxWidth: number): number {
  return Math.round(Math.min(Math.max(letters * letterWidth + 24, 64), maxWidth));
}
