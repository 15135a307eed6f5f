import { showUsd } from '../../../core/money/prices.ts';
import type { PageJob } from '../../page-data.ts';
import { ratioText } from '../../pairs/pair-figures.ts';
import { comparePair, pairsIn } from '../comparison/pairs.ts';
import { jobThumb } from '../job/job-thumb.ts';
import type { App } from '../state/app.ts';
import { tookText } from '../widgets/amounts.ts';
import { button, element } from '../widgets/dom.ts';
import { icon } from '../widgets/icon.ts';

/** The same job in the other folders that the page compares, with differences in cost and time; null: it has one. */
export function pairStrip(app: App, job: PageJob): HTMLElement | null {
  const { compared } = app.head;
  if (compared === undefined) return null;
  const jobs = pairsIn(app).of(job);
  const compare = button(
    'Compare (p)',
    () => comparePair(app, job.job, compare),
    { class: 'copy' },
    icon('compare'),
    'Compare',
  );
  return element(
    'section',
    { class: 'family', 'aria-label': 'Folders' },
    ...compared.map(({ label }) => {
      const own = jobs.find(({ folder }) => folder === label);
      return element(
        'div',
        {},
        element('h3', {}, own === job ? `${label} (this one)` : label),
        own === undefined
          ? element('p', {}, `not in ${label}`)
          : element('div', { class: 'family-thumbs' }, jobThumb(app, own, label), difference(job, own)),
      );
    }),
    jobs.length > 1 ? compare : null,
  );
}

/** `$0.13 (1.6 ×), 8.0s (1.6 ×)`, against the job that is shown. */
function difference(shown: PageJob, other: PageJob): HTMLElement {
  const parts = [
    amount(shown.costUsd, other.costUsd, showUsd, shown === other),
    amount(tookOf(shown), tookOf(other), tookText, shown === other),
  ];
  return element('span', {}, parts.filter((part) => part !== null).join(', '));
}

function amount(
  shown: number | null,
  other: number | null,
  show: (value: number) => string,
  isSame: boolean,
): string | null {
  if (other === null) return null;
  const ratio = isSame ? null : ratioText(shown, other);
  return ratio === null ? show(other) : `${show(other)} (${ratio})`;
}

function tookOf({ submittedAt, finishedAt }: PageJob): number | null {
  return submittedAt === null || finishedAt === null || finishedAt < submittedAt
    ? null
    : finishedAt - submittedAt;
}
