import './job-placeholder.css';
import type { PageJob } from '../../page-data.ts';
import { remedyOf } from '../job/remedy.ts';
import { stateMark } from '../job/state-mark.ts';
import type { App } from '../state/app.ts';
import { commandLine } from '../widgets/clipboard.ts';
import { element, urlOf } from '../widgets/dom.ts';

/** What stands in the place of a picture that is not there: the state, the reason, and what to do. */
export function jobPlaceholder(app: App, job: PageJob): HTMLElement {
  const { sentence, command } = remedyOf(job, app.head);
  return element(
    'div',
    { class: 'job-placeholder' },
    element('p', { class: 'job-placeholder-state' }, stateMark(job.state), job.state),
    job.error === null
      ? null
      : element(
          'p',
          { class: 'job-placeholder-reason' },
          element('span', { class: 'job-placeholder-class' }, job.error.class),
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
export function missingFilePlaceholder(app: App, path: string, fetchCommand: string): HTMLElement {
  return element(
    'div',
    { class: 'job-placeholder' },
    element('p', { class: 'job-placeholder-state' }, 'not in the folder'),
    element('p', {}, `${path} is not in ${app.head.dir}, or this browser cannot show it.`),
    commandLine(fetchCommand, 'the command that fetches it again'),
  );
}
