import './differences-table.css';
import type { PageJob } from '../../page-data.ts';
import { ratioText } from '../../pairs/pair-figures.ts';
import { phasesOf } from '../job/job-times.ts';
import { valueText } from '../job/job-words.ts';
import { costText, tookText } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';
import { whatDiffers } from './what-differs.ts';

/** The values in which jobs differ, one column for each job, followed by their cost, if it may be shown, and run time. */
export function differencesTable(
  jobs: readonly PageJob[],
  names: readonly string[],
  hasCosts = true,
): HTMLElement {
  const differences = whatDiffers(jobs);
  const body = element('tbody', {});
  for (const { key, source, values } of differences) {
    const label = source === 'tag' ? `${key} (tag)` : key;
    body.append(row(label, values.map(valueText)));
  }
  const [first] = jobs;
  // Of folders, the first is what the others are held against.
  const against = (text: string, one: number | null, other: number | null): string => {
    const ratio = first?.folder === undefined || one === other ? null : ratioText(one, other);
    return ratio === null ? text : `${text} (${ratio})`;
  };
  const costs = jobs.map(({ costUsd, costEstimated }) =>
    against(costText(costUsd, costEstimated), first?.costUsd ?? null, costUsd),
  );
  if (hasCosts) body.append(row('cost', costs));
  const times = jobs.map(runTimeOf);
  body.append(
    row(
      'run time',
      times.map((time) => against(time === null ? 'unknown' : tookText(time), times[0] ?? null, time)),
    ),
  );
  return element(
    'table',
    { class: 'differences' },
    element('caption', {}, differences.length === 0 ? 'No differences.' : 'Only differences are listed.'),
    element(
      'thead',
      {},
      element('tr', {}, element('td', {}), ...names.map((name) => element('th', { scope: 'col' }, name))),
    ),
    body,
  );
}

function row(label: string, texts: readonly string[]): HTMLElement {
  return element(
    'tr',
    {},
    element('th', { scope: 'row' }, label),
    ...texts.map((text) => element('td', {}, text)),
  );
}

function runTimeOf(job: PageJob): number | null {
  return phasesOf(job).find(({ name }) => name === 'run time')?.tookMs ?? null;
}
