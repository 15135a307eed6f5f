import './wall-view.css';
import { onJobKey, openClicked } from '../job/job-keys.ts';
import type { ResultsView } from '../state/app.ts';
import type { Page } from '../state/page-store.ts';
import { element } from '../widgets/dom.ts';
import { wallMove } from './masonry.ts';
import { type WallPainter, wallPainter } from './wall-painter.ts';

/** The wall: all shown jobs as images in columns, and what the mouse and the keyboard do on it. */
export function wallView(page: Page): ResultsView {
  const canvas = element('div', { class: 'wall-canvas', role: 'feed', 'aria-label': 'Results' });
  const scroller = element('div', { class: 'wall', tabindex: -1 }, canvas);
  const painter = wallPainter(page, scroller, canvas);
  let lastOpen = page.view().open;

  page.onChange(() => {
    const { mode, open } = page.view();
    if (mode === 'wall' && lastOpen !== null && open === null) {
      const index = page.indexOf(lastOpen);
      const number = painter.layout().tiles.findIndex(({ job }) => job === index);
      // The closing dialog returns the focus to where it was; then it moves to the job that was shown last.
      if (number >= 0) requestAnimationFrame(() => painter.moveTo(number));
    }
    lastOpen = open;
    painter.schedule();
  });
  scroller.addEventListener('scroll', painter.schedule, { passive: true });
  scroller.addEventListener('click', ({ target }) => openClicked(page, target as Element));
  scroller.addEventListener('focusin', ({ target }) => {
    const { tile } = (target as HTMLElement).dataset;
    if (tile !== undefined) painter.activate(Number(tile));
  });
  scroller.addEventListener('keydown', (event) => onKey(page, painter, scroller.clientHeight, event));
  new ResizeObserver(() => painter.resize(canvas.clientWidth, scroller.clientHeight)).observe(scroller);
  return { element: scroller, focusFirst: painter.moveToFirst };
}

function onKey(page: Page, painter: WallPainter, viewHeight: number, event: KeyboardEvent): void {
  const { tile, job } = (event.target as HTMLElement).dataset;
  if (tile === undefined || job === undefined) return;
  const isPlain = !(event.ctrlKey || event.metaKey || event.altKey || event.shiftKey);
  const next = isPlain ? wallMove(event.key, Number(tile), painter.layout(), viewHeight) : null;
  if (next === null) {
    onJobKey(page, event, job);
    return;
  }
  event.preventDefault();
  painter.moveTo(next);
}
