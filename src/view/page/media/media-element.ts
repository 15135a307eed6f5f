import type { PageOutput } from '../../page-data.ts';
import { element, urlOf } from '../widgets/dom.ts';

type MediaKind = 'image' | 'video' | 'audio' | 'other';

export function kindOf({ mime }: PageOutput): MediaKind {
  const kind = mime.slice(0, mime.indexOf('/'));
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'other';
}

/** Where a file of the run folder is: the whole path if the page was opened from disk, or else relative to the page. */
export function placeOf(path: string, page: string): string {
  const { protocol, hostname, pathname } = new URL(page);
  if (protocol !== 'file:') return path;
  let folder: string;
  try {
    folder = decodeURIComponent(pathname.slice(0, pathname.lastIndexOf('/') + 1));
  } catch (thrown) {
    if (!(thrown instanceof URIError)) throw thrown;
    return path;
  }
  const windows = (text: string): string => text.replaceAll('/', '\\');
  if (/^\/[a-z]:\//i.test(folder)) return windows(`${folder.slice(1)}${path}`);
  return hostname === '' ? `${folder}${path}` : windows(`//${hostname}${folder}${path}`);
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

let isMuted = true;

/** The element that shows a file. Videos start at once and loop; they are muted until the user unmutes one. */
export function mediaElement(output: PageOutput, alt: string): HTMLElement {
  const src = urlOf(output.path);
  switch (kindOf(output)) {
    case 'image':
      return element('img', { src, alt, draggable: 'false', decoding: 'async' });
    case 'video':
      return video(src, alt);
    case 'audio':
      return element('audio', { src, controls: true, 'aria-label': alt });
    case 'other':
      return element('a', { href: src }, `Open ${fileName(output.path)}`);
  }
}

function video(src: string, alt: string): HTMLVideoElement {
  const player = element('video', {
    src,
    controls: true,
    loop: true,
    playsinline: true,
    preload: 'auto',
    'aria-label': alt,
  });
  player.muted = isMuted;
  player.autoplay = true;
  player.addEventListener('volumechange', () => {
    isMuted = player.muted;
  });
  return player;
}
