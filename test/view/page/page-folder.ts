import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locator, Page } from 'playwright-core';
import { onTestFinished } from 'vitest';
import { paintCard } from '../../../src/simulator/pictures/card-picture.ts';
import { palettePng } from '../../../src/simulator/pictures/palette-png.ts';
import { sampleVideo } from '../../../src/simulator/pictures/sample-video.ts';
import type { ViewState } from '../../../src/view/page/state/app.ts';
import { defaultView } from '../../../src/view/page/state/default-view.ts';
import { viewOf } from '../../../src/view/page/state/view-state.ts';
import type { PageHead, PageJob } from '../../../src/view/page-data.ts';
import { blockIds, blockJson, encoding } from '../../../src/view/page-wire.ts';
import { aPageHead, idAt } from './page-builders.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The page as a user opens it, in a new folder. */
export interface PageFolder {
  readonly path: string;
  readonly index: string;
  readonly url: string;
  /** Writes the page again with these jobs. */
  write(head: PageHead, jobs: readonly PageJob[]): void;
  remove(): void;
}

export function pageFolder(head: PageHead, jobs: readonly PageJob[]): PageFolder {
  const path = mkdtempSync(join(tmpdir(), 'rcb-page-'));
  const index = join(path, 'index.html');
  const folder: PageFolder = {
    path,
    index,
    url: `file://${index}`,
    write(newHead, newJobs) {
      writeFileSync(index, pageText({ ...newHead, jobCount: newHead.jobCount || newJobs.length }, newJobs));
    },
    remove: () => rmSync(path, { recursive: true, force: true }),
  };
  folder.write(head, jobs);
  return folder;
}

function pageText(head: PageHead, jobs: readonly PageJob[]): string {
  const { encode, values } = encoding();
  const encoded = jobs.map(encode);
  const block = (id: string, value: unknown): string =>
    `<script type="application/json" id="${id}">${blockJson(value)}</script>`;
  const blocks = `${block(blockIds.jobs, encoded)}\n${block(blockIds.shared, {
    head,
    values: [...values()].map((value) => JSON.parse(value) as unknown),
  })}`;
  return readFileSync(join(root, 'dist/view/page.html'), 'utf8').replace('<!--data-->', () => blocks);
}

/** The same with the files of its jobs, except the `absent` ones, until the test ends. */
export function resultsFolder(
  head: PageHead,
  jobs: readonly PageJob[],
  absent: readonly string[] = [],
): PageFolder {
  const folder = pageFolder(head, jobs);
  onTestFinished(folder.remove);
  paintPictures(folder, jobs, absent);
  return folder;
}

/** Real files for these jobs: images that show their prompt and axes, and a short video. */
export function paintPictures(
  folder: PageFolder,
  jobs: readonly PageJob[],
  absent: readonly string[] = [],
): void {
  for (const [number, { input, axes, outputs }] of jobs.entries()) {
    for (const [file, { path, thumb, mime }] of outputs.entries()) {
      const card = {
        prompt: String(input.prompt),
        style: String(input.style ?? 'auto'),
        aspectRatio: String(input.aspect_ratio ?? '1:1'),
        facts: Object.entries(axes).map(([name, value]) => `${name} ${value}`),
        notes: [],
        variant: number + 7 * file,
      };
      const bytes = mime === 'video/mp4' ? sampleVideo : palettePng(paintCard(card));
      for (const each of [path, thumb]) {
        if (each !== null && !absent.includes(each)) put(folder, each, bytes);
      }
    }
  }
}

export function put({ path }: PageFolder, name: string, bytes: Uint8Array): void {
  const file = join(path, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}

/** The view in the address of the page, without axes and filters. */
export async function viewIn(page: Page): Promise<ViewState> {
  const hash = await page.evaluate(() => location.hash);
  return viewOf(hash, defaultView([], 1400), { labelsOf: () => null, isJob: () => true });
}

/** A folder of these jobs, opened as a grid of `x` by `y`. */
export function seaUrl(jobs: readonly PageJob[], absent: readonly string[] = []): string {
  const { url } = resultsFolder(aPageHead({ dir: 'out/the sea' }), jobs, absent);
  return `${url}#view=grid&x=x&y=y&none=sx`;
}

export function cellAt(page: Page, x: number, y: number): Locator {
  return page.locator(`.cell[data-job="${idAt(x, y)}"]`);
}
