import './family-strip.css';
import type { PageJob } from '../../page-data.ts';
import { type Families, families } from '../job/families.ts';
import { jobThumb } from '../job/job-thumb.ts';
import type { App } from '../state/app.ts';
import { countOf, countText } from '../widgets/amounts.ts';
import { element } from '../widgets/dom.ts';

const maxShown = 24;
const known = new WeakMap<App, Families>();

/** Thumbnails of a job's parent, siblings and variations; null: it has none. */
export function familyStrip(app: App, job: PageJob): HTMLElement | null {
  const all = known.get(app) ?? families(app.jobs);
  known.set(app, all);
  const parent = all.parentOf(job);
  const [siblings, children] = [all.siblingsOf(job), all.childrenOf(job)];
  if (parent === null && children.length === 0) return null;
  return element(
    'section',
    { class: 'family', 'aria-label': 'Family' },
    parent === null ? null : generation(app, 'Variation of', 'Parent', [parent]),
    generation(app, `${countOf(siblings.length, 'sibling')}`, 'Sibling', siblings),
    generation(app, `${countOf(children.length, 'variation')}`, 'Variation', children),
  );
}

function generation(app: App, heading: string, label: string, jobs: readonly PageJob[]): HTMLElement | null {
  if (jobs.length === 0) return null;
  const more = jobs.length - maxShown;
  return element(
    'div',
    {},
    element('h3', {}, heading),
    element(
      'div',
      { class: 'family-thumbs' },
      ...jobs.slice(0, maxShown).map((job) => jobThumb(app, job, label)),
      more > 0 ? element('span', { class: 'family-more' }, `and ${countText(more)} more`) : null,
    ),
  );
}
