import { showUsd } from '../../../core/money/prices.ts';
import type { PageHead, PageJob } from '../../page-data.ts';
import {
  type FolderDifference,
  type FolderFigures,
  folderDifferences,
  folderFigures,
  type PairedFacts,
  ratioText,
} from '../../pairs/pair-figures.ts';
import type { App } from '../state/app.ts';
import { countOf, countText, tookText } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';

type Folders = NonNullable<PageHead['compared']>;

/** The folders that the page compares, in figures, and how each stands against the first one. */
export function foldersPart({ jobs }: App, folders: Folders): HTMLElement {
  const facts = factsOf(jobs, folders);
  const names = ['folder', 'jobs', 'done', 'spent', 'typical time', '95% within'];
  const figures = folderFigures(facts, folders.length);
  const body = element('tbody', {}, ...folders.map(({ label }, n) => row(label, figures[n])));
  const first = folders[0]?.label ?? '';
  return element(
    'div',
    { class: 'runs folders' },
    element(
      'table',
      {},
      element('thead', {}, element('tr', {}, ...names.map((name) => element('th', { scope: 'col' }, name)))),
      body,
    ),
    ...folderDifferences(facts, folders.length).map((difference) =>
      element('p', {}, sentence(first, folders[difference.folder]?.label ?? '', difference)),
    ),
  );
}

function factsOf(jobs: readonly PageJob[], folders: Folders): readonly PairedFacts[] {
  const indexes = new Map(folders.map(({ label }, n) => [label, n]));
  return jobs.flatMap(({ folder = '', pair = '', state, costUsd, submittedAt, finishedAt }) => {
    const index = indexes.get(folder);
    if (index === undefined) return [];
    const isKnown = submittedAt !== null && finishedAt !== null && finishedAt >= submittedAt;
    const tookMs = isKnown ? finishedAt - submittedAt : null;
    return [{ folder: index, pair, isDone: state === 'done', costUsd, tookMs }];
  });
}

function row(label: string, figures: FolderFigures | undefined): HTMLElement {
  const { jobs = 0, done = 0, spentUsd = 0, medianMs = null, slowMs = null } = figures ?? {};
  const texts = [
    countText(jobs),
    countText(done),
    showUsd(spentUsd),
    ...[medianMs, slowMs].map((ms) => (ms === null ? '–' : tookText(ms))),
  ];
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, label),
    ...texts.map((text) => element('td', {}, text)),
  );
}

/** `June costs 1.6 × May ($0.13 against $0.08 a job, in 120 pairs); typically 8s against 5s. Not in June: 3.` */
function sentence(first: string, other: string, difference: FolderDifference): string {
  const { pairs, priced, timed, onlyInFirst, onlyInOther } = difference;
  const ratio = ratioText(priced.firstUsd, priced.otherUsd);
  const each = (usd: number): string => showUsd(usd / priced.pairs);
  const costs =
    priced.pairs === 0
      ? `${countOf(pairs, 'pair')} of ${other} and ${first}`
      : `${other} costs ${ratio === null ? '' : `${ratio} ${first}, `}${each(priced.otherUsd)} against ${each(priced.firstUsd)} a job, in ${countOf(priced.pairs, 'pair')}`;
  const times =
    timed.firstMs === null || timed.otherMs === null
      ? ''
      : `; typically ${tookText(timed.otherMs)} against ${tookText(timed.firstMs)}`;
  const lacking = [
    onlyInFirst > 0 ? ` Not in ${other}: ${countText(onlyInFirst)}.` : '',
    onlyInOther > 0 ? ` Not in ${first}: ${countText(onlyInOther)}.` : '',
  ];
  return `${costs}${times}.${lacking.join('')}`;
}
