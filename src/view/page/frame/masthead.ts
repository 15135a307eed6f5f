import './masthead.css';
import type { JobStatus } from '../../../core/job/job.ts';
import { showUsd } from '../../../core/money/prices.ts';
import { countsOf, hiddenOf } from '../filters/filters.ts';
import type { KeyColumn } from '../filters/key-column.ts';
import { stateTones, type Tone } from '../job/state-mark.ts';
import type { Page } from '../state/page-store.ts';
import { countText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';

/** Jobs of one tone are told as one, in the order in which they are told. */
const tallies: readonly { readonly tone: Tone; readonly word: string }[] = [
  { tone: 'good', word: 'done' },
  { tone: 'bad', word: 'failed' },
  { tone: 'warn', word: 'unknown' },
  { tone: 'going', word: 'going' },
  { tone: 'quiet', word: 'pending' },
];

/** What folder this is, how far it is, and what it cost; `tools` stand at its end. */
export function masthead(page: Page, ...tools: readonly HTMLElement[]): HTMLElement {
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
    element('span', { class: 'spent', title: spentTitle(page) }, `${showUsd(head.overview.spentUsd)} spent`),
    fewerNote(page),
    element('span', { class: 'grow' }),
    ...tools,
  );
}

/** Pressed, it leaves over the jobs of its states; pressed again, it leaves all. */
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
  const made = button(
    `${count} ${word}`,
    () => page.go({ hidden: { ...page.view().hidden, state: isPressed() ? [] : others } }, 'push'),
    { class: `tally ${tone}`, title: `Show only what is ${word}` },
    element('i', { class: 'dot' }),
    element('b', {}, countText(count)),
    word,
  );
  const show = (): void => made.setAttribute('aria-pressed', String(isPressed()));
  page.onChange(show);
  show();
  return made;
}

function spentTitle({ head: { overview } }: Page): string {
  return overview.unpriced === 0
    ? 'What the server charged for all jobs of this folder'
    : `What the server charged; of ${overview.unpriced} jobs it did not say what they cost`;
}

function fewerNote({ head, jobs }: Page): HTMLElement | null {
  if (head.jobCount <= jobs.length) return null;
  const [some, all] = [countText(jobs.length), countText(head.jobCount)];
  return element('span', { class: 'note' }, `The page holds the first ${some} of ${all} jobs.`);
}
