import { button, element } from './dom.ts';
import { icon } from './icon.ts';
import { countText } from './job-texts.ts';
import type { LightboxDeeds } from './lightbox-keys.ts';

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

export function lightboxBar(deeds: LightboxDeeds): LightboxBar {
  const position = element('span', { class: 'lightbox-position' });
  const former = button(
    'Former file or picture of this cell ([)',
    () => deeds.walkFiles(-1),
    {},
    icon('left'),
  );
  const next = button('Next file or picture of this cell (])', () => deeds.walkFiles(1), {}, icon('right'));
  const fileCount = element('span', {});
  const files = element('span', { class: 'lightbox-files' }, former, fileCount, next);
  const scale = element('span', { class: 'lightbox-scale', title: 'Of the size in pixels' });
  const zoom = element(
    'span',
    { class: 'lightbox-zoom' },
    button('Smaller (-)', () => deeds.smaller(), {}, icon('minus')),
    scale,
    button('Larger (+)', () => deeds.larger(), {}, icon('plus')),
    button('Fit (0)', () => deeds.fit(), {}, icon('fit')),
  );
  const details = button('Details (i)', () => deeds.toggleDetails(), {}, icon('panel'));
  const root = element(
    'div',
    { class: 'lightbox-bar' },
    button('Close (Esc)', () => deeds.close(), {}, icon('close')),
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
