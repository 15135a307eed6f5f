import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { browserForFile, browserTest as test } from '../../../support/browser.ts';
import { aPageHead, crossed, withoutResult } from '../page-builders.ts';
import { type PageFolder, pageFolder, paintPictures } from '../page-folder.ts';

const open = browserForFile();
let folder: PageFolder;
const prompts = ['a red fox', 'A Café by the sea', 'an owl in the rain'];
const seeds = [1, 2, 3, 4];

beforeAll(() => {
  const jobs = crossed(prompts, { seed: seeds }).map((job, n) => {
    const tagged = { ...job, tags: { Category: n % 3 === 0 ? 'Animals' : 'Places' } };
    if (n !== 5) return tagged;
    return withoutResult(tagged, { state: 'failed', error: { class: 'model', message: 'It broke.' } });
  });
  folder = pageFolder(aPageHead({ axes: [{ name: 'seed', values: seeds }] }), jobs);
  paintPictures(folder, jobs);
});
afterAll(() => folder?.remove());

const status = (page: Page): Promise<string> => page.locator('.shown').innerText();
const panel = (page: Page) => page.locator('.filter-panel');
const search = 'Search prompts, names and IDs';

test('values of any key can be hidden, shown alone, and shown again', async () => {
  const page = await open(folder.url, { viewport: { width: 1440, height: 900 } });
  await page.getByRole('button', { name: 'Filter by seed' }).click();
  await panel(page).getByRole('checkbox', { name: '2 3' }).uncheck();
  expect(await status(page)).toBe('9 of 12 jobs');
  await panel(page).getByRole('button', { name: 'Only 4' }).click();
  expect(await status(page)).toBe('3 of 12 jobs');
  expect(await panel(page).getByRole('checkbox', { checked: true }).count()).toBe(1);
  await panel(page).getByRole('button', { name: 'None' }).click();
  expect(await status(page)).toBe('0 of 12 jobs');
  await panel(page).getByRole('button', { name: 'All' }).click();
  expect(await status(page)).toBe('12 jobs');
});

test('a filter counts the jobs for each value that pass all other filters', async () => {
  const page = await open(folder.url);
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  await page.getByRole('button', { name: 'Filter by Category' }).click();
  await panel(page).getByRole('button', { name: 'Only Animals' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Filter by state' }).click();
  expect(await panel(page).locator('li label').allInnerTexts()).toEqual(['done\n4', 'failed\n0']);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Filter by Category' }).click();
  expect(await panel(page).locator('li label').allInnerTexts()).toEqual(['Animals\n4', 'Places\n8']);
});

test('filters by state, model and tag combine, and one button resets them all', async () => {
  const page = await open(`${folder.url}#key=Category&not=Animals&key=state&not=failed&q=cafe`);
  expect(await status(page)).toBe('2 of 12 jobs');
  expect(await page.locator('.chip.active').count()).toBe(2);
  await page.locator('.status-line').getByRole('button', { name: 'Reset filters' }).click();
  expect(await status(page)).toBe('12 jobs');
  expect(await page.getByLabel(search).inputValue()).toBe('');
  expect(await page.locator('.chip.active').count()).toBe(0);
});

test('a slash moves to the search, which finds words in any case, with or without accents', async () => {
  const page = await open(folder.url);
  await page.keyboard.press('/');
  await page.keyboard.type('SEA cafe');
  await expect.poll(() => status(page)).toBe('4 of 12 jobs');
  await expect
    .poll(() => page.locator('[role=rowheader] .clamped').allInnerTexts())
    .toEqual(['A Café by the sea']);
  await page.waitForURL(/q=SEA\+cafe/);
});

test('shortcuts are plain letters while the user types', async () => {
  const page = await open(folder.url);
  await page.getByLabel(search).focus();
  await page.keyboard.type('w?x');
  expect(await page.getByLabel(search).inputValue()).toBe('w?x');
  expect(await page.locator('dialog[open]').count()).toBe(0);
  expect(await page.locator('.toolbar').getAttribute('data-mode')).toBe('grid');
});

test('a label opens its full text, and can hide its value or show only that', async () => {
  const page = await open(folder.url);
  await page.getByRole('columnheader', { name: 'seed 2' }).click();
  await page.getByRole('button', { name: 'Hide', exact: true }).click();
  await expect
    .poll(() => page.locator('[role=columnheader] .clamped').allInnerTexts())
    .toEqual(['1', '3', '4']);
  await page.getByRole('rowheader', { name: 'prompt an owl in the rain' }).click();
  await page.getByRole('button', { name: 'Only this' }).click();
  await expect.poll(() => status(page)).toBe('3 of 12 jobs');
});
