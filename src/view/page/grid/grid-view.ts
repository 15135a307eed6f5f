import './grid-view.css';
import { onJobKey, openClicked } from '../job/job-keys.ts';
import { memo } from '../state/memo.ts';
import type { Page } from '../state/page-store.ts';
import { element } from '../widgets/dom.ts';
import type { Place } from './cross-table.ts';
import { gridCells } from './grid-cells.ts';
import { gridHead } from './grid-head.ts';
import { gridMove } from './grid-keys.ts';
import { type GridLayout, gridLayout, usualShape } from './grid-layout.ts';
import type { LabelCard } from './label-card.ts';

/** Beyond what is in view, so much is drawn, so that scrolling meets finished cells. */
const marginPx = 320;

/** The grid. Only what is in view, and a margin, is in the document. */
export function gridView(page: Page, card: LabelCard): HTMLElement {
  const canvas = element('div', { class: 'grid-canvas', role: 'presentation' });
  const scroller = element(
    'div',
    { class: 'grid', role: 'grid', 'aria-label': 'Results by their axes' },
    canvas,
  );
  const heightShare = usualShape(page.jobs);
  let viewport = { width: 0, height: 0 };
  let active: Place = { row: 0, column: 0 };
  let drawn: GridLayout | null = null;
  let drawnTop = 0;
  let frame = 0;
  let lastOpen = page.view().open;

  const layout = memo(
    () => [page.table(), page.axes(), page.view().cellWidth, viewport.width],
    () =>
      gridLayout(page.table(), page.axes(), { width: page.view().cellWidth, heightShare }, viewport.width),
  );
  const head = gridHead(canvas);
  const cells = gridCells(page, canvas, layout);
  const elementAt = (place: Place): HTMLElement | null =>
    place.row < 0 ? head.labelAt(place.column) : cells.elementAt(place);

  function draw(): void {
    frame = 0;
    if (page.view().mode !== 'grid' || viewport.width === 0) return;
    const now = layout();
    if (now !== drawn) begin(now);
    const { scrollTop, scrollLeft } = scroller;
    const { width, height } = viewport;
    // Whoever pulls the scroll bar gets what is in view at once, and its surroundings as soon as he rests.
    const isLeap = Math.abs(scrollTop - drawnTop) > height;
    const margin = isLeap ? 0 : marginPx;
    drawnTop = scrollTop;
    if (isLeap) later();
    const labels = now.barWidth + now.labelWidth;
    const rows = now.rows.span(scrollTop - margin, scrollTop + height - now.headHeight + margin);
    const columns = now.columns.span(scrollLeft - margin, scrollLeft + width - labels + margin);
    cells.draw(rows, columns, active);
    head.draw(now, rows, columns, active);
    const focusable = elementAt(active);
    for (const other of canvas.querySelectorAll('[tabindex="0"]')) {
      if (other !== focusable) other.setAttribute('tabindex', '-1');
    }
    focusable?.setAttribute('tabindex', '0');
  }

  /** Another table or size: the focus stays with its job, where that is still shown. */
  function begin(now: GridLayout): void {
    const hadFocus = canvas.contains(document.activeElement);
    const isCell = active.row >= 0 && active.column >= 0;
    const [before] = (isCell ? drawn?.table.at(active.row, active.column) : null) ?? [];
    const place = before === undefined ? null : now.table.placeOf(before);
    active = place ?? {
      row: Math.min(active.row, now.rows.count - 1),
      column: Math.min(active.column, now.columns.count - 1),
    };
    drawn = now;
    cells.clear();
    head.reset(now);
    canvas.style.width = `${now.barWidth + now.labelWidth + now.columns.total + 1}px`;
    canvas.style.height = `${now.headHeight + now.rows.total}px`;
    scroller.setAttribute('aria-rowcount', String(now.rows.count + 1));
    scroller.setAttribute('aria-colcount', String(now.columns.count + 1));
    if (hadFocus) requestAnimationFrame(() => elementAt(active)?.focus({ preventScroll: true }));
  }

  function later(): void {
    if (frame === 0) frame = requestAnimationFrame(draw);
  }

  function moveTo(place: Place): void {
    active = place;
    reveal(scroller, layout(), place, viewport);
    draw();
    elementAt(place)?.focus({ preventScroll: true });
  }

  function afterChange(): void {
    const { open, mode } = page.view();
    if (mode === 'grid' && lastOpen !== null && open === null) {
      const place = layout().table.placeOf(page.placeOf(lastOpen));
      // The dialog gives the focus back to what had it: after that it goes to the job that was shown last.
      if (place !== null) requestAnimationFrame(() => moveTo(place));
    }
    lastOpen = open;
    later();
  }

  scroller.addEventListener('scroll', later, { passive: true });
  scroller.addEventListener('click', (event) => {
    const target = event.target as Element;
    const place = placeOf(target);
    if (place !== null) active = place;
    const label = target.closest<HTMLElement>('[data-label]');
    if (label?.dataset.key !== undefined) card.open(label.dataset.key, label.dataset.label ?? '', label);
    else openClicked(page, target);
  });
  scroller.addEventListener('focusin', ({ target }) => {
    const place = placeOf(target as Element);
    if (place === null || (place.row === active.row && place.column === active.column)) return;
    active = place;
    later();
  });
  scroller.addEventListener('keydown', (event) => {
    const place = placeOf(event.target as Element);
    if (place === null || event.target !== elementAt(place)) return;
    const now = layout();
    const pageRows = Math.max(Math.floor((viewport.height - now.headHeight) / (now.rows.size + 6)), 1);
    const next = gridMove(event, place, {
      rows: now.rows.count,
      columns: now.columns.count,
      hasRowLabels: now.axes.y !== null,
      hasColumnLabels: now.axes.x !== null,
      page: pageRows,
    });
    if (next !== null) {
      event.preventDefault();
      moveTo(next);
      return;
    }
    const { job, key, label } = (event.target as HTMLElement).dataset;
    if (job !== undefined) onJobKey(page, event, job);
    else if (key !== undefined && (event.key === 'Enter' || event.key === ' ')) {
      event.preventDefault();
      card.open(key, label ?? '', event.target as HTMLElement);
    }
  });
  new ResizeObserver(() => {
    viewport = { width: scroller.clientWidth, height: scroller.clientHeight };
    later();
  }).observe(scroller);
  page.onChange(afterChange);
  return scroller;
}

function placeOf(target: Element): Place | null {
  const { row, column } = target.closest<HTMLElement>('[data-row]')?.dataset ?? {};
  return row === undefined || column === undefined ? null : { row: Number(row), column: Number(column) };
}

/** Scrolls as little as shows the whole cell beside the labels. */
function reveal(
  scroller: HTMLElement,
  { rows, columns, barWidth, labelWidth, headHeight }: GridLayout,
  { row, column }: Place,
  viewport: { readonly width: number; readonly height: number },
): void {
  const { scrollTop, scrollLeft } = scroller;
  if (row >= 0) {
    const top = rows.offsetOf(row);
    const bottom = top + rows.size - (viewport.height - headHeight);
    scroller.scrollTop = Math.min(Math.max(scrollTop, bottom), top);
  }
  if (column >= 0) {
    const left = columns.offsetOf(column);
    const right = left + columns.size - (viewport.width - barWidth - labelWidth);
    scroller.scrollLeft = Math.min(Math.max(scrollLeft, right), left);
  }
}
