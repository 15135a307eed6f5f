import './differences-table.css';
import type { PageJob } from '../../page-data.ts';
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
  const costs = jobs.map(({ costUsd }) => costText(costUsd));
  if (hasCosts) body.append(row('cost', costs));
  body.append(row('run time', jobs.map(runTimeText)));
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

function runTimeText(job: PageJob): string {
  const phase = phasesOf(job).find(({ name }) => name === 'run time');
  return phase === undefined ? 'unknown' : tookText(phase.tookMs);
}
