import { isJsonObject } from '../../core/json.ts';
import type { Row } from '../../core/row.ts';
import { rawValue } from '../rows/body.ts';

/** What the cells of a column hold, on average. */
export interface ColumnContent {
  readonly column: string;
  readonly cells: number;
  /** Characters. */
  readonly meanLength: number;
  /** Shares of the cells, from 0 to 1. */
  readonly spaced: number;
  readonly links: number;
  /** Objects in it, from the first row that has one. */
  readonly object: unknown;
}

/** Looks into the first rows of a file, to guess what its columns are meant for. */
export interface ContentCounts {
  see(row: Row): void;
  /** In the order in which they came. */
  columns(): readonly ColumnContent[];
}

const maxRows = 1_000;
const link =
  /^\s*(https?:\/\/|@\S|data:)|\.(png|jpe?g|webp|gif|avif|bmp|tiff?|mp4|mov|webm|mp3|wav|m4a)\s*$/i;

export function contentCounts(maxColumns: number): ContentCounts {
  const counts = new Map<
    string,
    { cells: number; length: number; spaced: number; links: number; object: unknown }
  >();
  let rows = 0;
  return {
    see({ cells }) {
      if (rows >= maxRows) return;
      rows += 1;
      for (const [column, cell] of cells) {
        let count = counts.get(column);
        if (count === undefined) {
          if (counts.size >= maxColumns) continue;
          count = { cells: 0, length: 0, spaced: 0, links: 0, object: null };
          counts.set(column, count);
        }
        const value = rawValue(cell);
        count.cells += 1;
        if (isJsonObject(value)) count.object ??= value;
        if (typeof value !== 'string') continue;
        count.length += value.length;
        if (/\S\s+\S/.test(value.slice(0, 500))) count.spaced += 1;
        if (link.test(value.slice(-2_000))) count.links += 1;
      }
    },
    columns: () =>
      [...counts].map(([column, { cells, length, spaced, links, object }]) => ({
        column,
        cells,
        meanLength: length / cells,
        spaced: spaced / cells,
        links: links / cells,
        object,
      })),
  };
}
