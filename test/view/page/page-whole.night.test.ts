import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { browserForFile, browserTest as test } from '../../support/browser.ts';
import { aPageHead, crossed } from './page-builders.ts';
import { type PageFolder, pageFolder, paintPictures } from './page-folder.ts';

const open = browserForFile();
const seeds = [1, 2, 3];
let folder: PageFolder;

beforeAll(() => {
  const jobs = crossed(['a red fox', 'an owl', 'a bear', 'a heron'], { seed: seeds });
  folder = pageFolder(aPageHead({ axes: [{ name: 'seed', values: seeds }] }), jobs);
  paintPictures(folder, jobs);
});
afterAll(() => folder?.remove());

const cell = (page: Page, name: string) => page.getByRole('gridcell', { name });
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
const status = (page: Page): Promise<string> => page.locator('.shown').innerText();

test('an image opens from the grid, arrows move along both axes, and the focus returns to the last one', async () => {
  const page = await open(folder.url);
  const lightbox = page.locator('dialog.lightbox[open]');
  await cell(page, 'a red fox, seed 1, done').click();
  await lightbox.getByText('a red fox').first().waitFor();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowDown');
  await expect.poll(() => page.url()).toMatch(/open=0000000000000004/);
  await lightbox.getByText('an owl').first().waitFor();
  await page.keyboard.press('Escape');
  await expect.poll(() => focused(page)).toBe('an owl, seed 2, done');
  await expect.poll(() => page.url()).not.toMatch(/open=/);
});

test('a link to an image opens it, and Back closes one that was opened', async () => {
  const page = await open(`${folder.url}#open=0000000000000005`);
  await page.locator('dialog.lightbox[open]').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog.lightbox[open]').waitFor({ state: 'detached' });
  // The browser tells of the closing a moment after it: only then is there something to go back from.
  await expect.poll(() => page.url()).not.toMatch(/open=/);
  await cell(page, 'a bear, seed 3, done').click();
  await page.locator('dialog.lightbox[open]').waitFor();
  await page.goBack();
  await page.locator('dialog.lightbox[open]').waitFor({ state: 'detached' });
});

test('stars are shown in their cells, survive a reload, and can be shown alone', async () => {
  const page = await open(folder.url);
  await cell(page, 'an owl, seed 3, done').hover();
  await cell(page, 'an owl, seed 3, done').getByRole('button', { name: 'Star' }).click();
  await cell(page, 'a bear, seed 1, done').focus();
  await page.keyboard.press('s');
  await page.reload();
  await page.getByRole('gridcell').first().waitFor();
  expect(await page.locator('.cell .star[aria-pressed=true]').count()).toBe(2);
  await page.getByRole('button', { name: 'Starred only' }).click();
  expect(await status(page)).toBe('2 of 12 jobs');
  await cell(page, 'an owl, seed 3, done').focus();
  await page.keyboard.press('s');
  await expect.poll(() => status(page)).toBe('1 of 12 jobs');
});

test('jobs added by key are compared side by side', async () => {
  const page = await open(folder.url);
  await cell(page, 'a red fox, seed 1, done').focus();
  await page.keyboard.press('c');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('c');
  await page.locator('.compare-tray').getByRole('button', { name: 'Compare', exact: true }).click();
  await page.locator('dialog[open]').waitFor();
  await expect.poll(() => page.url()).toMatch(/beside=0+&beside=0+1&compare=1/);
});

test('the shortcuts of the page are listed, and do nothing while the list is open', async () => {
  const page = await open(folder.url);
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('w');
  expect(await page.locator('.toolbar').getAttribute('data-mode')).toBe('grid');
  await page.keyboard.press('Escape');
  await page.keyboard.press('w');
  await page.locator('.wall-tile').first().waitFor();
  await page.keyboard.press('r');
  await expect.poll(() => page.locator('.toolbar').getAttribute('data-mode')).toBe('report');
});
