// `npm run bench:page`: how soon the page of many jobs shows its first cell, and how long its frames take while the
// user scrolls, searches and changes the image size, in headless Chromium.
import type { CDPSession, Page } from 'playwright-core';
import type { PageJob } from '../src/view/page-data.ts';
import { launchBrowser } from '../test/support/browser.ts';
import { anImage, aPageHead, crossed } from '../test/view/page/page-builders.ts';
import { pageFolder, paintPictures } from '../test/view/page/page-folder.ts';

const frames = 240;
// What the page's own thread may take: a frame at 60 Hz, a search that feels immediate, an acceptable time to open.
const budgetMs = { opening: 2_000, frame: 16.7, search: 100, placing: 200 };
const pictures = 200;
/** Images 512 pixels wide: square, portrait, landscape. */
const heights = [512, 768, 512, 341, 512];
const styles = ['anime', 'realistic', 'design', 'general', 'render_3D'];
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const axes = [
  { name: 'style', values: styles },
  { name: 'seed', values: seeds },
];

/** Prompts × styles × seeds. They share some hundred images, since reading files is not what is measured. */
function manyJobs(count: number): PageJob[] {
  const prompts = Array.from({ length: count / styles.length / seeds.length }, (_, n) => {
    const animal = ['fox', 'owl', 'bear', 'heron'][n % 4];
    return `a ${animal} in scene ${n}, morning light, seen from ${n % 7} metres, 35mm film`;
  });
  return crossed(prompts, { style: styles, seed: seeds }).map((job, n) => ({
    ...job,
    outputs: [
      anImage(`files/${n % pictures}.png`, {
        thumb: `thumbs/${n % pictures}.png`,
        height: heights[n % heights.length] ?? 512,
      }),
    ],
  }));
}

/** How long each frame took, in ms, while the view scrolls in every frame. */
function whileScrolling(page: Page, view: string, pixels: number): Promise<number[]> {
  return page.evaluate(
    async ({ view, pixels, frames }) => {
      const scroller = document.querySelector(view) as HTMLElement;
      const next = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
      scroller.scrollTop = 0;
      const took: number[] = [];
      for (let last = await next(); took.length < frames; ) {
        const isAtEnd = scroller.scrollTop + scroller.clientHeight >= scroller.scrollHeight;
        scroller.scrollTop = isAtEnd ? 0 : scroller.scrollTop + pixels;
        const now = await next();
        took.push(now - last);
        last = now;
      }
      return took;
    },
    { view, pixels, frames },
  );
}

/** From a letter in the search field to the frame that shows the matches, in ms. */
function whileSearching(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const field = document.querySelector('.search input') as HTMLInputElement;
    const next = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const took: number[] = [];
    for (const search of ['f', 'fo', 'fox', 'fox 7', 'owl', 'owl film', 'scene 1', 'heron', 'bear 35', '']) {
      await next();
      const from = performance.now();
      field.value = search;
      field.dispatchEvent(new Event('input'));
      // One frame searches, the next one draws; when the third begins, the second has been shown.
      for (let frame = 0; frame < 3; frame += 1) await next();
      took.push(performance.now() - from);
    }
    return took;
  });
}

/** From a change of the image size to the frame that shows the wall with all jobs placed again, in ms. */
function whilePlacing(page: Page): Promise<number[]> {
  return page.evaluate(async () => {
    const slider = document.querySelector('.size input') as HTMLInputElement;
    const next = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    const took: number[] = [];
    for (let size = 96; size <= 320; size += 16) {
      await next();
      const from = performance.now();
      slider.value = String(size);
      slider.dispatchEvent(new Event('input'));
      for (let frame = 0; frame < 2; frame += 1) await next();
      took.push(performance.now() - from);
    }
    return took;
  });
}

/**
 * How long the page's own thread was busy, in ms of processor time per frame. Unlike the time of the frames, it hardly
 * depends on what else the machine does, or on whether it has a graphics card.
 */
async function busy(session: CDPSession, budget: number | null, work: () => Promise<number[]>) {
  const before = await busyMs(session);
  const took = await work();
  const cpuMs = Number((((await busyMs(session)) - before) / took.length).toFixed(1));
  return { ...spread(took), cpu_ms: cpuMs, budget_ms: budget, within: budget === null || cpuMs <= budget };
}

async function busyMs(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics');
  return (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN) * 1_000;
}

function spread(took: readonly number[]) {
  const sorted = [...took].sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((sorted[Math.floor((sorted.length - 1) * share)] as number).toFixed(1));
  const over = (ms: number): number =>
    Number((took.filter((each) => each > ms).length / took.length).toFixed(3));
  // A frame of 60 Hz is reported as 16.6 or 16.7 ms.
  return { p50: at(0.5), p95: at(0.95), max: at(1), over_17ms: over(17), over_34ms: over(34) };
}

async function measured(count: number) {
  const jobs = manyJobs(count);
  const folder = pageFolder(aPageHead({ axes }), jobs);
  paintPictures(folder, jobs.slice(0, pictures));
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
    const opened = await busy(session, budgetMs.opening, async () => {
      await page.goto(folder.url);
      const firstCell = await page.waitForFunction(() =>
        document.querySelector('.cell img') === null ? null : performance.now(),
      );
      return [(await firstCell.jsonValue()) as number];
    });
    const rows: object[] = [{ jobs: count, what: 'opening, to the first cell', ...opened }];
    const measure = async (what: string, budget: number | null, work: () => Promise<number[]>) => {
      rows.push({ jobs: count, what, ...(await busy(session, budget, work)) });
    };
    await measure('grid: scrolling 120 px a frame', budgetMs.frame, () => whileScrolling(page, '.grid', 120));
    await measure('grid: scrolling 3,000 px a frame', null, () => whileScrolling(page, '.grid', 3_000));
    await measure('grid: searching', budgetMs.search, () => whileSearching(page));
    await page.getByRole('button', { name: 'Wall' }).click();
    await page.locator('.wall-tile img').first().waitFor();
    await measure('wall: scrolling 120 px a frame', budgetMs.frame, () => whileScrolling(page, '.wall', 120));
    await measure('wall: scrolling 3,000 px a frame', null, () => whileScrolling(page, '.wall', 3_000));
    await measure('wall: placing all images again', budgetMs.placing, () => whilePlacing(page));
    return rows as (Awaited<ReturnType<typeof busy>> & { jobs: number; what: string })[];
  } finally {
    await browser.close();
    folder.remove();
  }
}

const table = [];
for (const count of [10_000, 50_000]) table.push(...(await measured(count)));
console.table(table);
console.log(JSON.stringify({ frames, node: process.version, page: table }));
if (table.some(({ within }) => !within)) process.exitCode = 1;
