import type { PageJob } from '../../page-data.ts';
import { cellContent } from '../job/cell-content.ts';
import { jobButtons } from '../job/job-buttons.ts';
import { axesText, promptOf, spokenJob } from '../job/job-words.ts';
import type { Page } from '../state/page-store.ts';
import { element } from '../widgets/dom.ts';
import type { Heading, Masonry, Tile } from './masonry.ts';

export function wallHeading(wall: Masonry, number: number): HTMLElement {
  const { text, count, top } = wall.headings[number] as Heading;
  const heading = element(
    'h2',
    { class: 'wall-heading', title: text },
    element('span', { class: 'clamped' }, text),
    element('span', { class: 'many' }, String(count)),
  );
  heading.style.top = `${top}px`;
  return heading;
}

/** The image of a job with its caption; under a heading, the prompt is not repeated. */
export function wallTile(page: Page, wall: Masonry, number: number): HTMLElement {
  const { job: index, left, top, height } = wall.tiles[number] as Tile;
  const job = page.jobs[index] as PageJob;
  const isGrouped = page.view().wallOrder === 'prompt';
  const tile = element(
    'article',
    {
      class: 'wall-tile',
      'aria-label': spokenJob(job),
      'aria-posinset': number + 1,
      'aria-setsize': wall.tiles.length,
      'data-tile': number,
      'data-job': job.job,
    },
    element('div', { class: 'shot' }, cellContent([job])),
    jobButtons(page, job.job),
    element(
      'div',
      { class: 'caption' },
      isGrouped ? null : element('div', { class: 'wording', title: promptOf(job) }, promptOf(job)),
      element('div', { class: 'facts', title: axesText(job) }, axesText(job) || job.model),
    ),
  );
  tile.style.left = `${left}px`;
  tile.style.top = `${top}px`;
  tile.style.width = `${wall.tileWidth}px`;
  tile.style.height = `${height}px`;
  return tile;
}
