import { type JobStatus, jobStatuses } from '../../../core/job/job.ts';
import { showUsd } from '../../../core/money/prices.ts';
import { instant } from '../job/instant.ts';
import { stateMark } from '../job/state-mark.ts';
import type { App } from '../state/app.ts';
import { costText, countOf, countText, tookText } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';
import { latenciesOf, quantile } from './latency-bins.ts';

function spentFrom(spentUsd: number, estimatedUsd: number): string {
  if (estimatedUsd === 0) return 'charged by the server';
  const part = spentUsd - estimatedUsd < 1e-6 ? '' : `${showUsd(estimatedUsd)} of it `;
  return `${part}estimated from machine seconds; starting and idle time is billed on top`;
}

/** The numbers that users ask for first, and a progress bar. */
export function reportFigures(app: App): HTMLElement {
  const { head, jobs } = app;
  const { spentUsd, estimatedUsd = 0, unpriced, reused, reusedUsd } = head.overview;
  const counts = countsOf(app);
  const times = latenciesOf(jobs).map(({ tookMs }) => tookMs);
  const ended = counts.failed + counts.cancelled + counts.lost;
  const spent = unpriced > 0 && spentUsd === 0 ? 'unknown' : costText(spentUsd, estimatedUsd > 0);
  return element(
    'div',
    { class: 'report-figures' },
    element(
      'dl',
      {},
      ...figure('done', countText(counts.done), `of ${countOf(jobs.length, 'job')}`),
      ...(ended === 0 ? [] : figure('failed', countText(ended), 'failed, cancelled or lost', 'is-bad')),
      ...(counts.unknown === 0
        ? []
        : figure('unknown', countText(counts.unknown), 'may have been billed', 'is-warn')),
      ...(head.parcel?.hasCosts === false
        ? []
        : figure(
            'spent',
            unpriced > 0 && spentUsd > 0 ? `≥ ${spent}` : spent,
            unpriced === 0
              ? spentFrom(spentUsd, estimatedUsd)
              : `${countOf(unpriced, 'job')} without a price`,
          )),
      ...(reused === 0 ? [] : figure('saved', showUsd(reusedUsd), `${countOf(reused, 'result')} reused`)),
      ...(times.length === 0
        ? []
        : [
            ...figure('typical', tookText(quantile(times, 0.5)), 'half of the jobs took less'),
            ...figure('slow ones', tookText(quantile(times, 0.95)), '1 in 20 took longer'),
          ]),
    ),
    stateBar(counts, jobs.length),
    element(
      'p',
      {},
      head.isRunning ? 'A run is in progress. Reload this page for newer results. ' : '',
      'As of ',
      instant(head.madeAt),
      head.jobCount > jobs.length
        ? `; this page shows the first ${countText(jobs.length)} of ${countOf(head.jobCount, 'job')}.`
        : '.',
    ),
  );
}

function figure(name: string, value: string, meaning: string, tone = ''): HTMLElement[] {
  return [
    element(
      'div',
      { class: `report-figure ${tone}` },
      element('dt', {}, name),
      element('dd', {}, element('strong', {}, value), element('span', {}, meaning)),
    ),
  ];
}

function countsOf({ jobs }: App): Record<JobStatus, number> {
  const counts = Object.fromEntries(jobStatuses.map((status) => [status, 0])) as Record<JobStatus, number>;
  for (const { state } of jobs) counts[state] += 1;
  return counts;
}

function stateBar(counts: Readonly<Record<JobStatus, number>>, all: number): HTMLElement {
  const present = jobStatuses.filter((status) => counts[status] > 0);
  const words = present.map((status) => `${countText(counts[status])} ${status}`);
  const bar = element('div', { class: 'report-bar', role: 'img', 'aria-label': words.join(', ') });
  const legend = element('ul', { class: 'report-bar-legend', 'aria-hidden': 'true' });
  present.forEach((status, index) => {
    const share = stateMark(status);
    share.style.flex = `${counts[status] / all} 0 3px`;
    share.title = words[index] ?? '';
    bar.append(share);
    legend.append(element('li', {}, stateMark(status), words[index] ?? ''));
  });
  return element('div', {}, bar, legend);
}
