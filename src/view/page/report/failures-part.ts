import type { FailureGroup } from '../../../core/job/overview.ts';
import { jobThumb } from '../job/job-thumb.ts';
import type { App } from '../state/app.ts';
import { countOf } from '../widgets/amounts.ts';
import { commandLine } from '../widgets/clipboard.ts';
import { element } from '../widgets/dom.ts';

/** The failures, most frequent first, each with an example that opens and the suggested command. */
export function failuresPart(app: App): HTMLElement {
  const list = element('ul', { class: 'failures' });
  for (const failure of app.head.overview.failures) list.append(entry(app, failure));
  return list;
}

function entry(app: App, { class: errorClass, message, jobs, example, next }: FailureGroup): HTMLElement {
  const job = app.jobOf(example);
  return element(
    'li',
    {},
    job === null ? null : jobThumb(app, job, 'Example'),
    element(
      'div',
      { class: 'failure-words' },
      element(
        'p',
        {},
        element('strong', {}, countOf(jobs, 'job')),
        element('span', { class: 'failure-class' }, errorClass),
      ),
      element('p', { class: 'failure-message' }, message),
      commandLine(next, `the suggested command for ${errorClass}`),
    ),
  );
}
