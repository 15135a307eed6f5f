import { element } from '../widgets/dom.ts';
import type { CellPosition } from './cross-table.ts';
import { corner, groupBar, lineLabel } from './grid-labels.ts';
import type { GridLayout } from './grid-layout.ts';
import type { Span } from './tracks.ts';

/** The labels that stay in view: those of columns, and those of the outer axes. */
interface GridHead {
  /** Starts over for another table or size. */
  reset(layout: GridLayout): void;
  draw(layout: GridLayout, rows: Span, columns: Span, active: CellPosition | null): void;
  labelAt(column: number): HTMLElement | null;
}

/** `canvas` is the scrolled content. The head comes before its rows. */
export function gridHead(canvas: HTMLElement): GridHead {
  const head = element('div', { class: 'grid-head', role: 'row', 'aria-rowindex': 1 });
  const labels = new Map<number, HTMLElement>();
  const bars = new Map<string, HTMLElement>();
  canvas.append(head);

  function drawLabels(layout: GridLayout, span: Span, own: number): void {
    const { columns, barWidth, labelWidth, barHeight, headHeight } = layout;
    const isIn = (column: number): boolean => (column >= span.first && column <= span.last) || column === own;
    for (const [column, label] of labels) {
      if (isIn(column)) continue;
      label.remove();
      labels.delete(column);
    }
    const add = (column: number): void => {
      if (labels.has(column) || column < 0 || column >= columns.count) return;
      const label = lineLabel(layout, { row: -1, column });
      label.style.left = `${barWidth + labelWidth + columns.offsetOf(column)}px`;
      label.style.top = `${barHeight}px`;
      label.style.width = `${columns.size}px`;
      label.style.height = `${headHeight - barHeight}px`;
      labels.set(column, label);
      head.append(label);
    };
    for (let column = span.first; column <= span.last; column += 1) add(column);
    add(own);
  }

  function drawBars(layout: GridLayout, span: Span, isAcross: boolean): void {
    const axis = isAcross ? layout.axes.superX : layout.axes.superY;
    if (axis === null) return;
    for (const group of (isAcross ? layout.columns : layout.rows).groups) {
      const name = `${isAcross ? 'x' : 'y'}${group.first}`;
      const bar = bars.get(name);
      if (group.last < span.first || group.first > span.last) {
        bar?.remove();
        bars.delete(name);
      } else if (bar === undefined) {
        bars.set(name, placed(groupBar(axis, group, isAcross), layout, group, isAcross));
      }
    }
  }

  function placed(
    bar: HTMLElement,
    { barWidth, labelWidth, barHeight, headHeight }: GridLayout,
    group: { offset: number; size: number },
    isAcross: boolean,
  ): HTMLElement {
    if (isAcross) {
      bar.style.left = `${barWidth + labelWidth + group.offset}px`;
      bar.style.width = `${group.size}px`;
      bar.style.height = `${barHeight}px`;
      bar.style.setProperty('--stick', `${barWidth + labelWidth}px`);
      head.append(bar);
    } else {
      bar.style.top = `${headHeight + group.offset}px`;
      bar.style.height = `${group.size}px`;
      bar.style.setProperty('--width', `${barWidth}px`);
      bar.style.setProperty('--stick', `${headHeight}px`);
      canvas.append(bar);
    }
    return bar;
  }

  return {
    reset(layout) {
      for (const bar of bars.values()) bar.remove();
      bars.clear();
      labels.clear();
      const meeting = corner(layout);
      meeting.style.width = `${layout.barWidth + layout.labelWidth}px`;
      head.replaceChildren(meeting);
      head.style.height = `${layout.headHeight}px`;
    },
    draw(layout, rows, columns, active) {
      drawLabels(layout, columns, active?.column ?? -1);
      drawBars(layout, columns, true);
      drawBars(layout, rows, false);
    },
    labelAt: (column) => labels.get(column) ?? null,
  };
}
