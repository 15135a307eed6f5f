import './masthead.css';
import type { JobStatus } from '../../../core/job/job.ts';
import { countsOf, hiddenOf } from '../filters/filters.ts';
import type { KeyColumn } from '../filters/key-column.ts';
import { stateTones, type Tone } from '../job/state-mark.ts';
import type { Mode } from '../state/app.ts';
import type { Page } from '../state/page-store.ts';
import { costText, countOf, countText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';

/** One count for all states of a tone, in this order. */
const tallies: readonly { readonly tone: Tone; readonly word: string }[] = [
  { tone: 'good', word: 'done' },
  { tone: 'bad', word: 'failed' },
  { tone: 'warn', word: 'unknown' },
  { tone: 'busy', word: 'in progress' },
  { tone: 'quiet', word: 'pending' },
];

/** The run folder's name, its progress and its cost, followed by the place of the search field and by `tools`. */
export function masthead(page: Page, searchHome: HTMLElement, ...tools: readonly HTMLElement[]): HTMLElement {
  const { head, jobs } = page;
  const column = page.columnOf('state') as KeyColumn;
  const counts = countsOf(column, [...jobs.keys()]);
  const chips = tallies.flatMap(({ tone, word }) => {
    const own = column.labels.filter((label) => stateTones[label as JobStatus] === tone);
    const count = own.reduce((sum, label) => sum + (counts[column.labels.indexOf(label)] as number), 0);
    return count === 0 ? [] : [chip(page, column, own, word, tone, count)];
  });
  return element(
    'header',
    { class: 'masthead' },
    element('h1', { title: head.dir }, head.name),
    element('div', { class: 'tallies', role: 'group', 'aria-label': 'Jobs by state' }, ...chips),
    head.parcel?.hasCosts === false
      ? null
      : element(
          'span',
          { class: 'spent', title: spentTitle(page) },
          `${costText(head.overview.spentUsd, (head.overview.estimatedUsd ?? 0) > 0)} spent`,
        ),
    fewerNote(page),
    searchHome,
    ...tools,
  );
}

/**
 * A press shows only the jobs in these states; another press shows all again. What has no image is shown on the wall:
 * in the grid, a few cards would stand among fields that the filter has emptied.
 */
function chip(
  page: Page,
  { labels }: KeyColumn,
  own: readonly string[],
  word: string,
  tone: Tone,
  count: number,
): HTMLElement {
  const others = labels.filter((label) => !own.includes(label));
  const isPressed = (): boolean => {
    const hidden = hiddenOf(page.view(), 'state');
    return (
      hidden.length > 0 &&
      others.every((label) => hidden.includes(label)) &&
      !own.some((label) => hidden.includes(label))
    );
  };
  let before: Mode | null = null;
  function press(): void {
    const { mode, hidden } = page.view();
    const [wasPressed, back] = [isPressed(), before];
    before = null;
    const change = { hidden: { ...hidden, state: wasPressed ? [] : others } };
    if (wasPressed) {
      page.go({ ...change, mode: mode === 'wall' && back !== null ? back : mode }, 'push');
      return;
    }
    const isInPlace = mode === 'wall' || (mode === 'grid' && tone === 'good');
    if (!isInPlace) before = mode;
    page.go({ ...change, mode: isInPlace ? mode : 'wall' }, 'push');
  }
  const toggle = button(
    `${count} ${word}`,
    press,
    { class: `tally ${tone}`, title: `Show only jobs that are ${word}` },
    element('i', { class: 'dot' }),
    element('b', {}, countText(count)),
    element('span', { class: 'tally-word' }, word),
  );
  const show = (): void => toggle.setAttribute('aria-pressed', String(isPressed()));
  page.onChange(show);
  show();
  return toggle;
}

function spentTitle({ head: { overview } }: Page): string {
  if ((overview.estimatedUsd ?? 0) > 0)
    return 'Estimated from machine seconds; starting and idle time of machines is billed on top';
  return overview.unpriced === 0
    ? 'Charged for all jobs in this run folder'
    : `Charged so far; no price is known for ${countOf(overview.unpriced, 'job')}`;
}

function fewerNote({ head, jobs }: Page): HTMLElement | null {
  if (head.jobCount <= jobs.length) return null;
  const [some, all] = [countText(jobs.length), countText(head.jobCount)];
  return element('span', { class: 'note' }, `This page shows the first ${some} of ${all} jobs.`);
}
