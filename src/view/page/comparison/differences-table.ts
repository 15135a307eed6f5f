import './differences-table.css';
import type { PageJob } from '../../page-data.ts';
import { stagesOf } from '../job/job-times.ts';
import { valueText } from '../job/job-words.ts';
import { costText, tookText } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';
import { whatDiffers } from './what-differs.ts';

/** What tells the jobs apart, one column for each, and below it what each of them cost and took. */
export function differencesTable(jobs: readonly PageJob[], names: readonly string[]): HTMLElement {
  const differences = whatDiffers(jobs);
  const body = element('tbody', {});
  for (const { key, source, values } of differences) {
    const label = source === 'tag' ? `${key} (tag)` : key;
    body.append(row(label, values.map(valueText)));
  }
  body.append(
    row(
      'cost',
      jobs.map(({ costUsd }) => costText(costUsd)),
    ),
    row('ran', jobs.map(ranText)),
  );
  return element(
    'table',
    { class: 'differences' },
    element(
      'caption',
      {},
      differences.length === 0
        ? 'These were made with the same parameters.'
        : 'Parameters that differ; all others agree.',
    ),
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

function ranText(job: PageJob): string {
  const ran = stagesOf(job).find(({ name }) => name === 'ran');
  return ran === undefined ? 'not known' : tookText(ran.tookMs);
}
