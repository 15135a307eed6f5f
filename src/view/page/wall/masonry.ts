// Own code rather than @tanstack/virtual-core 3.19.11, which was tried with 50,000 jobs (see bench/README.md). It added
// 32 KB to the page (18%) and took longer to place all tiles again (99 to 110 ms against 73 to 79) and to follow the
// scroll bar (46 ms a frame against 40 to 43), though a little less for slow scrolling (8.7 ms a frame against 9.5). Its
// lanes also have no headings, which the wall needs when it is ordered by prompt.

/** The position of a tile, in CSS pixels from the upper left corner of the wall. */
export interface Tile {
  /** The job's index. */
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
  /** The numbers of the tiles that are at least partly between two edges. */
  within(from: number, to: number): readonly number[];
}

interface MasonryForm {
  readonly width: number;
  readonly tileWidth: number;
  readonly minColumns: number;
  /** Of the text below a tile's image. */
  readonly captionHeight: number;
  readonly headingHeight: number;
  readonly gap: number;
  /** No image is taller, such as a strip of many pictures; without it, any may be. */
  readonly maxImageHeight?: number;
  /** More and smaller columns are made if the wall would be higher; without it, it may be. */
  readonly maxHeight?: number;
  /** Height to width of a job's image. */
  shapeOf(job: number): number;
}

const minTileWidth = 48;

/** Columns of equal width. Each tile is added to the shortest column so far, so that the order reads from left to right. */
export function masonry(
  groups: readonly { readonly heading: string | null; readonly jobs: readonly number[] }[],
  form: MasonryForm,
): Masonry {
  const { width, gap } = form;
  const fitting = Math.round((width + gap) / (form.tileWidth + gap));
  let columns = Math.max(fitting, form.minColumns, 1);
  let wall = ofColumns(groups, form, columns);
  const { maxHeight = Number.POSITIVE_INFINITY } = form;
  while (wall.height > maxHeight && wall.tileWidth > minTileWidth) {
    // With more columns both the rows and the tiles become fewer and lower.
    columns = Math.max(columns + 1, Math.floor(columns * Math.sqrt(wall.height / maxHeight)));
    wall = ofColumns(groups, form, columns);
  }
  return wall;
}

function ofColumns(
  groups: readonly { readonly heading: string | null; readonly jobs: readonly number[] }[],
  form: MasonryForm,
  columns: number,
): Masonry {
  const { width, gap, captionHeight, headingHeight, maxImageHeight = Number.POSITIVE_INFINITY } = form;
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
      const height = Math.round(Math.min(tileWidth * form.shapeOf(job), maxImageHeight)) + captionHeight;
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
      // No tile is above the one before it, since each is added where the wall is shortest.
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

/** Which tile a key moves the focus to; null: the key does not move it. */
export function wallMove(key: string, from: number, wall: Masonry, viewHeight: number): number | null {
  const last = wall.tiles.length - 1;
  const here = wall.tiles[from] as Tile;
  switch (key) {
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

/** The first tile of the same column at or beyond an edge, or else the last one before it. */
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
