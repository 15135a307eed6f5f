import './job-placeholder.css';
import { quoted } from '../../../core/shell-words.ts';
import type { PageJob } from '../../page-data.ts';
import { dirOf } from '../../pairs/compared-folders.ts';
import { reasonOf } from '../job/failure-words.ts';
import { remedyOf } from '../job/remedy.ts';
import { stateMark } from '../job/state-mark.ts';
import type { App } from '../state/app.ts';
import { commandLine } from '../widgets/clipboard.ts';
import { element, urlOf } from '../widgets/dom.ts';

/** Takes the place of a missing result: the state, the reason, and what to do. */
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
          element('span', { class: 'job-placeholder-class' }, `${reasonOf(job)}:`),
          ` ${job.error.message}`,
        ),
    element('p', {}, sentence),
    answerLink(job),
    command === null ? null : commandLine(command, 'the suggested command'),
  );
}

/** The server's raw answer, which is saved if no file could be taken from it. */
function answerLink({ answer }: PageJob): HTMLElement | null {
  if (answer === null) return null;
  const link = element(
    'a',
    { href: urlOf(answer), target: '_blank', rel: 'noopener' },
    "the server's answer",
  );
  return element('p', {}, 'What you paid for has been saved: ', link, '.');
}

/** Takes the place of a file that another runner of a shared run has. */
function elsewherePlaceholder({ head }: App, { state, runner = '' }: PageJob, dir: string): HTMLElement {
  return element(
    'div',
    { class: 'job-placeholder' },
    element('p', { class: 'job-placeholder-state' }, stateMark(state), `${state} on ${runner}`),
    element('p', {}, `Its files lie on ${runner}, in a folder of its own.`),
    head.parcel === undefined
      ? commandLine(`rcb pull ${quoted(dir)}`, 'the command that brings them here')
      : null,
  );
}

/** Takes the place of a file that is in the ledger but not in the run folder. */
export function missingFilePlaceholder(app: App, job: PageJob, path: string): HTMLElement {
  const { head } = app;
  const dir = dirOf(head, job);
  if (job.runner !== undefined) return elsewherePlaceholder(app, job, dir);
  const fetchCommand = `rcb fetch ${quoted(dir)}`;
  return element(
    'div',
    { class: 'job-placeholder' },
    element('p', { class: 'job-placeholder-state' }, 'file not found'),
    element('p', {}, `${path} is not in ${head.dir}, or this browser cannot show it.`),
    head.parcel === undefined ? commandLine(fetchCommand, 'the command that downloads it again') : null,
  );
}
