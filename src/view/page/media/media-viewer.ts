import './media-viewer.css';
import type { PageJob, PageOutput } from '../../page-data.ts';
import { titleOf } from '../job/job-words.ts';
import type { App } from '../state/app.ts';
import { element, urlOf } from '../widgets/dom.ts';
import { jobPlaceholder, missingFilePlaceholder } from './job-placeholder.ts';
import { mediaElement } from './media-element.ts';
import { excludedClass, type Zooming, zooming } from './zooming.ts';

/** Shows one file of a job, large. */
export interface MediaViewer {
  readonly root: HTMLElement;
  /** The viewer must be in the document. */
  show(job: PageJob, file: number): void;
  clear(): void;
  /** null: nothing that can be zoomed is shown. */
  zoom(): Zooming | null;
  /** Screen pixels for each pixel of the file; null: nothing that has pixels is shown. */
  magnification(): number | null;
}

/** Calls `onZoomable` once, when zooming first becomes possible. */
export function mediaViewer(app: App, onZoomable: (zoom: Zooming) => void = () => {}): MediaViewer {
  const frame = element('div', { class: 'media-frame' });
  const root = element('div', { class: 'media-viewer' }, frame);
  let zoom: Zooming | null = null;

  function actualScale(): number | null {
    const image = frame.querySelector<HTMLImageElement>('img.media-full');
    if (image === null) return null;
    const width = image.naturalWidth || Number(image.dataset.width);
    const height = image.naturalHeight || Number(image.dataset.height);
    return 1 / Math.min(root.clientWidth / width, root.clientHeight / height, 1) / devicePixelRatio;
  }

  /** Shows anything but an image: the user scrolls, selects or plays it instead of zooming. */
  function showUnzoomable(content: HTMLElement): void {
    content.classList.add(excludedClass);
    frame.replaceChildren(content);
  }

  function showOutput(job: PageJob, output: PageOutput): void {
    const media = mediaElement(output, titleOf(job));
    const { width, height } = output;
    // A small image is not enlarged until the user zooms.
    const limit = width === null || height === null ? '' : `max-width: ${width}px; max-height: ${height}px`;
    media.setAttribute('style', limit);
    media.addEventListener('error', () => showUnzoomable(missingFilePlaceholder(app, job, output.path)), {
      once: true,
    });
    if (!(media instanceof HTMLImageElement)) {
      showUnzoomable(media);
      return;
    }
    media.classList.add('media-full');
    // Until the file has loaded, its size is the one in the ledger.
    media.dataset.width = String(width ?? root.clientWidth);
    media.dataset.height = String(height ?? root.clientHeight);
    frame.replaceChildren(media);
    if (output.thumb === null || media.complete) return;
    // The thumbnail is shown until the image has loaded. It is then removed, or it would show through transparent parts.
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
      if (output === undefined) showUnzoomable(jobPlaceholder(app, job));
      else showOutput(job, output);
    },
    clear: () => frame.replaceChildren(),
    zoom: () => (actualScale() === null ? null : zoom),
    magnification() {
      const actual = actualScale();
      return actual === null || zoom === null ? null : zoom.transform().scale / actual;
    },
  };
}
