import type { PageJob } from '../../page-data.ts';
import { cellContent, emptyContent } from '../job/cell-content.ts';
import { jobButtons } from '../job/job-buttons.ts';
import { spokenJob } from '../job/job-words.ts';
import type { Page } from '../state/page-store.ts';
import { element } from '../widgets/dom.ts';
import type { Axes, CellPosition, Line } from './cross-table.ts';
import { lineLabel } from './grid-labels.ts';
import type { GridLayout } from './grid-layout.ts';
import type { Span } from './tracks.ts';

/** The rows that are in the document. Elements of removed cells are reused. */
interface GridCells {
  /** Makes the document contain exactly these rows and columns, and the cell that has the focus. */
  draw(rows: Span, columns: Span, active: CellPosition | null): void;
  elementAt(position: CellPosition): HTMLElement | null;
  /** Removes all rows. */
  clear(): void;
}

interface Row {
  readonly element: HTMLElement;
  readonly cells: Map<number, HTMLElement>;
}

export function gridCells(page: Page, canvas: HTMLElement, layout: () => GridLayout): GridCells {
  const rows = new Map<number, Row>();
  const spare: HTMLElement[] = [];

  function put(cell: HTMLElement, row: number, column: number): HTMLElement {
    const { table, columns, rows: down, labelWidth, barWidth } = layout();
    const jobs = table.at(row, column).map((job) => page.jobs[job] as PageJob);
    const [first] = jobs;
    cell.dataset.row = String(row);
    cell.dataset.column = String(column);
    cell.setAttribute('aria-colindex', String(column + 2));
    cell.style.left = `${barWidth + labelWidth + columns.offsetOf(column)}px`;
    cell.style.width = `${columns.size}px`;
    cell.style.height = `${down.size}px`;
    if (first === undefined) {
      putNothing(page, cell, layout().axes, table.rows[row] as Line, table.columns[column] as Line);
      return cell;
    }
    const more = jobs.length > 1 ? `, and ${jobs.length - 1} more` : '';
    cell.setAttribute('aria-label', `${spokenJob(first)}${more}`);
    cell.dataset.job = first.job;
    cell.replaceChildren(cellContent(jobs));
    if (jobs.length === 1) cell.append(jobButtons(page, first.job));
    return cell;
  }

  function newRow(row: number): Row {
    const { rows: down, columns, headHeight, labelWidth, barWidth, axes } = layout();
    const rowElement = element('div', { class: 'grid-row', role: 'row', 'aria-rowindex': row + 2 });
    rowElement.style.top = `${headHeight + down.offsetOf(row)}px`;
    rowElement.style.height = `${down.size}px`;
    rowElement.style.width = `${barWidth + labelWidth + columns.total}px`;
    if (axes.y !== null) {
      const label = lineLabel(layout(), { row, column: -1 });
      label.style.left = `${barWidth}px`;
      label.style.width = `${labelWidth}px`;
      label.style.setProperty('--lines', String(Math.max(Math.floor((down.size - 12) / 16), 1)));
      rowElement.append(label);
    }
    canvas.append(rowElement);
    return { element: rowElement, cells: new Map() };
  }

  function drop(row: Row, keep: (column: number) => boolean): void {
    for (const [column, cell] of row.cells) {
      if (keep(column)) continue;
      cell.remove();
      row.cells.delete(column);
      spare.push(cell);
    }
  }

  function drawRow(number: number, columns: Span, active: CellPosition | null): void {
    const row = rows.get(number) ?? newRow(number);
    rows.set(number, row);
    const own = active?.row === number ? active.column : -1;
    drop(row, (column) => (column >= columns.first && column <= columns.last) || column === own);
    const fill = (column: number): void => {
      if (row.cells.has(column)) return;
      const cell = spare.pop() ?? element('div', { class: 'cell', role: 'gridcell', tabindex: -1 });
      row.cells.set(column, put(cell, number, column));
      row.element.append(cell);
    };
    for (let column = columns.first; column <= columns.last; column += 1) fill(column);
    if (own >= 0) fill(own);
  }

  return {
    draw(span, columns, active) {
      for (const [number, row] of rows) {
        if ((number >= span.first && number <= span.last) || number === active?.row) continue;
        drop(row, () => false);
        row.element.remove();
        rows.delete(number);
      }
      for (let number = span.first; number <= span.last; number += 1) drawRow(number, columns, active);
      if (active === null || active.row < 0 || (active.row >= span.first && active.row <= span.last)) return;
      drawRow(active.row, { first: 0, last: -1 }, active);
    },
    elementAt({ row, column }) {
      const found = rows.get(row);
      if (column >= 0) return found?.cells.get(column) ?? null;
      return found?.element.querySelector<HTMLElement>('.row-label') ?? null;
    },
    clear() {
      for (const row of rows.values()) {
        drop(row, () => false);
        row.element.remove();
      }
      rows.clear();
    },
  };
}

/** The folder that an empty cell belongs to, where the page compares several and one of the axes is the folder. */
function folderAt({ head }: Page, { x, y, superX, superY }: Axes, row: Line, column: Line): string | null {
  if (head.compared === undefined) return null;
  const axes = [
    [x, column.code],
    [superX, column.above],
    [y, row.code],
    [superY, row.above],
  ] as const;
  const found = axes.find(([axis]) => axis?.key.id === 'folder');
  return found?.[0]?.labels[found[1]] ?? null;
}

/** What stands in a cell without jobs. */
function putNothing(page: Page, cell: HTMLElement, axes: Axes, row: Line, column: Line): void {
  const isPlanned = page.isPlanned(row, column);
  const lacking = folderAt(page, axes, row, column);
  const words = lacking === null ? 'not planned' : `not in ${lacking}`;
  cell.setAttribute('aria-label', isPlanned ? 'hidden by filters' : words);
  delete cell.dataset.job;
  cell.replaceChildren(emptyContent(isPlanned, words));
}
