import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { PageHead, PageJob } from '../../../../src/view/page-data.ts';
import { pageIdOf } from '../../../../src/view/pairs/compared-folders.ts';
import { browserForFile, browserTest as test } from '../../../support/browser.ts';
import { anImage, aPageHead, aPageJob, aVideo, withoutResult } from '../page-builders.ts';
import { resultsFolder } from '../page-folder.ts';

const open = browserForFile();

const head: PageHead = aPageHead({
  name: 'may · june',
  dir: 'out/may out/june',
  compared: [
    { label: 'may', dir: 'out/may' },
    { label: 'june', dir: 'out/june' },
  ],
});

/** The job of a pair in a folder; the ids of a pair are the same in both. */
function jobOf(folder: 0 | 1, number: number, more: Partial<PageJob> = {}): PageJob {
  const label = ['may', 'june'][folder] as string;
  const job = aPageJob(number);
  return {
    ...job,
    job: pageIdOf(job.job, folder),
    folder: label,
    pair: `prompt ${number}`,
    outputs: [anImage(`${label}/files/${number}.png`)],
    costUsd: folder === 0 ? 0.05 : 0.08,
    ...more,
  };
}

const jobs = [
  jobOf(0, 1),
  jobOf(0, 2),
  jobOf(0, 3),
  jobOf(0, 4),
  jobOf(1, 1),
  withoutResult(jobOf(1, 2), { state: 'failed', error: { class: 'model', message: 'It broke.' } }),
  jobOf(1, 4),
  jobOf(1, 5),
];

const cell = (page: Page, row: number, column: number) =>
  page.locator(`.cell[data-row="${row}"][data-column="${column}"]`);

test('folders are columns and pairs are rows; what one lacks or could not make is shown in its place', async () => {
  const { url } = resultsFolder(head, jobs);
  const page = await open(`${url}#size=96`);
  await cell(page, 0, 1).waitFor();
  expect(await page.getByRole('rowheader').allInnerTexts()).toEqual(
    [1, 2, 3, 4, 5].map((n) => `prompt ${n}`),
  );
  expect(await cell(page, 0, 0).getAttribute('data-job')).toBe(jobs[0]?.job);
  expect(await cell(page, 0, 1).getAttribute('data-job')).toBe(jobs[4]?.job);
  expect(await cell(page, 1, 1).innerText()).toContain('failed');
  expect(await cell(page, 2, 1).innerText()).toBe('not in june');
  expect(await cell(page, 4, 0).innerText()).toBe('not in may');

  await page.keyboard.press('r');
  const report = page.locator('.report');
  await report.waitFor();
  expect(await report.innerText()).toContain('june costs 1.6 × may, $0.08 against $0.05 a job, in 2 pairs');
  expect(await report.innerText()).toContain('Not in june: 1. Not in may: 1.');
});

test('a pair opens under a slider, the next one follows, and closing it leaves nothing chosen', async () => {
  const { url } = resultsFolder(head, jobs);
  const page = await open(url);
  await cell(page, 0, 0).focus();
  await page.keyboard.press('p');
  const dialog = page.locator('dialog.compare[open]');
  await dialog.locator('.wipe img.media-full').nth(1).waitFor();
  expect(await dialog.locator('.compare-pair').innerText()).toBe('prompt 1');
  expect(await dialog.locator('.compare-table').innerText()).toMatch(/\$0\.05\s+\$0\.08 \(1\.6 ×\)/);
  const line = dialog.getByRole('slider');
  await line.focus();
  await page.keyboard.press('End');
  expect(await line.getAttribute('aria-valuenow')).toBe('100');
  await page.keyboard.press('n');
  await expect.poll(() => dialog.locator('.compare-pair').innerText()).toBe('prompt 2');
  expect(await dialog.innerText()).toContain('It broke.');
  await page.keyboard.press('n');
  await expect.poll(() => dialog.locator('.compare-pair').innerText()).toBe('prompt 4');
  expect(await dialog.getByRole('button', { name: 'Next pair (n)' }).isDisabled()).toBe(true);
  await page.keyboard.press('Escape');
  await expect.poll(() => page.locator('.compare-tray').isVisible()).toBe(false);
  await cell(page, 2, 0).focus();
  await page.keyboard.press('p');
  await page.getByText('No other folder has this one.').first().waitFor();
});

test('one picture shows the other folder beside it, and its commands name its own folder and id', async () => {
  const { url } = resultsFolder(head, jobs);
  const page = await open(`${url}#open=${encodeURIComponent(jobs[5]?.job as string)}`);
  const lightbox = page.locator('dialog.lightbox[open]');
  await lightbox.waitFor();
  await expect.poll(() => lightbox.innerText()).toContain(`rcb retry out/june ${'2'.padStart(16, '0')}`);
  expect(await lightbox.getByRole('region', { name: 'Folders' }).innerText()).toMatch(/may\s+\$0\.05/);
});

test('stars of the page are saved with the folder of each job', async () => {
  const { url } = resultsFolder(head, jobs);
  const page = await open(url, { acceptDownloads: true });
  await cell(page, 0, 1).focus();
  await page.keyboard.press('s');
  await expect.poll(() => page.locator('.cell .star[aria-pressed=true]').count()).toBe(1);
  await page.getByRole('button', { name: 'Picks' }).click();
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download picks.json' }).click(),
  ]);
  expect(JSON.parse(readFileSync(await saved.path(), 'utf8'))).toMatchObject({
    picks: [{ job: '1'.padStart(16, '0'), folder: 'out/june', starred: true }],
  });
});

test('videos of a pair play in step', async () => {
  const films = [0, 1].map((n) =>
    jobOf(n as 0 | 1, 1, { outputs: [aVideo(`${['may', 'june'][n]}/files/1.mp4`)] }),
  );
  const { url } = resultsFolder(head, films);
  const page = await open(url);
  await cell(page, 0, 0).focus();
  await page.keyboard.press('p');
  const videos = page.locator('dialog.compare[open] video');
  await expect.poll(() => videos.count()).toBe(2);
  const states = () =>
    videos.evaluateAll((all) =>
      all.map((each) => {
        const video = each as HTMLVideoElement;
        return { paused: video.paused, at: video.currentTime, muted: video.muted, loops: video.loop };
      }),
    );
  const both = (what: 'paused', value: boolean) =>
    expect.poll(async () => (await states()).map((each) => each[what])).toEqual([value, value]);
  await both('paused', false);
  expect((await states()).map(({ loops }) => loops)).toEqual([false, false]);
  expect((await states())[1]?.muted).toBe(true);
  await videos.nth(1).evaluate((video) => (video as HTMLVideoElement).pause());
  await both('paused', true);
  await videos.nth(0).evaluate((video) => {
    (video as HTMLVideoElement).currentTime = 0.5;
  });
  await expect.poll(async () => (await states())[1]?.at).toBeCloseTo(0.5, 1);
  await videos.nth(0).evaluate((video) => void (video as HTMLVideoElement).play());
  await both('paused', false);
});
