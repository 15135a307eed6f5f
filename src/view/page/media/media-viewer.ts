import './media-viewer.css';
import { quoted } from '../../../core/shell-words.ts';
import type { PageJob, PageOutput } from '../../page-data.ts';
import { titleOf } from '../job/job-words.ts';
import type { App } from '../state/app.ts';
import { element, urlOf } from '../widgets/dom.ts';
import { jobPlaceholder, missingFilePlaceholder } from './job-placeholder.ts';
import { mediaElement } from './media-element.ts';
import { excludedClass, type Zooming, zooming } from './zooming.ts';

/** The place where one file of one job is shown, large. */
export interface MediaViewer {
  readonly root: HTMLElement;
  /** The stage must be in the document. */
  show(job: PageJob, file: number): void;
  clear(): void;
  /** null: nothing is shown that could be made larger. */
  zoom(): Zooming | null;
  /** Pixels of the screen for one of the file; null: nothing is shown that has any. */
  magnification(): number | null;
}

/** `onZoomable` is called once, when zooming first becomes possible. */
export function mediaViewer(app: App, onZoomable: (zoom: Zooming) => void = () => {}): MediaViewer {
  const frame = element('div', { class: 'media-frame' });
  const root = element('div', { class: 'media-viewer' }, frame);
  let zoom: Zooming | null = null;

  function actualScale(): number | null {
    const picture = frame.querySelector<HTMLImageElement>('img.media-full');
    if (picture === null) return null;
    const width = picture.naturalWidth || Number(picture.dataset.width);
    const height = picture.naturalHeight || Number(picture.dataset.height);
    return 1 / Math.min(root.clientWidth / width, root.clientHeight / height, 1) / devicePixelRatio;
  }

  /** Shows what is no picture: it has its own ways of being scrolled, selected and played. */
  function showFlat(content: HTMLElement): void {
    content.classList.add(excludedClass);
    frame.replaceChildren(content);
  }

  function showOutput(job: PageJob, output: PageOutput): void {
    const media = mediaElement(output, titleOf(job));
    const { width, height } = output;
    // Small files are not blown up: a pixel stays a pixel until somebody asks.
    const limit = width === null || height === null ? '' : `max-width: ${width}px; max-height: ${height}px`;
    media.setAttribute('style', limit);
    media.addEventListener(
      'error',
      () => showFlat(missingFilePlaceholder(app, output.path, `rcb fetch ${quoted(app.head.dir)}`)),
      { once: true },
    );
    if (!(media instanceof HTMLImageElement)) {
      showFlat(media);
      return;
    }
    media.classList.add('media-full');
    // Before the file is there, its size is what the ledger knows.
    media.dataset.width = String(width ?? root.clientWidth);
    media.dataset.height = String(height ?? root.clientHeight);
    frame.replaceChildren(media);
    if (output.thumb === null || media.complete) return;
    // The small picture until the large one is there; none shines through it afterwards.
    const small = element('img', { class: 'media-small', src: urlOf(output.thumb), alt: '', style: limit });
    frame.prepend(small);
    media.addEventListener('load', () => small.remove(), { once: true });
  }

  return {
    root,
    show(job, file) {
      if (zoom === null) {
        zoom = zooming(frame, root, actualScale);
        onZoomable(zoom);
      }
      zoom.fit();
      const output = job.outputs[file] ?? job.outputs[0];
      if (output === undefined) showFlat(jobPlaceholder(app, job));
      else showOutput(job, output);
    },
    clear: () => frame.replaceChildren(),
    zoom: () => (actualScale() === null ? null : zoom),
    magnification() {
      const actual = actualScale();
      return actual === null || zoom === null ? null : zoom.pose().scale / actual;
    },
  };
}
