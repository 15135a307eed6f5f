import type { PageJob } from '../../page-data.ts';
import { jobThumb } from '../job/job-thumb.ts';
import type { App } from '../state/app.ts';
import { countOf, countText } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';

const maxShown = 12;
const maxGroups = 20;

/** Identical images for different seeds, and images of a single colour. */
export function duplicatesPart(app: App): HTMLElement {
  const { same, flat } = app.head.overview.duds;
  const part = element('div', { class: 'duplicates' });
  for (const { sha256, jobs } of same.slice(0, maxGroups)) {
    const known = jobs.map((id) => app.jobOf(id)).filter((job) => job !== null);
    const row = thumbs(app, known, 'Duplicate');
    row.title = `sha256 ${sha256}`;
    part.append(
      element('h3', {}, `${countOf(jobs.length, 'job')} with different seeds, but identical images`),
      row,
    );
  }
  if (same.length > maxGroups) part.append(element('p', {}, `and ${more(same.length - maxGroups)} groups`));
  if (flat.length > 0) {
    part.append(element('h3', {}, `${countOf(flat.length, 'image')} of a single colour`), swatches(app));
  }
  return part;
}

function swatches(app: App): HTMLElement {
  const { flat } = app.head.overview.duds;
  const row = element('div', { class: 'duplicate-thumbs' });
  for (const { job: id, path, colour } of flat.slice(0, maxShown)) {
    const job = app.jobOf(id);
    const swatch = element('span', { class: 'duplicate-swatch', title: path });
    // A style property ignores anything that is not a colour.
    swatch.style.backgroundColor = colour;
    row.append(
      element(
        'div',
        { class: 'duplicate-flat' },
        job === null ? null : jobThumb(app, job, 'Single colour'),
        element('span', {}, swatch, colour),
      ),
    );
  }
  if (flat.length > maxShown) row.append(`and ${more(flat.length - maxShown)}`);
  return row;
}

function thumbs(app: App, jobs: readonly PageJob[], label: string): HTMLElement {
  const row = element('div', { class: 'duplicate-thumbs' });
  for (const job of jobs.slice(0, maxShown)) row.append(jobThumb(app, job, label));
  if (jobs.length > maxShown) row.append(`and ${more(jobs.length - maxShown)}`);
  return row;
}

function more(count: number): string {
  return `${countText(count)} more`;
}
