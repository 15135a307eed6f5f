import './grid-view.css';
import { onJobKey, openClicked } from '../job/job-keys.ts';
import type { ResultsView } from '../state/app.ts';
import type { Page } from '../state/page-store.ts';
import { element } from '../widgets/dom.ts';
import type { CellPosition } from './cross-table.ts';
import { gridMove } from './grid-keys.ts';
import { type GridPainter, gridPainter } from './grid-painter.ts';
import type { LabelCard } from './label-card.ts';

/** The grid: what the mouse and the keyboard do in it, and which cell has the focus. */
export function gridView(page: Page, card: LabelCard): ResultsView {
  const canvas = element('div', { class: 'grid-canvas', role: 'presentation' });
  const scroller = element('div', { class: 'grid', role: 'grid', 'aria-label': 'Results grid' }, canvas);
  const painter = gridPainter(page, scroller, canvas);
  let lastOpen = page.view().open;

  scroller.addEventListener('scroll', painter.schedule, { passive: true });
  scroller.addEventListener('click', ({ target }) => onClick(page, painter, card, target as Element));
  scroller.addEventListener('focusin', ({ target }) => {
    const position = positionOf(target as Element);
    if (position === null || isSame(position, painter.active())) return;
    painter.activate(position);
    painter.schedule();
  });
  scroller.addEventListener('keydown', (event) => onKey(page, painter, card, event));
  new ResizeObserver(() => painter.resize(scroller.clientWidth, scroller.clientHeight)).observe(scroller);
  page.onChange(() => {
    const { open, mode } = page.view();
    if (mode === 'grid' && lastOpen !== null && open === null) {
      const position = painter.layout().table.positionOf(page.indexOf(lastOpen));
      // The closing dialog returns the focus to where it was; then it moves to the job that was shown last.
      if (position !== null) requestAnimationFrame(() => painter.moveTo(position));
    }
    lastOpen = open;
    painter.schedule();
  });
  return { element: scroller, focusFirst: painter.moveToFirst };
}

function onClick(page: Page, painter: GridPainter, card: LabelCard, target: Element): void {
  const position = positionOf(target);
  if (position !== null) painter.activate(position);
  const label = target.closest<HTMLElement>('[data-label]');
  if (label?.dataset.key !== undefined) card.open(label.dataset.key, label.dataset.label ?? '', label);
  else openClicked(page, target);
}

function onKey(page: Page, painter: GridPainter, card: LabelCard, event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  const position = positionOf(target);
  if (position === null || target !== painter.elementAt(position)) return;
  const { rows, columns, axes } = painter.layout();
  const next = gridMove(event, position, {
    rows: rows.count,
    columns: columns.count,
    hasRowLabels: axes.y !== null,
    hasColumnLabels: axes.x !== null,
    page: painter.rowsInView(),
  });
  if (next !== null) {
    event.preventDefault();
    painter.moveTo(next);
    return;
  }
  const { job, key, label } = target.dataset;
  if (job !== undefined) onJobKey(page, event, job);
  else if (key !== undefined && (event.key === 'Enter' || event.key === ' ')) {
    event.preventDefault();
    card.open(key, label ?? '', target);
  }
}

function positionOf(target: Element): CellPosition | null {
  const { row, column } = target.closest<HTMLElement>('[data-row]')?.dataset ?? {};
  return row === undefined || column === undefined ? null : { row: Number(row), column: Number(column) };
}

function isSame(a: CellPosition, b: CellPosition): boolean {
  return a.row === b.row && a.column === b.column;
}
