import type { Overview } from '../../../src/core/job/overview.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import { ideogramV2 } from '../../../src/providers/runcomfy/built-in.ts';
import { sampleVideo } from '../../../src/simulator/pictures/sample-video.ts';
import type { PageHead, PageJob, PageOutput } from '../../../src/view/page-data.ts';

export const model = 'ideogram/ideogram-v2/generate';
/** 15 November 2026, 09:30 UTC. */
export const noon = Date.UTC(2026, 10, 15, 9, 30);

const emptyOverview: Overview = {
  spentUsd: 0,
  unpriced: 0,
  runs: [],
  reused: 0,
  reusedUsd: 0,
  failures: [],
  duds: { same: [], flat: [] },
};

export function aPageHead(
  more: Partial<Omit<PageHead, 'overview'>> & { readonly overview?: Partial<Overview> } = {},
): PageHead {
  return {
    name: 'foxes',
    dir: 'out/foxes',
    folderKey: 'foxes-1',
    madeAt: noon,
    isRunning: false,
    jobCount: 0,
    defaultModel: ideogramV2.id,
    axes: [],
    ...more,
    overview: { ...emptyOverview, ...more.overview },
  };
}

/** A job that is done; its number determines its id and when it ended. */
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
    notes: [],
    answer: null,
    ...more,
  };
}

export function anImage(path: string, more: Partial<PageOutput> = {}): PageOutput {
  return { path, bytes: 1_000, mime: 'image/png', width: 512, height: 512, thumb: null, ...more };
}

/** A job without a result: no files, and no times after its submission. */
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

/** What users and servers may write, and the page must never run. */
export const nasty = '</script><img src=x onerror="document.title=\'run\'"><b>bold</b>';
const prompts = ['a lighthouse in a storm', 'a quiet harbour at dawn', nasty];

/** The id of the job in column `x` and row `y`: 16 digits. */
export function idAt(x: number, y: number): string {
  return `${x}${y}`.padStart(16, '0');
}

/** A done job with one image. Its column is its seed, and its row its prompt; both are axes. */
export function jobAt(x: number, y: number, more: Partial<PageJob> = {}): PageJob {
  const submittedAt = noon + (4 * y + x) * 60_000;
  return aPageJob(0, {
    job: idAt(x, y),
    rows: [`prompts.csv:${y + 2}`],
    input: { prompt: prompts[y] ?? 'a meadow', seed: x, style: 'anime', negative_prompt: 'text, watermark' },
    tags: { place: 'sea' },
    axes: { x, y, seed: x },
    requestId: `request-${x}-${y}`,
    submittedAt,
    startedAt: submittedAt + 2_000,
    finishedAt: submittedAt + 12_000 + 1_500 * x,
    doneAt: submittedAt + 15_000 + 1_500 * x,
    costUsd: 0.06,
    outputs: [pictureAt(x, y)],
    ...more,
  });
}

/** An image whose path needs escaping. */
export function pictureAt(x: number, y: number, file = 0): PageOutput {
  return anImage(`files/${y} of #1?/${x}-${file}%.png`);
}

export function aVideo(path: string): PageOutput {
  return { path, bytes: sampleVideo.length, mime: 'video/mp4', width: 160, height: 90, thumb: null };
}
