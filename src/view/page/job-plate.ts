import './job-plate.css';
import type { PageJob } from '../page-data.ts';
import type { App } from './app.ts';
import { commandLine } from './copying.ts';
import { element } from './dom.ts';
import { remedyOf } from './remedy.ts';

/** What stands in the place of a picture that is not there: the state, the reason, and what to do. */
export function jobPlate(app: App, job: PageJob): HTMLElement {
  const { sentence, command } = remedyOf(job, app.head);
  return element(
    'div',
    { class: 'job-plate' },
    element('p', { class: 'job-plate-state' }, stateMark(job), job.state),
    job.error === null
      ? null
      : element(
          'p',
          { class: 'job-plate-reason' },
          element('span', { class: 'job-plate-class' }, job.error.class),
          ` ${job.error.message}`,
        ),
    element('p', {}, sentence),
    command === null ? null : commandLine(command, 'the command that deals with it'),
  );
}

/** A file that the ledger knows and the folder has not. */
export function missingPlate(app: App, path: string, fetchCommand: string): HTMLElement {
  return element(
    'div',
    { class: 'job-plate' },
    element('p', { class: 'job-plate-state' }, 'not in the folder'),
    element('p', {}, `${path} is not in ${app.head.dir}, or this browser cannot show it.`),
    commandLine(fetchCommand, 'the command that fetches it again'),
  );
}

/** A dot in the colour of a state; the word stands beside it. */
export function stateMark({ state }: Pick<PageJob, 'state'>): HTMLElement {
  return element('span', { class: `state-mark is-${state}`, 'aria-hidden': 'true' });
}
