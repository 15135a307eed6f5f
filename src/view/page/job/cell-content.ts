import './cell-content.css';
import type { PageJob } from '../../page-data.ts';
import { thumbnail } from '../media/thumbnail.ts';
import { element } from '../widgets/dom.ts';
import { reasonOf } from './failure-words.ts';
import { shortened } from './job-words.ts';
import { stateTones } from './state-mark.ts';

/** More images than this in one cell would be too small to tell apart. */
const maxTiles = 4;

/** The images of the jobs in a cell, or why there are none. */
export function cellContent(jobs: readonly PageJob[]): HTMLElement {
  const tiles = jobs.flatMap((job) =>
    job.outputs.length === 0 ? [{ job, file: 0 }] : job.outputs.map((_, file) => ({ job, file })),
  );
  const kept = tiles.slice(0, tiles.length > maxTiles ? maxTiles : tiles.length);
  const mosaic = element(
    'div',
    { class: 'mosaic', 'data-tiles': kept.length },
    ...kept.map(({ job, file }) => tile(job, file, kept.length > 1)),
  );
  if (tiles.length > 1) {
    const what = jobs.length > 1 ? `${jobs.length} jobs` : `${tiles.length} files`;
    mosaic.append(element('span', { class: 'count', title: what }, String(tiles.length)));
  }
  return mosaic;
}

function tile(job: PageJob, file: number, isSmall: boolean): HTMLElement {
  const output = job.outputs[file];
  const { error, state } = job;
  const tone = stateTones[state];
  const attributes = { class: 'tile', 'data-job': job.job, 'data-file': file };
  if (output !== undefined) {
    const badge = state === 'done' ? null : element('span', { class: `badge ${tone}` }, state);
    return element('div', attributes, thumbnail(output, job.runner), badge);
  }
  const reason =
    error === null || isSmall
      ? null
      : element(
          'span',
          { class: 'reason' },
          element('b', {}, `${reasonOf(job)}:`),
          ' ',
          shortened(error.message, 240),
        );
  const title = error === null ? state : `${state} (${reasonOf(job)}): ${error.message}`;
  return element(
    'div',
    { ...attributes, class: `tile stateful ${tone}`, title },
    element('span', { class: 'word' }, state),
    reason,
  );
}

/** The content of a cell without jobs: the plan has none there, or the filters hide them. */
export function emptyContent(isPlanned: boolean, otherwise = 'not planned'): HTMLElement {
  return element('div', { class: isPlanned ? 'empty filtered' : 'empty' }, isPlanned ? 'hidden' : otherwise);
}
