import type { SheetPage } from './sheet-pages.ts';

/** How many rows and columns one picture may have. */
export interface TileSize {
  readonly rows: number;
  readonly columns: number;
}

/**
 * A page as pictures of so many rows and columns: from left to right, then further down. Pictures without any job are
 * left out. `columns` and `rows` of labels are repeated on each.
 */
export function tilesOf(page: SheetPage, most: TileSize): readonly SheetPage[] {
  const tiles = (page.columns === null ? linesOf(page, most) : gridOf(page, page.columns, most)).filter(
    ({ jobCount }) => jobCount > 0,
  );
  if (tiles.length < 2) return tiles;
  return tiles.map((tile, nth) => ({ ...tile, part: { nth: nth + 1, of: tiles.length } }));
}

function gridOf(page: SheetPage, columns: readonly string[], most: TileSize): SheetPage[] {
  const starts = (count: number, step: number): number[] =>
    Array.from({ length: Math.ceil(count / step) }, (_, nth) => nth * step);
  return starts(page.labels.length, most.rows).flatMap((top) =>
    starts(columns.length, most.columns).map((left): SheetPage => {
      const part = {
        columns: columns.slice(left, left + most.columns),
        labels: page.labels.slice(top, top + most.rows),
      };
      let jobCount = 0;
      for (let row = 0; row < part.labels.length; row += 1) {
        for (let column = 0; column < part.columns.length; column += 1) {
          jobCount += page.jobsAt(left + column, top + row).length;
        }
      }
      return {
        ...page,
        ...part,
        jobCount,
        jobsAt: (column, row) => page.jobsAt(left + column, top + row),
      };
    }),
  );
}

/** Cells without rows of their own: each line has as many as before. */
function linesOf(page: SheetPage, most: TileSize): SheetPage[] {
  const wrapAt = Math.min(page.wrapAt, most.columns);
  const step = wrapAt * most.rows;
  return Array.from({ length: Math.ceil(page.labels.length / step) }, (_, nth): SheetPage => {
    const from = nth * step;
    const labels = page.labels.slice(from, from + step);
    return {
      ...page,
      wrapAt: Math.min(wrapAt, labels.length),
      labels,
      jobCount: labels.reduce((sum, _label, at) => sum + page.jobsAt(0, from + at).length, 0),
      jobsAt: (column, row) => page.jobsAt(column, from + row),
    };
  });
}
