import './job-thumb.css';
import type { PageJob } from '../../page-data.ts';
import { kindOf } from '../media/media-element.ts';
import { still } from '../media/thumbnail.ts';
import type { App } from '../state/app.ts';
import { button, element } from '../widgets/dom.ts';
import { titleOf } from './job-words.ts';
import { stateMark } from './state-mark.ts';

/** A small picture of a job that opens it. `label` goes before the job's title in its name. */
export function jobThumb(app: App, job: PageJob, label: string): HTMLElement {
  return button(
    `${label}: ${titleOf(job)}`,
    () => app.go({ open: job.job, file: 0 }, 'push'),
    { class: 'job-thumb' },
    smallPicture(job),
  );
}

/** Without words, where there is a picture; else the state, or what kind of file it is. */
function smallPicture({ outputs: [output], state }: PageJob): HTMLElement {
  if (output === undefined) return inWords(stateMark(state), state);
  const kind = kindOf(output);
  return still(output, () => inWords('no file')) ?? inWords(kind === 'other' ? 'file' : kind);
}

function inWords(...words: readonly (Node | string)[]): HTMLElement {
  return element('span', { class: 'small-state' }, ...words);
}
