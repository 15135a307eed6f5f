import { memo } from '../state/memo.ts';
import type { Page } from '../state/page-store.ts';
import type { CellPosition } from './cross-table.ts';
import { gridCells } from './grid-cells.ts';
import { gridHead } from './grid-head.ts';
import { type GridLayout, gridLayout, usualShape } from './grid-layout.ts';

/** Draws the grid: only what is in view, and a margin around it, is in the document. */
export interface GridPainter {
  readonly layout: () => GridLayout;
  /** The cell or label that the Tab key reaches. */
  active(): CellPosition;
  /** Makes a cell the active one; it is drawn so with the next frame. */
  activate(position: CellPosition): void;
  /** Makes a cell the active one, scrolls to it and gives it the focus. */
  moveTo(position: CellPosition): void;
  /** The same for the first cell with a job, of the jobs that are shown by now; false: there is none. */
  moveToFirst(): boolean;
  elementAt(position: CellPosition): HTMLElement | null;
  /** Rows that fit into the view, at least one. */
  rowsInView(): number;
  resize(width: number, height: number): void;
  /** Draws with the next frame. */
  readonly schedule: () => void;
}

/** This much is drawn beyond the view, so that scrolling reaches finished cells. */
const marginPx = 320;

export function gridPainter(page: Page, scroller: HTMLElement, canvas: HTMLElement): GridPainter {
  const heightShare = usualShape(page.jobs);
  let viewport = { width: 0, height: 0 };
  let active: CellPosition = { row: 0, column: 0 };
  let drawn: GridLayout | null = null;
  let drawnTop = 0;
  let frame = 0;

  const layout = memo(
    () => [page.table(), page.axes(), page.view().cellWidth, viewport.width],
    () =>
      gridLayout(page.table(), page.axes(), { width: page.view().cellWidth, heightShare }, viewport.width),
  );
  const head = gridHead(canvas);
  const cells = gridCells(page, canvas, layout);
  const elementAt = (position: CellPosition): HTMLElement | null =>
    position.row < 0 ? head.labelAt(position.column) : cells.elementAt(position);

  function draw(): void {
    frame = 0;
    if (page.view().mode !== 'grid' || viewport.width === 0) return;
    const now = layout();
    if (now !== drawn) start(now);
    const { scrollTop, scrollLeft } = scroller;
    const { width, height } = viewport;
    // Dragging the scroll bar draws only what is in view; the margin follows as soon as it rests.
    const isLeap = Math.abs(scrollTop - drawnTop) > height;
    const margin = isLeap ? 0 : marginPx;
    drawnTop = scrollTop;
    if (isLeap) schedule();
    const labels = now.barWidth + now.labelWidth;
    const rows = now.rows.span(scrollTop - margin, scrollTop + height - now.headHeight + margin);
    const columns = now.columns.span(scrollLeft - margin, scrollLeft + width - labels + margin);
    cells.draw(rows, columns, active);
    head.draw(now, rows, columns, active);
    makeTabStop(canvas, elementAt(active));
  }

  /** For another table or size: the focus stays on its job if that is still shown. */
  function start(now: GridLayout): void {
    const hadFocus = canvas.contains(document.activeElement);
    active = activeIn(now, drawn, active);
    drawn = now;
    cells.clear();
    head.reset(now);
    canvas.style.width = `${now.barWidth + now.labelWidth + now.columns.total + 1}px`;
    canvas.style.height = `${now.headHeight + now.rows.total}px`;
    scroller.setAttribute('aria-rowcount', String(now.rows.count + 1));
    scroller.setAttribute('aria-colcount', String(now.columns.count + 1));
    if (hadFocus) requestAnimationFrame(() => elementAt(active)?.focus({ preventScroll: true }));
  }

  function schedule(): void {
    if (frame === 0) frame = requestAnimationFrame(draw);
  }

  function moveTo(position: CellPosition): void {
    active = position;
    reveal(scroller, layout(), position, viewport);
    draw();
    elementAt(position)?.focus({ preventScroll: true });
  }

  return {
    ...{ layout, elementAt, moveTo, schedule },
    active: () => active,
    activate(position) {
      active = position;
    },
    moveToFirst() {
      // A new table first takes over the active cell.
      draw();
      const { table } = layout();
      const [first] = table.inOrder();
      const position = first === undefined ? null : table.positionOf(first);
      if (position !== null) moveTo(position);
      return position !== null;
    },
    rowsInView() {
      const { headHeight, rows } = layout();
      return Math.max(Math.floor((viewport.height - headHeight) / (rows.size + 6)), 1);
    },
    resize(width, height) {
      viewport = { width, height };
      schedule();
    },
  };
}

/** Where the active cell is in a new layout: with the same job, or else as near as possible. */
function activeIn(now: GridLayout, before: GridLayout | null, { row, column }: CellPosition): CellPosition {
  const isCell = row >= 0 && column >= 0;
  const [job] = (isCell ? before?.table.at(row, column) : null) ?? [];
  const position = job === undefined ? null : now.table.positionOf(job);
  return (
    position ?? { row: Math.min(row, now.rows.count - 1), column: Math.min(column, now.columns.count - 1) }
  );
}

/** Makes this element the only one in the grid that the Tab key reaches. */
function makeTabStop(canvas: HTMLElement, target: HTMLElement | null): void {
  for (const other of canvas.querySelectorAll('[tabindex="0"]')) {
    if (other !== target) other.setAttribute('tabindex', '-1');
  }
  target?.setAttribute('tabindex', '0');
}

/** Scrolls no further than necessary to show the whole cell next to the labels. */
function reveal(
  scroller: HTMLElement,
  { rows, columns, barWidth, labelWidth, headHeight }: GridLayout,
  { row, column }: CellPosition,
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
