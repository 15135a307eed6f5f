import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import type { PageJob } from '../../../../src/view/page-data.ts';
import { browserForFile, browserTest as test } from '../../../support/browser.ts';
import { anImage, aPageHead, crossed } from '../page-builders.ts';
import { type PageFolder, pageFolder, paintPictures } from '../page-folder.ts';

const open = browserForFile();
const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
const styles = ['anime', 'realistic', 'design', 'general', '3D'];
const axes = [
  { name: 'style', values: styles },
  { name: 'seed', values: seeds },
];
let folder: PageFolder;
let large: PageFolder;
const onePicture = (jobs: readonly PageJob[]): PageJob[] =>
  jobs.map((job) => ({ ...job, outputs: [anImage('files/one.png')] }));

beforeAll(() => {
  const jobs = onePicture(crossed(['a fox', 'an owl', 'a bear'], { style: styles, seed: seeds }));
  folder = pageFolder(aPageHead({ axes }), jobs);
  paintPictures(folder, jobs.slice(0, 1));
  const prompts = Array.from({ length: 250 }, (_, n) => `prompt number ${n}`);
  const many = onePicture(crossed(prompts, { style: styles, seed: seeds }));
  large = pageFolder(aPageHead({ axes }), many);
  paintPictures(large, many.slice(0, 1));
});
afterAll(() => {
  folder?.remove();
  large?.remove();
});

/** Once the grid is drawn, which is a frame after the page is there. */
async function labels(page: Page, role: string): Promise<string[]> {
  await page.getByRole('gridcell').first().waitFor();
  return page.locator(`[role=${role}] .clamped`).allInnerTexts();
}
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
const view = 'x=seed&y=style&none=sx&key=prompt&only=a+fox';

test('the axes are chosen, nested and swapped', async () => {
  const page = await open(`${folder.url}#${view}`);
  expect(await labels(page, 'columnheader')).toEqual(seeds.map(String));
  expect(await labels(page, 'rowheader')).toEqual(styles);

  await page.getByRole('button', { name: 'Swap rows and columns' }).click();
  await expect.poll(() => labels(page, 'columnheader')).toEqual(styles);
  expect(await labels(page, 'rowheader')).toEqual(expect.arrayContaining(['1', '2', '3']));

  await page.getByLabel('Rows', { exact: true }).selectOption({ label: 'style (5)' });
  expect(await page.getByLabel('Columns', { exact: true }).inputValue()).toBe('=seed');
  await page.getByLabel('Columns within').selectOption({ label: 'prompt (3)' });
  await expect.poll(() => page.locator('.bar.across').allInnerTexts()).toEqual(['prompt a fox']);
});

test('jobs that share a cell are shown as a mosaic with their number', async () => {
  const page = await open(`${folder.url}#y=style&none=x&none=sx`);
  const cell = page.getByRole('gridcell').first();
  await cell.waitFor();
  expect(await cell.locator('.tile').count()).toBe(4);
  expect(await cell.locator('.count').innerText()).toBe('24');
  expect(await cell.getAttribute('aria-label')).toMatch(/, and 23 more$/);
});

test('labels stay in view wherever the user scrolls, including those of outer axes', async () => {
  const page = await open(`${large.url}#x=seed&y=prompt&sx=style&size=200`);
  const grid = page.getByRole('grid');
  const frame = await grid.boundingBox();
  await grid.evaluate((each) => each.scrollTo(2_300, 20_000));
  const cell = page.getByRole('gridcell', { name: /^prompt number 100, style realistic, seed 5,/ });
  await cell.waitFor();
  const [at, row, column, bar] = await Promise.all([
    cell.boundingBox(),
    page.getByRole('rowheader', { name: 'prompt prompt number 100', exact: true }).boundingBox(),
    page.getByRole('columnheader', { name: 'seed 5, style realistic', exact: true }).boundingBox(),
    page.locator('.bar.across .bar-text', { hasText: 'realistic' }).boundingBox(),
  ]);
  if (frame === null || at === null || row === null || column === null || bar === null) {
    throw new Error('Something that should be shown is not there.');
  }
  expect(row.x).toBeCloseTo(frame.x, 0);
  expect(row.y).toBeCloseTo(at.y, 0);
  expect(column.x).toBeCloseTo(at.x, 0);
  expect(bar.y).toBeCloseTo(frame.y, 0);
  expect(column.y + column.height).toBeLessThan(frame.y + 80);
  expect(bar.x).toBeGreaterThanOrEqual(row.x + row.width);
});

