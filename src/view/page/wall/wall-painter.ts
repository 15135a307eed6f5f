import type { PageJob } from '../../page-data.ts';
import { memo } from '../state/memo.ts';
import type { Page } from '../state/page-store.ts';
import { type Masonry, masonry, type Tile } from './masonry.ts';
import { wallHeading, wallTile } from './wall-tiles.ts';

/** Draws the wall: only what is in view, and a margin around it, is in the document. Tiles are named by number. */
export interface WallPainter {
  readonly layout: () => Masonry;
  /** Makes a tile the one that the Tab key reaches. */
  activate(number: number): void;
  /** Makes a tile the active one, scrolls to it and gives it the focus. */
  moveTo(number: number): void;
  /** The same for the first tile of the jobs that are shown by now; false: there is none. */
  moveToFirst(): boolean;
  resize(width: number, height: number): void;
  /** Draws with the next frame. */
  readonly schedule: () => void;
}

const gapPx = 12;
const marginPx = 480;
/** A whole image fits into the view, unless the window is lower than this. */
const minCapPx = 240;
/** Firefox draws nothing beyond 17.8 million, and Chromium nothing beyond 33.5 million. */
const maxWallPx = 16_000_000;
/** Height to width of jobs without an image, which need room for their state and reason. */
const blankShape = 0.75;

export function wallPainter(page: Page, scroller: HTMLElement, canvas: HTMLElement): WallPainter {
  const tiles = new Map<number, HTMLElement>();
  const headings = new Map<number, HTMLElement>();
  let viewport = { width: 0, height: 0 };
  let active = 0;
  let drawn: Masonry | null = null;
  let frame = 0;
  const layout = wallLayout(page, () => viewport);

  function draw(): void {
    frame = 0;
    if (page.view().mode !== 'wall' || viewport.width === 0) return;
    const wall = layout();
    if (wall !== drawn) start(wall);
    const [from, to] = [scroller.scrollTop - marginPx, scroller.scrollTop + viewport.height + marginPx];
    const wanted = new Set(wall.within(from, to));
    if (active in wall.tiles) wanted.add(active);
    const visible = wall.headings.flatMap(({ top }, n) => (top >= from - 60 && top <= to ? [n] : []));
    keepOnly(tiles, wanted, (number) => canvas.appendChild(wallTile(page, wall, number)));
    keepOnly(headings, new Set(visible), (number) => canvas.appendChild(wallHeading(wall, number)));
    for (const [number, tile] of tiles) tile.setAttribute('tabindex', number === active ? '0' : '-1');
  }

  /** For other jobs or another size: the focus stays on its job if that is still shown. */
  function start(wall: Masonry): void {
    const job = drawn?.tiles[active]?.job;
    const hadFocus = canvas.contains(document.activeElement);
    const number = job === undefined ? -1 : wall.tiles.findIndex((tile) => tile.job === job);
    active = Math.max(number, 0);
    drawn = wall;
    removeAll(tiles);
    removeAll(headings);
    canvas.style.height = `${wall.height}px`;
    if (hadFocus) requestAnimationFrame(() => tiles.get(active)?.focus({ preventScroll: true }));
  }

  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(draw);
  }

  function moveTo(number: number): void {
    active = number;
    const { top, height } = layout().tiles[number] as Tile;
    const minTop = top + height + gapPx - viewport.height;
    scroller.scrollTop = Math.min(Math.max(scroller.scrollTop, minTop), Math.max(top - gapPx, 0));
    draw();
    tiles.get(number)?.focus({ preventScroll: true });
  }

  return {
    ...{ layout, moveTo, schedule },
    activate(number) {
      if (number === active) return;
      active = number;
      schedule();
    },
    moveToFirst() {
      // Other tiles first take over the active one.
      draw();
      const isThere = layout().tiles.length > 0;
      if (isThere) moveTo(0);
      return isThere;
    },
    resize(width, height) {
      viewport = { width, height };
      schedule();
    },
  };
}

/** Removes elements that are not wanted, and creates those that are missing. */
function keepOnly(
  elements: Map<number, HTMLElement>,
  wanted: ReadonlySet<number>,
  create: (number: number) => HTMLElement,
): void {
  for (const [number, element] of elements) {
    if (wanted.has(number)) continue;
    element.remove();
    elements.delete(number);
  }
  for (const number of wanted) if (!elements.has(number)) elements.set(number, create(number));
}

function removeAll(elements: Map<number, HTMLElement>): void {
  for (const element of elements.values()) element.remove();
  elements.clear();
}

function wallLayout(page: Page, viewport: () => { width: number; height: number }): () => Masonry {
  const maxImageHeight = (): number => Math.max(Math.round(viewport().height * 0.85), minCapPx);
  return memo(
    () => [page.wall(), page.view().cellWidth, page.view().wallOrder, viewport().width, maxImageHeight()],
    () =>
      masonry(page.wall(), {
        width: viewport().width,
        maxImageHeight: maxImageHeight(),
        maxHeight: maxWallPx,
        tileWidth: page.view().cellWidth * 1.1,
        minColumns: 2,
        captionHeight: page.view().wallOrder === 'prompt' ? 26 : 44,
        headingHeight: 44,
        gap: gapPx,
        shapeOf: (job) => shapeOf(page.jobs[job] as PageJob),
      }),
  );
}

function shapeOf({ outputs }: PageJob): number {
  const [first] = outputs;
  if (first === undefined) return blankShape;
  const { width, height } = first;
  if (width === null || height === null || width === 0) return 1;
  return Math.min(Math.max(height / width, 0.35), 2.2);
}
