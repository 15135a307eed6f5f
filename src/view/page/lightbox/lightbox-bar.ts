import { countText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import type { LightboxActions } from './lightbox-keys.ts';

/** What the bar above the result shows. */
interface BarState {
  /** The job's position among those that are shown, from 1; 0: it is not shown. */
  readonly at: number;
  readonly of: number;
  /** The number of the job's file, from 1. */
  readonly file: number;
  readonly files: number;
  readonly hasPrevious: boolean;
  readonly hasNext: boolean;
}

export interface LightboxBar {
  readonly root: HTMLElement;
  show(state: BarState): void;
  /** null: nothing can be zoomed. */
  showMagnification(magnification: number | null): void;
  showDetails(areOpen: boolean): void;
}

export function lightboxBar(actions: LightboxActions): LightboxBar {
  const position = element('span', { class: 'lightbox-position' });
  const previous = button('Previous file in this cell ([)', () => actions.stepFile(-1), {}, icon('left'));
  const next = button('Next file in this cell (])', () => actions.stepFile(1), {}, icon('right'));
  const fileCount = element('span', {});
  const files = element('span', { class: 'lightbox-files' }, previous, fileCount, next);
  const scale = element('span', { class: 'lightbox-scale', title: 'Zoom (100%: actual size)' });
  const zoom = element(
    'span',
    { class: 'lightbox-zoom' },
    button('Zoom out (-)', () => actions.zoomOut(), {}, icon('minus')),
    scale,
    button('Zoom in (+)', () => actions.zoomIn(), {}, icon('plus')),
    button('Fit to window (0)', () => actions.fit(), {}, icon('fit')),
  );
  const details = button('Details (i)', () => actions.toggleDetails(), {}, icon('panel'));
  const root = element(
    'div',
    { class: 'lightbox-bar' },
    button('Close (Esc)', () => actions.close(), {}, icon('close')),
    position,
    files,
    zoom,
    details,
  );

  return {
    root,
    show({ at, of, file, files: count, hasPrevious, hasNext }) {
      position.textContent = at === 0 ? '' : `${countText(at)} of ${countText(of)}`;
      files.hidden = !hasPrevious && !hasNext;
      fileCount.textContent = count > 1 ? `file ${file} of ${count}` : 'in this cell';
      previous.disabled = !hasPrevious;
      next.disabled = !hasNext;
    },
    showMagnification(magnification) {
      zoom.hidden = magnification === null;
      scale.textContent = `${Math.round((magnification ?? 1) * 100)}%`;
    },
    showDetails: (areOpen) => details.setAttribute('aria-pressed', String(areOpen)),
  };
}
