import type { PageOutput } from '../../page-data.ts';
import { element, urlOf } from '../dom.ts';

/** A small picture of a result. It has no name of its own: what it stands in has one. */
export function thumbnail({ path, mime, thumb }: PageOutput): HTMLElement {
  const isVideo = mime.startsWith('video/');
  if (thumb !== null || mime.startsWith('image/')) {
    const still = picture(thumb ?? path, thumb !== null && !isVideo ? path : null);
    return isVideo ? element('div', { class: 'moving' }, still) : still;
  }
  if (isVideo) {
    const film = element('video', { src: urlOf(path), preload: 'metadata', playsinline: true, tabindex: -1 });
    film.muted = true;
    film.addEventListener('error', () => film.replaceWith(missing(path)), { once: true });
    return element('div', { class: 'moving' }, film);
  }
  return element('div', { class: 'no-picture', title: path }, mime);
}

/** `instead`: what to show where the file itself is gone. */
function picture(path: string, instead: string | null): HTMLImageElement {
  const made = element('img', {
    src: urlOf(path),
    alt: '',
    loading: 'lazy',
    decoding: 'async',
    draggable: 'false',
  });
  made.addEventListener(
    'error',
    () => made.replaceWith(instead === null ? missing(path) : picture(instead, null)),
    { once: true },
  );
  return made;
}

function missing(path: string): HTMLElement {
  return element('div', { class: 'no-picture', title: path }, `${path} is not in the folder any more.`);
}
