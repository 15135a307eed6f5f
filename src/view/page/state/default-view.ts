import type { KeyColumn } from '../filters/key-column.ts';
import { defaultAxes } from '../grid/default-axes.ts';
import type { ViewState } from './app.ts';

const plainView: Omit<ViewState, 'mode' | 'x' | 'y' | 'superX' | 'superY' | 'cellWidth'> = {
  hidden: {},
  search: '',
  starredOnly: false,
  wallOrder: 'newest',
  open: null,
  file: 0,
  compared: [],
  isComparing: false,
};

/** The view for an empty hash. `candidates` are the keys that may become axes. */
export function defaultView(candidates: readonly KeyColumn[], windowWidth: number): ViewState {
  const axes = defaultAxes(candidates);
  const columnCount = [axes.x, axes.superX].reduce(
    (count, id) => count * (candidates.find(({ key }) => key.id === id)?.labels.length ?? 1),
    1,
  );
  const cellWidth = axes.mode === 'grid' ? fittingWidth(windowWidth, columnCount) : defaultWidth;
  return { ...plainView, ...axes, cellWidth };
}

/** Where folders are compared: each is a column, and what is the same in them a row. */
export function pairView(view: ViewState, folders: number, windowWidth: number): ViewState {
  const share = Math.floor(((windowWidth - 300) / folders - 8) / 8) * 8;
  const cellWidth = Math.min(Math.max(share, 144), 400);
  return { ...view, mode: 'grid', x: 'folder', y: 'pair', superX: null, superY: null, cellWidth };
}

const defaultWidth = 192;

/** A few columns get large images, many columns get small ones, in steps of the slider. */
function fittingWidth(windowWidth: number, columnCount: number): number {
  const share = (windowWidth - 260) / columnCount - 8;
  return Math.min(Math.max(Math.floor(share / 8) * 8, 144), 256);
}
