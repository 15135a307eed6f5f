import type { Overview } from '../../src/core/overview.ts';
import { sampleVideo } from '../../src/simulator/sample-video.ts';
import type { PageHead, PageJob, PageOutput } from '../../src/view/page-data.ts';

/** What users and servers may write, and no page may run. */
export const nasty = '</script><img src=x onerror="document.title=\'run\'"><b>bold</b>';
export const noon = Date.UTC(2026, 2, 14, 12);
const prompts = ['a lighthouse in a storm', 'a quiet harbour at dawn', nasty];

const emptyOverview: Overview = {
  spentUsd: 0,
  unpriced: 0,
  runs: [],
  reused: 0,
  reusedUsd: 0,
  failures: [],
  duds: { same: [], flat: [] },
};

/** Job of column `x` and row `y`: 16 digits that say so. */
export function idAt(x: number, y: number): string {
  return `${x}${y}`.padStart(16, '0');
}

/** A done job with one picture; the column is its seed, the row its prompt. */
export function pageJob(x: number, y: number, more: Partial<PageJob> = {}): PageJob {
  const prompt = prompts[y] ?? 'a meadow';
  const submittedAt = noon + (4 * y + x) * 60_000;
  return {
    job: idAt(x, y),
    name: null,
    rows: [`prompts.csv:${y + 2}`],
    model: 'ideogram/ideogram-v2/generate',
    state: 'done',
    isPlanned: true,
    rep: 1,
    parent: null,
    input: { prompt, seed: x, style: 'anime', negative_prompt: 'text, watermark' },
    tags: { place: 'sea' },
    axes: { x, y, seed: x },
    requestId: `request-${x}-${y}`,
    attempts: 1,
    plannedAt: noon - 60_000,
    submittedAt,
    startedAt: submittedAt + 2_000,
    finishedAt: submittedAt + 12_000 + 1_500 * x,
    doneAt: submittedAt + 15_000 + 1_500 * x,
    costUsd: 0.06,
    outputs: [pictureOf(x, y)],
    error: null,
    ...more,
  };
}

export function pictureOf(x: number, y: number, file = 0): PageOutput {
  const path = `files/${y} of #1?/${x}-${file}%.png`;
  return { path, bytes: 123_456, mime: 'image/png', width: 512, height: 512, thumb: null };
}

export function videoOutput(): PageOutput {
  return {
    path: 'files/ball.mp4',
    bytes: sampleVideo.length,
    mime: 'video/mp4',
    width: 160,
    height: 90,
    thumb: null,
  };
}

export function pageHead(folderKey: string, jobCount: number, overview: Partial<Overview> = {}): PageHead {
  return {
    name: 'sea',
    dir: 'out/the sea',
    folderKey,
    madeAt: noon + 3_600_000,
    isGoing: false,
    jobCount,
    axes: [],
    overview: { ...emptyOverview, ...overview },
  };
}
