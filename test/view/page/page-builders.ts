import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JsonValue } from '../../../src/core/json.ts';
import { paintCard } from '../../../src/simulator/card-picture.ts';
import { palettePng } from '../../../src/simulator/palette-png.ts';
import type { PageHead, PageJob, PageOutput } from '../../../src/view/page-data.ts';
import { blockIds, blockJson, encoding } from '../../../src/view/page-wire.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

export const model = 'ideogram/ideogram-v2/generate';
/** 15 November 2026, 09:30 UTC. */
export const noon = Date.UTC(2026, 10, 15, 9, 30);

export function aPageHead(more: Partial<PageHead> = {}): PageHead {
  return {
    name: 'foxes',
    dir: 'out/foxes',
    folderKey: 'foxes-1',
    madeAt: noon,
    isGoing: false,
    jobCount: 0,
    axes: [],
    overview: {
      spentUsd: 0,
      unpriced: 0,
      runs: [],
      reused: 0,
      reusedUsd: 0,
      failures: [],
      duds: { same: [], flat: [] },
    },
    ...more,
  };
}

/** A job that is done; its number makes its id, and when it ended. */
export function aPageJob(number: number, more: Partial<PageJob> = {}): PageJob {
  const job = number.toString(16).padStart(16, '0');
  return {
    job,
    name: null,
    rows: [`prompts.csv:${number + 2}`],
    model,
    state: 'done',
    isPlanned: true,
    rep: 1,
    parent: null,
    input: { prompt: `prompt ${number}` },
    tags: {},
    axes: {},
    requestId: `req-${number}`,
    attempts: 1,
    plannedAt: noon,
    submittedAt: noon + number * 1_000,
    startedAt: noon + number * 1_000 + 400,
    finishedAt: noon + number * 1_000 + 9_000,
    doneAt: noon + number * 1_000 + 9_500,
    costUsd: 0.08,
    outputs: [anImage(`files/${job}.png`)],
    error: null,
    ...more,
  };
}

export function anImage(path: string, more: Partial<PageOutput> = {}): PageOutput {
  return { path, bytes: 1_000, mime: 'image/png', width: 512, height: 512, thumb: null, ...more };
}

/** One that brought nothing: no files, no times after its submit. */
export function withoutResult(job: PageJob, more: Partial<PageJob>): PageJob {
  return { ...job, outputs: [], startedAt: null, finishedAt: null, doneAt: null, costUsd: null, ...more };
}

/** Every prompt with every value of the axes, as a plan would make it. */
export function crossed(
  prompts: readonly string[],
  axes: Readonly<Record<string, readonly JsonValue[]>>,
): PageJob[] {
  let cells: Record<string, JsonValue>[] = [{}];
  for (const [name, values] of Object.entries(axes)) {
    cells = cells.flatMap((cell) => values.map((value) => ({ ...cell, [name]: value })));
  }
  return prompts
    .flatMap((prompt) => cells.map((cell) => ({ prompt, cell })))
    .map(({ prompt, cell }, number) => aPageJob(number, { input: { prompt, ...cell }, axes: cell }));
}

/** The page as a user opens it, in a folder that only the caller knows. */
export interface PageFolder {
  readonly path: string;
  readonly index: string;
  readonly url: string;
  /** Makes the page anew from these jobs. */
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
  const blocks = `${block(blockIds.jobs, encoded)}\n${block(blockIds.shared, { head, values: values() })}`;
  return readFileSync(join(root, 'dist/view/page.html'), 'utf8').replace('<!--data-->', () => blocks);
}

/** Real pictures for these jobs, each with its prompt and axes in it. */
export function paintPictures(folder: PageFolder, jobs: readonly PageJob[]): void {
  for (const [number, { input, axes, outputs }] of jobs.entries()) {
    for (const { path, thumb } of outputs) {
      const card = {
        prompt: String(input.prompt),
        style: String(input.style ?? 'auto'),
        aspectRatio: String(input.aspect_ratio ?? '1:1'),
        facts: Object.entries(axes).map(([name, value]) => `${name} ${value}`),
        notes: [],
        variant: number,
      };
      const png = palettePng(paintCard(card));
      for (const each of [path, thumb]) if (each !== null) put(folder, each, png);
    }
  }
}

export function put({ path }: PageFolder, name: string, bytes: Uint8Array): void {
  const file = join(path, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, bytes);
}
