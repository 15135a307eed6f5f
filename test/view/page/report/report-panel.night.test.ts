import type { BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { Overview } from '../../../../src/core/job/overview.ts';
import { browserForFile, browserTest as test } from '../../../support/browser.ts';
import { aPageHead, idAt, jobAt, nasty, noon } from '../page-builders.ts';
import { resultsFolder, viewIn } from '../page-folder.ts';

const open = browserForFile();

const error = { class: 'model', message: `The model refused: ${nasty}` } as const;
const failed = jobAt(0, 2, { state: 'failed', outputs: [], costUsd: null, error });
const jobs = [0, 1].flatMap((y) => [0, 1, 2, 3].map((x) => jobAt(x, y))).concat(failed);
const overview: Partial<Overview> = {
  spentUsd: 12.48,
  reused: 40,
  reusedUsd: 2.4,
  runs: [
    { startedAt: noon, endedAt: noon + 3_840_000, spentUsd: 8.4, done: 140, reused: 40, reusedUsd: 2.4 },
    { startedAt: noon - 9e7, endedAt: null, spentUsd: 4.08, done: 68, reused: 0, reusedUsd: 0 },
  ],
  failures: [{ ...error, jobs: 3, example: idAt(0, 2), next: "rcb retry 'out/the sea'" }],
  duds: {
    same: [{ sha256: 'ab'.repeat(32), jobs: [idAt(0, 0), idAt(1, 0), idAt(2, 0)] }],
    flat: [{ job: idAt(0, 1), path: 'files/black.png', colour: '#102030' }],
  },
};

async function report(options: BrowserContextOptions = {}, more: Partial<Overview> = {}): Promise<Page> {
  const head = aPageHead({ dir: 'out/the sea', overview: { ...overview, ...more } });
  return open(`${resultsFolder(head, jobs).url}#view=report`, options);
}

const figures = (page: Page): Promise<Record<string, string>> =>
  page
    .locator('.report-figure')
    .evaluateAll((all) =>
      Object.fromEntries(
        all.map((each) => [
          each.querySelector('dt')?.textContent ?? '',
          each.querySelector('strong')?.textContent ?? '',
        ]),
      ),
    );

/** How many pixels of the plot have been drawn on. */
const inked = (page: Page): Promise<number> =>
  page.locator('.latency-plot canvas').evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    let count = 0;
    for (let at = 3; at < pixels.length; at += 4) if (pixels[at] !== 0) count += 1;
    return count;
  });

test('results, cost and savings come first', async () => {
  const page = await report();
  expect(await figures(page)).toEqual({
    done: '8',
    failed: '1',
    spent: '$12.48',
    saved: '$2.40',
    typical: '14s',
    'slow ones': '17s',
  });
  expect(await page.locator('.report-bar').getAttribute('aria-label')).toBe('8 done, 1 failed');
});

test('costs that the server did not report are not ignored', async () => {
  expect((await figures(await report({}, { unpriced: 2 }))).spent).toBe('≥ $12.48');
  expect((await figures(await report({}, { unpriced: 8, spentUsd: 0 }))).spent).toBe('unknown');
});

test('failures have their reason as text, the command, and an example that opens', async () => {
  const page = await report();
  const failure = page.locator('.failures > li');
  expect(await failure.locator('.failure-message').textContent()).toBe(error.message);
  expect(await failure.locator('code').textContent()).toBe("rcb retry 'out/the sea'");
  expect(await page.locator('.report b').count()).toBe(0);
  expect(await page.title()).not.toBe('run');
  await failure.getByRole('button', { name: 'Copy the suggested command for: generation failed' }).click();
  await page.locator('.notice', { hasText: 'Copied' }).waitFor();
  await failure.getByRole('button', { name: /^Example/ }).click();
  await page.locator('dialog.lightbox .job-placeholder').waitFor();
  await expect.poll(() => viewIn(page)).toMatchObject({ mode: 'report', open: idAt(0, 2) });
});

test('a refusal names the rows to edit and proposes nothing to pay for; its jobs open', async () => {
  const refusal = { class: 'refused', message: 'Not allowed.' } as const;
  const refused = [2, 3].map((x) => jobAt(x, 1, { state: 'failed', outputs: [], error: refusal }));
  const failures = [{ ...refusal, jobs: 2, example: idAt(2, 1), next: "rcb retry 'out/the sea'" }];
  const head = aPageHead({ dir: 'out/the sea', overview: { ...overview, failures } });
  const page = await open(`${resultsFolder(head, refused).url}#view=report`);
  const failure = page.locator('.failures > li');
  await failure.getByText('The prompt was refused. Edit row 3 of prompts.csv and run again.').waitFor();
  expect(await failure.getByText('rcb ').count()).toBe(0);
  await failure.getByRole('button', { name: 'Open a quiet harbour at dawn, x 3, y 1, seed 3' }).click();
  await expect.poll(() => viewIn(page)).toMatchObject({ open: idAt(3, 1) });
});

test('runs are listed latest first, with what each cost and saved', async () => {
  const page = await report();
  const rows = await page
    .locator('.runs tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  expect(rows).toEqual([
    ['1h04m', '140', '$8.40', '40', '$2.40'],
    ['not finished', '68', '$4.08', '0', '$0.00'],
  ]);
});

test('duplicate and single-colour images are shown, the latter with a swatch', async () => {
  const page = await report();
  expect(await page.getByRole('button', { name: /^Duplicate/ }).count()).toBe(3);
  const colour = await page
    .locator('.duplicate-swatch')
    .evaluate((swatch) => getComputedStyle(swatch).backgroundColor);
  expect(colour).toBe('rgb(16, 32, 48)');
});

test('an invalid colour paints nothing and loads nothing', async () => {
  const flat = [{ job: idAt(0, 1), path: 'files/x.png', colour: 'url(http://127.0.0.1:9/x)' }];
  const page = await report({}, { duds: { same: [], flat } });
  const style = await page.locator('.duplicate-swatch').getAttribute('style');
  expect(style ?? '').not.toContain('url');
});

test('the plot is drawn, and the table agrees with the jobs', async () => {
  const page = await report();
  await expect.poll(() => inked(page)).toBeGreaterThan(1_000);
  await page.getByText('Show as table').click();
  const cells = await page
    .locator('.latency-plot-table tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.querySelectorAll('td')].map((cell) => cell.textContent)));
  expect(cells).toEqual([
    ['5', '14s', '17s'],
    ['3', '15s', '17s'],
  ]);
});

test('the plot follows the theme and the width', async () => {
  const page = await report({ colorScheme: 'light' });
  const canvas = page.locator('.latency-plot canvas');
  const drawing = () => canvas.evaluate((made: HTMLCanvasElement) => made.toDataURL());
  await expect.poll(() => inked(page)).toBeGreaterThan(1_000);
  const light = await drawing();
  await page.emulateMedia({ colorScheme: 'dark' });
  await expect.poll(drawing).not.toBe(light);
  const wide = await canvas.evaluate((made: HTMLCanvasElement) => made.width);
  await page.setViewportSize({ width: 600, height: 900 });
  await expect.poll(() => canvas.evaluate((made: HTMLCanvasElement) => made.width)).toBeLessThan(wide);
});

test('on a phone the report is no wider than the screen', async () => {
  const page = await report({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true });
  await expect.poll(() => inked(page)).toBeGreaterThan(1_000);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});
