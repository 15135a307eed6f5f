import type { PageOutput } from '../../page-data.ts';
import { element, urlOf } from '../widgets/dom.ts';
import { kindOf } from './media-element.ts';

/**
 * A still image of a file: its thumbnail, or the file itself if the thumbnail was deleted or has not been created
 * yet. `missing` creates what takes its place if neither exists. null: the file has no still image.
 */
export function still(output: PageOutput, missing: (path: string) => HTMLElement): HTMLImageElement | null {
  const { path, thumb } = output;
  const paths = [thumb, kindOf(output) === 'image' ? path : null].filter((each) => each !== null);
  const [first, fallback] = paths;
  return first === undefined ? null : picture(first, fallback, missing);
}

function picture(
  path: string,
  fallback: string | undefined,
  missing: (path: string) => HTMLElement,
): HTMLImageElement {
  const image = element('img', {
    src: urlOf(path),
    alt: '',
    loading: 'lazy',
    decoding: 'async',
    draggable: 'false',
  });
  image.addEventListener(
    'error',
    () => image.replaceWith(fallback === undefined ? missing(path) : picture(fallback, undefined, missing)),
    { once: true },
  );
  return image;
}

/** A small image of a result, which lies with the runner where one is given. It has no accessible name, since the element around it has one. */
export function thumbnail(output: PageOutput, runner?: string): HTMLElement {
  const { path, mime } = output;
  const absent = (missing: string): HTMLElement => fileNotFound(missing, runner);
  const stillImage = still(output, absent);
  if (kindOf(output) !== 'video')
    return stillImage ?? element('div', { class: 'no-picture', title: path }, mime);
  return element('div', { class: 'moving' }, stillImage ?? firstFrame(path, absent));
}

function firstFrame(path: string, absent: (path: string) => HTMLElement): HTMLVideoElement {
  const film = element('video', { src: urlOf(path), preload: 'metadata', playsinline: true, tabindex: -1 });
  film.muted = true;
  film.addEventListener('error', () => film.replaceWith(absent(path)), { once: true });
  return film;
}

function fileNotFound(path: string, runner: string | undefined): HTMLElement {
  const where =
    runner === undefined ? `${path} is no longer in the run folder.` : `Done. Its file lies on ${runner}.`;
  return element('div', { class: 'no-picture', title: path }, where);
}
