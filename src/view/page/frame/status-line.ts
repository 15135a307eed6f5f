import type { Page } from '../state/page-store.ts';
import { countOf, countText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';

/** How many of all jobs are shown, which screen readers read out, and the button that shows all again. */
export function statusLine(page: Page): HTMLElement {
  const count = element('span', { class: 'shown', role: 'status' });
  const reset = resetButton(page);
  const help = button('What to do about them', () => page.go({ mode: 'report' }, 'push'), { class: 'reset' });
  function show(): void {
    const [shown, all] = [page.passed().length, page.jobs.length];
    help.hidden = page.view().mode === 'report' || !areAllFailures(page);
    const text = shown === all ? countOf(all, 'job') : `${countText(shown)} of ${countOf(all, 'job')}`;
    // Screen readers would read out the same text again.
    if (count.textContent !== text) count.textContent = text;
    reset.hidden = !isFiltered(page);
  }
  page.onChange(show);
  show();
  return element('div', { class: 'status-line' }, count, reset, help);
}

/** Whether nothing is shown but what the report has advice for. */
function areAllFailures({ passed, jobs }: Page): boolean {
  const shown = passed();
  return shown.length > 0 && shown.every((at) => jobs[at]?.error != null);
}

/** Takes the place of the view when no job matches. */
export function noMatches(page: Page): HTMLElement {
  const reset = resetButton(page);
  const sentence = element('p', {});
  const message = element('div', { class: 'nothing' }, sentence, reset);
  function show(): void {
    message.hidden = page.passed().length > 0 || page.view().mode === 'report';
    reset.hidden = !isFiltered(page);
    sentence.textContent = page.jobs.length === 0 ? 'This run folder has no jobs yet.' : 'No matches.';
  }
  page.onChange(show);
  show();
  return message;
}

function resetButton(page: Page): HTMLElement {
  return button('Reset filters', () => page.go({ hidden: {}, search: '', starredOnly: false }, 'push'), {
    class: 'reset',
  });
}

function isFiltered(page: Page): boolean {
  const { hidden, search, starredOnly } = page.view();
  return search !== '' || starredOnly || Object.values(hidden).some(({ length }) => length > 0);
}