test('of 10,000 jobs, only those in view are in the document, from the first to the last', async () => {
  const page = await open(`${large.url}#x=seed&y=prompt&sx=style`);
  const grid = page.getByRole('grid');
  expect(await grid.getAttribute('aria-rowcount')).toBe('251');
  expect(await grid.getAttribute('aria-colcount')).toBe('41');
  const counts = await grid.evaluate(async (each) => {
    const seen: number[] = [];
    const frame = (): Promise<number> => new Promise((resolve) => requestAnimationFrame(resolve));
    while (each.scrollTop + each.clientHeight < each.scrollHeight) {
      each.scrollTop += 900;
      each.scrollLeft = seen.length % 2 === 0 ? each.scrollWidth : 0;
      await frame();
      await frame();
      seen.push(document.querySelectorAll('*').length);
    }
    return seen;
  });
  expect(counts.length).toBeGreaterThan(20);
  expect(Math.max(...counts)).toBeLessThan(2_500);
  await grid.evaluate((each) => each.scrollTo(each.scrollWidth, each.scrollHeight));
  await page.getByRole('gridcell', { name: /^prompt number 249, style 3D, seed 8,/ }).waitFor();
  expect(await page.getByRole('gridcell', { name: /^prompt number 0,/ }).count()).toBeLessThanOrEqual(1);
});

test('the keyboard moves through cells and labels, opens, stars and compares', async () => {
  const page = await open(`${folder.url}#${view}`);
  await page.getByRole('gridcell').first().waitFor();
  await page.locator('.grid [tabindex="0"]').focus();
  expect(await focused(page)).toBe('a fox, style anime, seed 1, done');
  for (const key of ['ArrowRight', 'ArrowDown', 'ArrowDown']) await page.keyboard.press(key);
  expect(await focused(page)).toBe('a fox, style design, seed 2, done');
  await page.keyboard.press('Control+End');
  expect(await focused(page)).toBe('a fox, style 3D, seed 8, done');
  await page.keyboard.press('c');
  await page.waitForURL(/beside=0000000000000027/);
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowLeft');
  expect(await focused(page)).toBe('style 3D');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Hide' }).press('Enter');
  await expect.poll(() => labels(page, 'rowheader')).toEqual(styles.slice(0, 4));
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('s');
  await page.getByText('Star added.').waitFor();
  await page.keyboard.press('Enter');
  await expect.poll(() => page.url()).toMatch(/open=0000000000000018/);
});

test('Tab reaches exactly one element of the grid', async () => {
  const page = await open(`${folder.url}#${view}`);
  await page.getByRole('gridcell').first().waitFor();
  const reachable = page.locator('.grid').locator('[tabindex="0"], button:not([tabindex="-1"]), a[href]');
  expect(await reachable.count()).toBe(1);
  await reachable.focus();
  await page.keyboard.press('PageDown');
  await page.keyboard.press('End');
  expect(await reachable.count()).toBe(1);
});

test('the image size can be changed, and is kept in the address', async () => {
  const page = await open(`${folder.url}#${view}`);
  const cell = page.getByRole('gridcell').first();
  await page.getByLabel('Image size').fill('96');
  await expect.poll(async () => (await cell.boundingBox())?.width).toBe(96);
  await page.waitForURL(/size=96/);
});
