import './wall-view.css';
import type { PageJob } from '../../page-data.ts';
import { cellContent } from '../job/cell-content.ts';
import { jobButtons } from '../job/job-buttons.ts';
import { onJobKey, openClicked } from '../job/job-keys.ts';
import { axesText, promptOf, spokenJob } from '../job/job-words.ts';
import { memo } from '../state/memo.ts';
import type { Page } from '../state/page-store.ts';
import { element } from '../widgets/dom.ts';
import { type Masonry, masonry, type Tile, wallMove } from './masonry.ts';

const gapPx = 12;
const marginPx = 480;
/** Of jobs without a picture: their state and reason need some room. */
const blankShape = 0.75;

/** All shown jobs as pictures in columns. Only what is in view, and a margin, is in the document. */
export function wallView(page: Page): HTMLElement {
  const canvas = element('div', { class: 'wall-canvas', role: 'feed', 'aria-label': 'Results' });
  const scroller = element('div', { class: 'wall', tabindex: -1 }, canvas);
  const tiles = new Map<number, HTMLElement>();
  const headings = new Map<number, HTMLElement>();
  let viewport = { width: 0, height: 0 };
  let active = 0;
  let drawn: Masonry | null = null;
  let frame = 0;
  let lastOpen = page.view().open;

  const layout = memo(
    () => [page.wall(), page.view().cellWidth, page.view().wallOrder, viewport.width],
    () =>
      masonry(page.wall(), {
        width: viewport.width,
        tileWidth: page.view().cellWidth * 1.1,
        leastColumns: 2,
        captionHeight: page.view().wallOrder === 'prompt' ? 26 : 44,
        headingHeight: 44,
        gap: gapPx,
        shapeOf: (index) => shapeOf(page.jobs[index] as PageJob),
      }),
  );

  function draw(): void {
    frame = 0;
    if (page.view().mode !== 'wall' || viewport.width === 0) return;
    const wall = layout();
    if (wall !== drawn) begin(wall);
    const [from, to] = [scroller.scrollTop - marginPx, scroller.scrollTop + viewport.height + marginPx];
    const wanted = new Set(wall.within(from, to));
    if (active in wall.tiles) wanted.add(active);
    for (const [number, tile] of tiles) {
      if (wanted.has(number)) continue;
      tile.remove();
      tiles.delete(number);
    }
    for (const number of wanted) {
      if (tiles.has(number)) continue;
      const made = newTile(page, wall, number);
      tiles.set(number, made);
      canvas.append(made);
    }
    drawHeadings(wall, from, to);
    for (const [number, tile] of tiles) tile.setAttribute('tabindex', number === active ? '0' : '-1');
  }

  function drawHeadings(wall: Masonry, from: number, to: number): void {
    for (const [number, { text, count, top }] of wall.headings.entries()) {
      const isIn = top >= from - 60 && top <= to;
      const known = headings.get(number);
      if (!isIn) {
        known?.remove();
        headings.delete(number);
      } else if (known === undefined) {
        const made = element(
          'h2',
          { class: 'wall-heading', title: text },
          element('span', { class: 'clamped' }, text),
          element('span', { class: 'many' }, String(count)),
        );
        made.style.top = `${top}px`;
        headings.set(number, made);
        canvas.append(made);
      }
    }
  }

  function begin(wall: Masonry): void {
    const job = drawn?.tiles[active]?.job;
    const hadFocus = canvas.contains(document.activeElement);
    const index = job === undefined ? -1 : wall.tiles.findIndex((tile) => tile.job === job);
    active = index >= 0 ? index : 0;
    drawn = wall;
    for (const each of [...tiles.values(), ...headings.values()]) each.remove();
    tiles.clear();
    headings.clear();
    canvas.style.height = `${wall.height}px`;
    if (hadFocus) requestAnimationFrame(() => tiles.get(active)?.focus({ preventScroll: true }));
  }

  function later(): void {
    if (frame === 0) frame = requestAnimationFrame(draw);
  }

  function moveTo(number: number): void {
    active = number;
    const { top, height } = layout().tiles[number] as Tile;
    const least = top + height + gapPx - viewport.height;
    scroller.scrollTop = Math.min(Math.max(scroller.scrollTop, least), Math.max(top - gapPx, 0));
    draw();
    tiles.get(number)?.focus({ preventScroll: true });
  }

  page.onChange(() => {
    const { mode, open } = page.view();
    if (mode === 'wall' && lastOpen !== null && open === null) {
      const index = page.indexOf(lastOpen);
      const number = layout().tiles.findIndex(({ job }) => job === index);
      // The dialog gives the focus back to what had it: after that it goes to the job that was shown last.
      if (number >= 0) requestAnimationFrame(() => moveTo(number));
    }
    lastOpen = open;
    later();
  });
  scroller.addEventListener('scroll', later, { passive: true });
  scroller.addEventListener('click', ({ target }) => openClicked(page, target as Element));
  scroller.addEventListener('focusin', ({ target }) => {
    const { tile } = (target as HTMLElement).dataset;
    if (tile === undefined || Number(tile) === active) return;
    active = Number(tile);
    later();
  });
  scroller.addEventListener('keydown', (event) => {
    const { tile, job } = (event.target as HTMLElement).dataset;
    if (tile === undefined || job === undefined) return;
    const isPlain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
    const next = isPlain ? wallMove(event.key, Number(tile), layout(), viewport.height) : null;
    if (next === null) return onJobKey(page, event, job);
    event.preventDefault();
    moveTo(next);
  });
  new ResizeObserver(() => {
    viewport = { width: canvas.clientWidth, height: scroller.clientHeight };
    later();
  }).observe(scroller);
  return scroller;
}

function newTile(page: Page, wall: Masonry, number: number): HTMLElement {
  const { job: index, left, top, height } = wall.tiles[number] as Tile;
  const job = page.jobs[index] as PageJob;
  const isGrouped = page.view().wallOrder === 'prompt';
  const made = element(
    'article',
    {
      class: 'wall-tile',
      'aria-label': spokenJob(job),
      'aria-posinset': number + 1,
      'aria-setsize': wall.tiles.length,
      'data-tile': number,
      'data-job': job.job,
    },
    element('div', { class: 'shot' }, cellContent([job])),
    jobButtons(page, job.job),
    element(
      'div',
      { class: 'caption' },
      isGrouped ? null : element('div', { class: 'wording', title: promptOf(job) }, promptOf(job)),
      element('div', { class: 'facts', title: axesText(job) }, axesText(job) || job.model),
    ),
  );
  made.style.left = `${left}px`;
  made.style.top = `${top}px`;
  made.style.width = `${wall.tileWidth}px`;
  made.style.height = `${height}px`;
  return made;
}

function shapeOf({ outputs }: PageJob): number {
  const [first] = outputs;
  if (first === undefined) return blankShape;
  const { width, height } = first;
  if (width === null || height === null || width === 0) return 1;
  return Math.min(Math.max(height / width, 0.35), 2.2);
}
