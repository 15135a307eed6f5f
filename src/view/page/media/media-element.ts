import type { PageOutput } from '../../page-data.ts';
import { element, urlOf } from '../widgets/dom.ts';

type MediaKind = 'image' | 'video' | 'audio' | 'other';

export function kindOf({ mime }: PageOutput): MediaKind {
  const kind = mime.slice(0, mime.indexOf('/'));
  return kind === 'image' || kind === 'video' || kind === 'audio' ? kind : 'other';
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
