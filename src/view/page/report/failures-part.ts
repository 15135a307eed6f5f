import type { FailureGroup } from '../../../core/job/overview.ts';
import type { PageJob } from '../../page-data.ts';
import { reasonOf } from '../job/failure-words.ts';
import { jobThumb } from '../job/job-thumb.ts';
import { axesText, shortened, titleOf } from '../job/job-words.ts';
import { editSentence, preparationOf } from '../job/remedy.ts';
import type { Page } from '../state/page-store.ts';
import { countOf, countText } from '../widgets/amounts.ts';
import { commandLine } from '../widgets/clipboard.ts';
import { button, element } from '../widgets/dom.ts';

const maxListed = 8;

/** The failures, most frequent first, each with its jobs, which open, and what to do about them. */
export function failuresPart(page: Page): HTMLElement {
  const list = element('ul', { class: 'failures' });
  const byReason = new Map<string, PageJob[]>();
  for (const job of page.jobs) {
    if (job.error === null) continue;
    const key = keyOf(job.error, job.folder);
    const known = byReason.get(key);
    if (known === undefined) byReason.set(key, [job]);
    else known.push(job);
  }
  for (const failure of page.head.overview.failures)
    list.append(
      entry(page, failure, byReason.get(keyOf(failure, page.jobOf(failure.example)?.folder)) ?? []),
    );
  return list;
}

function keyOf({ class: errorClass, message }: NonNullable<PageJob['error']>, folder = ''): string {
  return JSON.stringify([errorClass, message, folder]);
}

function entry(page: Page, failure: FailureGroup, jobs: readonly PageJob[]): HTMLElement {
  const { class: errorClass, message, next } = failure;
  const example = page.jobOf(failure.example);
  const words = reasonOf(example?.error == null ? { error: failure, state: 'failed' } : example) ?? '';
  // A job that is only held up keeps its place in the plan: what it needs is not in its input.
  const isRefused = errorClass === 'refused' || (errorClass === 'invalid' && example?.state === 'failed');
  const preparation = isRefused ? null : preparationOf(failure);
  return element(
    'li',
    {},
    example === null ? null : jobThumb(page, example, 'Example'),
    element(
      'div',
      { class: 'failure-words' },
      element(
        'p',
        {},
        element('strong', {}, countOf(failure.jobs, 'job')),
        element('span', { class: 'failure-class' }, words),
      ),
      element('p', { class: 'failure-message' }, message),
      isRefused
        ? element('p', {}, editSentence(jobs.length > 0 || example === null ? jobs : [example]))
        : null,
      preparation === null ? null : element('p', {}, preparation),
      isRefused ? null : commandLine(next, `the suggested command for: ${words}`),
      jobList(page, jobs, failure.jobs, words),
    ),
  );
}

/** The jobs of a failure, each by its prompt and its axes. */
function jobList(page: Page, jobs: readonly PageJob[], count: number, words: string): HTMLElement | null {
  if (jobs.length === 0) return null;
  const list = element('ul', { class: 'failure-jobs' });
  for (const job of jobs.slice(0, maxListed)) {
    const [title, axes] = [shortened(titleOf(job), 120), axesText(job)];
    const open = button(
      `Open ${[title, axes].filter((part) => part !== '').join(', ')}`,
      () => page.go({ open: job.job, file: 0 }, 'push'),
      { title: job.rows.join(', ') },
      element('span', { class: 'clamped' }, title),
      element('span', { class: 'many' }, [axes, ...job.rows.slice(0, 1)].filter((part) => part).join(' · ')),
    );
    list.append(element('li', {}, open));
  }
  if (count <= maxListed) return list;
  const labels = page.columnOf('error')?.labels ?? [];
  const showAll = button(`Show all ${countText(count)} on the wall`, () =>
    page.go({ mode: 'wall', hidden: { error: labels.filter((label) => label !== words) } }, 'push'),
  );
  list.append(element('li', { class: 'failure-more' }, showAll));
  return list;
}
