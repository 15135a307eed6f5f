import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { UserError } from '../core/complaints.ts';
import type { PageHead, PageJob } from './page-data.ts';
import { blockIds, blockJson, blockText, encoding } from './page-wire.ts';

/** The name of the page in a run folder. */
export const pageFile = 'index.html';

/** More jobs would not open in a browser: the page has only the first ones. */
export const maxPageJobs = 100_000;

/** The bundled page, split where a run folder's own content is inserted. */
interface PageTemplate {
  readonly start: string;
  readonly middle: string;
  readonly end: string;
}

// The same file from `src/view` and from `dist/view`.
const bundledPage = new URL('../../dist/view/page.html', import.meta.url);

const title = '<title>runcomfy-batch</title>';
const dataMark = '<!--data-->';

/** Throws UserError('usage') if the page was not bundled, as in a checkout that was never built. */
export function pageTemplate(url: URL = bundledPage): PageTemplate {
  const path = fileURLToPath(url);
  let page: string;
  try {
    page = readFileSync(path, 'utf8');
  } catch (error) {
    throw notBuilt(`Cannot read the viewer page ${path}.`, error);
  }
  const titleAt = page.indexOf(title);
  const dataAt = page.indexOf(dataMark, titleAt);
  if (titleAt === -1 || dataAt === -1) {
    throw notBuilt(`The viewer page ${path} is damaged.`, null);
  }
  return {
    start: page.slice(0, titleAt),
    middle: page.slice(titleAt + title.length, dataAt),
    end: page.slice(dataAt + dataMark.length),
  };
}

/**
 * The page of a run folder, piece by piece. The next job is requested only after the piece with the last one was
 * consumed, so that only the values that jobs share are kept in memory.
 */
export function* pageTexts(
  template: PageTemplate,
  head: PageHead,
  jobs: Iterable<PageJob>,
): Generator<string> {
  const page = pageWriter(template, head.name);
  yield page.start;
  for (const job of jobs) yield page.job(job);
  yield* page.end(head);
}

/** The same for jobs that come one by one, with what is known of the folder when all have come. */
export function pageWriter(template: PageTemplate, name: string) {
  const { encode, values } = encoding();
  let separator = '';
  return {
    start: `${template.start}<title>${escaped(name)} – runcomfy-batch</title>${template.middle}${blockStart(blockIds.jobs)}[`,
    job(job: PageJob): string {
      const text = `${separator}${blockJson(encode(job))}`;
      separator = ',\n';
      return text;
    },
    *end(head: PageHead): Iterable<string> {
      yield `]</script>\n${blockStart(blockIds.shared)}{"head":${blockJson(head)},"values":[`;
      separator = '';
      for (const value of values()) {
        yield `${separator}${blockText(value)}`;
        separator = ',';
      }
      yield `]}</script>${template.end}`;
    },
  };
}

function blockStart(id: string): string {
  return `<script type="application/json" id="${id}">`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function notBuilt(sentence: string, cause: unknown): UserError {
  return new UserError('usage', sentence, 'Run npm run build, or reinstall runcomfy-batch.', cause);
}
