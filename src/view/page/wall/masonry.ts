/** A tile's place, in CSS pixels from the wall's upper left corner. */
export interface Tile {
  /** The job's place in the plan. */
  readonly job: number;
  readonly left: number;
  readonly top: number;
  readonly height: number;
}

export interface Heading {
  readonly text: string;
  readonly count: number;
  readonly top: number;
}

export interface Masonry {
  readonly tiles: readonly Tile[];
  readonly headings: readonly Heading[];
  readonly columns: number;
  readonly tileWidth: number;
  readonly height: number;
  /** Tiles, by their number, that lie between two edges at least in part. */
  within(from: number, to: number): readonly number[];
}

export interface MasonryForm {
  readonly width: number;
  readonly tileWidth: number;
  readonly leastColumns: number;
  /** Of a tile's text below its picture. */
  readonly captionHeight: number;
  readonly headingHeight: number;
  readonly gap: number;
  /** Height by width of a job's picture. */
  shapeOf(job: number): number;
}

/** Columns of equal width; each tile comes below the column that is shortest so far, so that order reads across. */
export function masonry(
  groups: readonly { readonly heading: string | null; readonly jobs: readonly number[] }[],
  form: MasonryForm,
): Masonry {
  const { width, gap, captionHeight, headingHeight } = form;
  const fitting = Math.round((width + gap) / (form.tileWidth + gap));
  const columns = Math.max(fitting, form.leastColumns, 1);
  const tileWidth = Math.floor((width - gap * (columns - 1)) / columns);
  const tiles: Tile[] = [];
  const headings: Heading[] = [];
  let tallest = 0;
  let bottom = 0;
  for (const { heading, jobs } of groups) {
    if (heading !== null) {
      headings.push({ text: heading, count: jobs.length, top: bottom });
      bottom += headingHeight;
    }
    const ends = new Float64Array(columns).fill(bottom);
    for (const job of jobs) {
      let column = 0;
      for (let other = 1; other < columns; other += 1) {
        if ((ends[other] as number) < (ends[column] as number)) column = other;
      }
      const top = ends[column] as number;
      const height = Math.round(tileWidth * form.shapeOf(job)) + captionHeight;
      tiles.push({ job, left: column * (tileWidth + gap), top, height });
      ends[column] = top + height + gap;
      tallest = Math.max(tallest, height);
    }
    bottom = Math.max(...ends);
  }

  return {
    tiles,
    headings,
    columns,
    tileWidth,
    height: bottom,
    within(from, to) {
      const found: number[] = [];
      // Tops never fall from one tile to the next, since each goes where the wall is shortest.
      let [low, high] = [0, tiles.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((tiles[middle] as Tile).top < from - tallest) low = middle + 1;
        else high = middle;
      }
      for (let tile = low; tile < tiles.length && (tiles[tile] as Tile).top <= to; tile += 1) {
        const { top, height } = tiles[tile] as Tile;
        if (top + height >= from) found.push(tile);
      }
      return found;
    },
  };
}

/** Where a key leads from a tile; null: it is no key that moves. */
export function wallMove(press: string, from: number, wall: Masonry, viewHeight: number): number | null {
  const last = wall.tiles.length - 1;
  const here = wall.tiles[from] as Tile;
  switch (press) {
    case 'ArrowLeft':
      return Math.max(from - 1, 0);
    case 'ArrowRight':
      return Math.min(from + 1, last);
    case 'ArrowUp':
      return inColumn(wall, from, -1, here.top - 1);
    case 'ArrowDown':
      return inColumn(wall, from, 1, here.top + 1);
    case 'PageUp':
      return inColumn(wall, from, -1, here.top - viewHeight);
    case 'PageDown':
      return inColumn(wall, from, 1, here.top + viewHeight);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return null;
  }
}

/** The first tile of the same column at or beyond an edge, else the last one before it. */
function inColumn({ tiles }: Masonry, from: number, step: 1 | -1, edge: number): number {
  const { left } = tiles[from] as Tile;
  let found = from;
  for (let tile = from + step; tile in tiles; tile += step) {
    const each = tiles[tile] as Tile;
    if (each.left !== left) continue;
    found = tile;
    if (step > 0 ? each.top >= edge : each.top <= edge) break;
  }
  return found;
}
