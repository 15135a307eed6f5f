import type { PageJob } from '../page-data.ts';
import type { App } from './app.ts';
import { element } from './dom.ts';
import { countOf, countText } from './job-texts.ts';
import { jobThumb } from './job-thumb.ts';

const mostShown = 12;
const mostGroups = 20;

/** The same picture for different seeds, and pictures of one colour. */
export function dudsPart(app: App): HTMLElement {
  const { same, flat } = app.head.overview.duds;
  const part = element('div', { class: 'duds' });
  for (const { sha256, jobs } of same.slice(0, mostGroups)) {
    const known = jobs.map((id) => app.jobOf(id)).filter((job) => job !== null);
    const row = thumbs(app, known, 'Same picture');
    row.title = `sha256 ${sha256}`;
    part.append(
      element(
        'h3',
        {},
        `${countOf(jobs.length, 'job')} came out as the same picture, though their seeds differ`,
      ),
      row,
    );
  }
  if (same.length > mostGroups)
    part.append(element('p', {}, `and ${more(same.length - mostGroups)} such groups`));
  if (flat.length > 0) {
    part.append(element('h3', {}, `${countOf(flat.length, 'picture')} of one colour`), swatches(app));
  }
  return part;
}

function swatches(app: App): HTMLElement {
  const { flat } = app.head.overview.duds;
  const row = element('div', { class: 'dud-thumbs' });
  for (const { job: id, path, colour } of flat.slice(0, mostShown)) {
    const job = app.jobOf(id);
    const swatch = element('span', { class: 'dud-swatch', title: path });
    // Set as a property, where anything but a colour is ignored.
    swatch.style.backgroundColor = colour;
    row.append(
      element(
        'div',
        { class: 'dud-flat' },
        job === null ? null : jobThumb(app, job, 'Of one colour'),
        element('span', {}, swatch, colour),
      ),
    );
  }
  if (flat.length > mostShown) row.append(more(flat.length - mostShown));
  return row;
}

function thumbs(app: App, jobs: readonly PageJob[], label: string): HTMLElement {
  const row = element('div', { class: 'dud-thumbs' });
  for (const job of jobs.slice(0, mostShown)) row.append(jobThumb(app, job, label));
  if (jobs.length > mostShown) row.append(`and ${more(jobs.length - mostShown)}`);
  return row;
}

function more(count: number): string {
  return `${countText(count)} more`;
}
