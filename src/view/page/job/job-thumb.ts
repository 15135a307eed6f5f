import './job-thumb.css';
import type { PageJob } from '../../page-data.ts';
import { kindOf } from '../media/media-element.ts';
import { still } from '../media/thumbnail.ts';
import type { App } from '../state/app.ts';
import { button, element } from '../widgets/dom.ts';
import { titleOf } from './job-words.ts';
import { stateMark } from './state-mark.ts';

/** A thumbnail that opens its job. Its accessible name is `label` and the job's title. */
export function jobThumb(app: App, job: PageJob, label: string): HTMLElement {
  return button(
    `${label}: ${titleOf(job)}`,
    () => app.go({ open: job.job, file: 0 }, 'push'),
    { class: 'job-thumb' },
    content(job),
  );
}

/** The image alone if there is one, or else the state or the kind of file. */
function content({ outputs: [output], state, runner }: PageJob): HTMLElement {
  if (output === undefined) return words(stateMark(state), state);
  const kind = kindOf(output);
  return (
    still(output, () => words(runner === undefined ? 'no file' : `on ${runner}`)) ??
    words(kind === 'other' ? 'file' : kind)
  );
}

function words(...parts: readonly (Node | string)[]): HTMLElement {
  return element('span', { class: 'small-state' }, ...parts);
}
