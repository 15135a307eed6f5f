import './job-thumb.css';
import type { PageJob, PageOutput } from '../page-data.ts';
import type { App } from './app.ts';
import { button, element, urlOf } from './dom.ts';
import { stateMark } from './job-plate.ts';
import { titleOf } from './job-texts.ts';
import { kindOf } from './media-element.ts';

/** A small picture of a job that opens it. `label` goes before the job's title in its name. */
export function jobThumb(app: App, job: PageJob, label: string): HTMLElement {
  return button(
    `${label}: ${titleOf(job)}`,
    () => app.go({ open: job.job, file: 0 }, 'push'),
    { class: 'job-thumb' },
    smallPicture(job),
  );
}

/** The picture alone, without words: the thumb, the file where it is small enough to be shown, or the state. */
export function smallPicture(job: PageJob): HTMLElement {
  const [output] = job.outputs;
  if (output === undefined) {
    return element('span', { class: 'small-state' }, stateMark(job), job.state);
  }
  if (output.thumb === null && kindOf(output) !== 'image') {
    return element('span', { class: 'small-state' }, kindOf(output) === 'other' ? 'file' : kindOf(output));
  }
  return picture(output.thumb ?? output.path, output);
}

/** A thumb that was deleted, or not made yet, is stood in for by the file, and a file that was deleted by a word. */
function picture(path: string, output: PageOutput): HTMLElement {
  const made = element('img', { src: urlOf(path), alt: '', loading: 'lazy', decoding: 'async' });
  made.addEventListener(
    'error',
    () => {
      const isLast = path === output.path || kindOf(output) !== 'image';
      made.replaceWith(
        isLast ? element('span', { class: 'small-state' }, 'no file') : picture(output.path, output),
      );
    },
    { once: true },
  );
  return made;
}
