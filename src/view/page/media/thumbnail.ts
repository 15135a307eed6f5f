import type { PageOutput } from '../../page-data.ts';
import { element, urlOf } from '../widgets/dom.ts';
import { kindOf } from './media-element.ts';

/**
 * A still picture of a file: its thumb, which the file itself stands in for where the thumb was deleted or not made
 * yet; `gone` makes what stands there once there is neither. null: nothing of it is still.
 */
export function still(output: PageOutput, gone: (path: string) => HTMLElement): HTMLImageElement | null {
  const { path, thumb } = output;
  const paths = [thumb, kindOf(output) === 'image' ? path : null].filter((each) => each !== null);
  const [first, instead] = paths;
  return first === undefined ? null : picture(first, instead, gone);
}

function picture(
  path: string,
  instead: string | undefined,
  gone: (path: string) => HTMLElement,
): HTMLImageElement {
  const made = element('img', {
    src: urlOf(path),
    alt: '',
    loading: 'lazy',
    decoding: 'async',
    draggable: 'false',
  });
  made.addEventListener(
    'error',
    () => made.replaceWith(instead === undefined ? gone(path) : picture(instead, undefined, gone)),
    { once: true },
  );
  return made;
}

/** A small picture of a result. It has no name of its own: what it stands in has one. */
export function thumbnail(output: PageOutput): HTMLElement {
  const { path, mime } = output;
  const made = still(output, missing);
  if (kindOf(output) !== 'video') return made ?? element('div', { class: 'no-picture', title: path }, mime);
  return element('div', { class: 'moving' }, made ?? firstFrame(path));
}

function firstFrame(path: string): HTMLVideoElement {
  const film = element('video', { src: urlOf(path), preload: 'metadata', playsinline: true, tabindex: -1 });
  film.muted = true;
  film.addEventListener('error', () => film.replaceWith(missing(path)), { once: true });
  return film;
}

function missing(path: string): HTMLElement {
  return element('div', { class: 'no-picture', title: path }, `${path} is not in the folder any more.`);
}
