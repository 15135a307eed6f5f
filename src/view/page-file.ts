import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../core/complaints.ts';
import type { PageHead, PageJob } from './page-data.ts';
import { blockIds, blockJson, blockText, encoding } from './page-wire.ts';

/** Name of the page in a run folder. */
export const pageFile = 'index.html';

/** More would not open in a browser: the page holds the first ones. */
export const maxPageJobs = 100_000;

/** The bundled page, cut where a folder's own content goes. */
export interface PageTemplate {
  readonly start: string;
  readonly middle: string;
  readonly end: string;
}

// The same file from `src/view` and from `dist/view`.
const bundledPage = new URL('../../dist/view/page.html', import.meta.url);

const title = '<title>runcomfy-batch</title>';
const place = '<!--data-->';

/** Throws UserError('usage') when the page was not bundled, as in a checkout that was never built. */
export function pageTemplate(url: URL = bundledPage): PageTemplate {
  const path = fileURLToPath(url);
  let page: string;
  try {
    page = readFileSync(path, 'utf8');
  } catch (error) {
    throw notBuilt(`The viewer's page ${path} cannot be read.`, error);
  }
  const titleAt = page.indexOf(title);
  const placeAt = page.indexOf(place, titleAt);
  if (titleAt === -1 || placeAt === -1) {
    throw notBuilt(`The viewer's page ${path} has no place for a title and for jobs.`, null);
  }
  return {
    start: page.slice(0, titleAt),
    middle: page.slice(titleAt + title.length, placeAt),
    end: page.slice(placeAt + place.length),
  };
}

/**
 * The page of a folder, piece by piece. The next job is asked for only when the piece with the last one was taken, so
 * what is held in memory are the values that jobs share.
 */
export function* pageTexts(
  template: PageTemplate,
  head: PageHead,
  jobs: Iterable<PageJob>,
): Generator<string> {
  yield `${template.start}<title>${escaped(head.name)} – runcomfy-batch</title>${template.middle}`;
  const { encode, values } = encoding();
  yield `${blockStart(blockIds.jobs)}[`;
  let separator = '';
  for (const job of jobs) {
    yield `${separator}${blockJson(encode(job))}`;
    separator = ',\n';
  }
  yield `]</script>\n${blockStart(blockIds.shared)}{"head":${blockJson(head)},"values":[`;
  separator = '';
  for (const value of values()) {
    yield `${separator}${blockText(value)}`;
    separator = ',';
  }
  yield `]}</script>${template.end}`;
}

function blockStart(id: string): string {
  return `<script type="application/json" id="${id}">`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function notBuilt(sentence: string, cause: unknown): UserError {
  return new UserError('usage', sentence, 'Run npm run build, or install runcomfy-batch anew.', cause);
}
