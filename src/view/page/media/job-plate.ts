import './job-plate.css';
import type { PageJob } from '../../page-data.ts';
import type { App } from '../app.ts';
import { commandLine } from '../copying.ts';
import { element, urlOf } from '../dom.ts';
import { remedyOf } from '../job/remedy.ts';
import { stateMark } from '../job/state-mark.ts';

/** What stands in the place of a picture that is not there: the state, the reason, and what to do. */
export function jobPlate(app: App, job: PageJob): HTMLElement {
  const { sentence, command } = remedyOf(job, app.head);
  return element(
    'div',
    { class: 'job-plate' },
    element('p', { class: 'job-plate-state' }, stateMark(job.state), job.state),
    job.error === null
      ? null
      : element(
          'p',
          { class: 'job-plate-reason' },
          element('span', { class: 'job-plate-class' }, job.error.class),
          ` ${job.error.message}`,
        ),
    element('p', {}, sentence),
    answerLink(job),
    command === null ? null : commandLine(command, 'the command that deals with it'),
  );
}

/** The server's own answer, which was kept where it was all there was. */
function answerLink({ answer }: PageJob): HTMLElement | null {
  if (answer === null) return null;
  const link = element(
    'a',
    { href: urlOf(answer), target: '_blank', rel: 'noopener' },
    "the server's answer",
  );
  return element('p', {}, 'What was paid for is kept: ', link, '.');
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
