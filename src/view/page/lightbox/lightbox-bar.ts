import { countText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';
import type { LightboxActions } from './lightbox-keys.ts';

/** What the bar over the picture says. */
export interface BarState {
  /** The job's place among those that are shown, from 1; 0: it is not among them. */
  readonly at: number;
  readonly of: number;
  /** Which of the job's files, from 1. */
  readonly file: number;
  readonly files: number;
  readonly hasFormer: boolean;
  readonly hasNext: boolean;
}

export interface LightboxBar {
  readonly root: HTMLElement;
  show(state: BarState): void;
  /** null: nothing can be made larger. */
  showMagnification(magnification: number | null): void;
  showDetails(areOpen: boolean): void;
}

export function lightboxBar(actions: LightboxActions): LightboxBar {
  const position = element('span', { class: 'lightbox-position' });
  const former = button(
    'Former file or picture of this cell ([)',
    () => actions.walkFiles(-1),
    {},
    icon('left'),
  );
  const next = button('Next file or picture of this cell (])', () => actions.walkFiles(1), {}, icon('right'));
  const fileCount = element('span', {});
  const files = element('span', { class: 'lightbox-files' }, former, fileCount, next);
  const scale = element('span', { class: 'lightbox-scale', title: 'Of the size in pixels' });
  const zoom = element(
    'span',
    { class: 'lightbox-zoom' },
    button('Smaller (-)', () => actions.smaller(), {}, icon('minus')),
    scale,
    button('Larger (+)', () => actions.larger(), {}, icon('plus')),
    button('Fit (0)', () => actions.fit(), {}, icon('fit')),
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
    show({ at, of, file, files: count, hasFormer, hasNext }) {
      position.textContent = at === 0 ? '' : `${countText(at)} of ${countText(of)}`;
      files.hidden = !hasFormer && !hasNext;
      fileCount.textContent = count > 1 ? `file ${file} of ${count}` : 'in this cell';
      former.disabled = !hasFormer;
      next.disabled = !hasNext;
    },
    showMagnification(magnification) {
      zoom.hidden = magnification === null;
      scale.textContent = `${Math.round((magnification ?? 1) * 100)}%`;
    },
    showDetails: (areOpen) => details.setAttribute('aria-pressed', String(areOpen)),
  };
}
