import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished } from 'vitest';
import { browserForFile, browserTest as test } from '../../support/browser.ts';
import { anImage, aPageHead, aVideo, crossed } from './page-builders.ts';
import { type PageFolder, pageFolder, paintPictures, put } from './page-folder.ts';

const open = browserForFile();
const long = `A lighthouse keeper reads a letter by lamplight while ${'a storm beats on the windows, and '.repeat(9)}waits.`;
const seeds = [1, 2, 3, 4, 5, 6];
let folder: PageFolder;
let many: PageFolder;

beforeAll(() => {
  const jobs = crossed([long, 'an owl'], { seed: seeds }).map((job, n) => ({
    ...job,
    tags: Object.fromEntries(
      Array.from({ length: 14 }, (_, tag) => [`A rather long tag ${tag}`, `${n % 2}`]),
    ),
    outputs: n === 1 ? [aVideo('files/film.mp4')] : job.outputs,
  }));
  const axes = [{ name: 'seed', values: seeds }];
  folder = pageFolder(aPageHead({ name: long, isRunning: true, axes }), jobs);
  paintPictures(folder, jobs);
  const wall = Array.from({ length: 10_000 }, (_, n) => `prompt ${n}`);
  const walled = crossed(wall, {}).map((job) => ({ ...job, outputs: [anImage('files/one.png')] }));
  many = pageFolder(aPageHead(), walled);
  paintPictures(many, walled.slice(0, 1));
});
afterAll(() => {
  folder?.remove();
  many?.remove();
});

const ground = (page: Page): Promise<string> =>
  page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const overflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);

test('light and dark follow the system until one is chosen, which a reload keeps', async () => {
  const [light, dark] = ['rgb(244, 244, 243)', 'rgb(19, 20, 22)'];
  expect(await ground(await open(folder.url, { colorScheme: 'light' }))).toBe(light);
  const page = await open(folder.url, { colorScheme: 'dark' });
  expect(await ground(page)).toBe(dark);
  await page.getByRole('button', { name: /^Theme/ }).click();
  expect(await ground(page)).toBe(light);
  await page.reload();
  expect(await ground(page)).toBe(light);
  await page.getByRole('button', { name: /^Theme: light/ }).click();
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await ground(page)).toBe(dark);
});

test('the page itself never scrolls sideways, at any width and in any view', async () => {
  for (const width of [320, 390, 420, 700, 1000, 1400]) {
    const page = await open(folder.url, { viewport: { width, height: 844 } });
    for (const mode of ['Grid', 'Wall', 'Report']) {
      await page.getByRole('button', { name: mode, exact: true }).click();
      expect([width, mode, await overflow(page)]).toEqual([width, mode, 0]);
    }
  }
});

test('on a phone the toolbar is folded away, the wall has two columns, and labels leave room for images', async () => {
  const page = await open(folder.url, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  const columns = page.getByLabel('Columns', { exact: true });
  expect(await columns.isVisible()).toBe(false);
  await page.getByRole('button', { name: 'View and filters' }).click();
  expect(await columns.isVisible()).toBe(true);
  await page.getByRole('button', { name: 'View and filters' }).click();
  const label = await page.getByRole('rowheader').first().boundingBox();
  expect(label?.width).toBeLessThanOrEqual(100);
  await page.getByRole('button', { name: 'Wall' }).click();
  await page.locator('.wall-tile').first().waitFor();
  const lefts = await page
    .locator('.wall-tile')
    .evaluateAll((tiles) => tiles.map((tile) => (tile as HTMLElement).style.left));
  expect(new Set(lefts).size).toBe(2);
});

test('the list of shortcuts includes those of an open image', async () => {
  const page = await open(folder.url);
  await page.keyboard.press('?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await help.waitFor();
  const listed = new Set(await help.locator('kbd').allInnerTexts());
  for (const key of ['?', 'Space', 'Page Down', '[', ']', '+', '=', '-', '0', '1', 'i', 'Esc']) {
    expect(listed).toContain(key);
  }
  await page.keyboard.press('Escape');
  await help.waitFor({ state: 'hidden' });
});

test('a long prompt is clamped in its label, and complete in its tooltip', async () => {
  const page = await open(folder.url);
  const label = page.getByRole('rowheader').first();
  const cell = page.getByRole('gridcell').first();
  expect(await label.getAttribute('title')).toBe(long);
  const [text, row] = [await label.locator('.clamped').boundingBox(), await cell.boundingBox()];
  expect(text?.height).toBeLessThanOrEqual(row?.height ?? 0);
});

test('a video is recognizable as one', async () => {
  const page = await open(folder.url);
  const video = page.locator('.moving video');
  await video.waitFor();
  expect(await video.evaluate((film) => (film as HTMLVideoElement).muted)).toBe(true);
  expect(await video.getAttribute('preload')).toBe('metadata');
});

test('a file that is no longer in the run folder is named in its place', async () => {
  const jobs = crossed(['a'], { seed: [1] }).map((job) => ({
    ...job,
    outputs: [anImage('files/gone.mp4', { mime: 'video/mp4', thumb: 'thumbs/one.png' })],
  }));
  const gone = pageFolder(aPageHead(), jobs);
  onTestFinished(gone.remove);
  put(gone, 'thumbs/one.png', new Uint8Array([1, 2, 3]));
  const page = await open(gone.url);
  await page.getByText('thumbs/one.png is no longer in the run folder.').waitFor();
});

test('of 10,000 jobs on the wall, only those in view are in the document', async () => {
  const page = await open(`${many.url}#view=wall&order=plan`);
  await page.locator('.wall-tile').first().waitFor();
  expect(await page.locator('.wall-tile').first().getAttribute('aria-setsize')).toBe('10000');
  const wall = page.locator('.wall');
  await wall.evaluate((each) => each.scrollTo(0, each.scrollHeight));
  await page.getByRole('article', { name: 'prompt 9999, done' }).waitFor();
  expect(await page.locator('.wall-tile').count()).toBeLessThan(120);
});

test('the keyboard moves along the wall', async () => {
  const page = await open(`${many.url}#view=wall&order=plan`);
  await page.locator('.wall-tile[tabindex="0"]').focus();
  await page.keyboard.press('ArrowRight');
  expect(await focused(page)).toBe('prompt 1, done');
  await page.keyboard.press('End');
  expect(await focused(page)).toBe('prompt 9999, done');
  await page.keyboard.press('Enter');
  await page.waitForURL(/open=000000000000270f/);
});

test('ordered by prompt, the wall has a heading for each', async () => {
  const page = await open(`${folder.url}#view=wall`);
  await page.getByLabel('Wall order').selectOption('by prompt');
  await page.getByRole('heading', { level: 2, name: 'an owl' }).waitFor();
  await page.waitForURL(/order=prompt/);
});
