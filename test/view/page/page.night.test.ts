import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { PageHead, PageJob } from '../../../src/view/page-data.ts';
import { browserForFile, browserTest as test } from '../../support/browser.ts';
import { aPageHead, aPageJob, crossed, withoutResult } from './page-builders.ts';
import { type PageFolder, paintPictures, resultsFolder } from './page-folder.ts';

const open = browserForFile();
const folderOf = (jobs: readonly PageJob[], head: Partial<PageHead> = {}): PageFolder =>
  resultsFolder(aPageHead(head), jobs);
const seeds = [1, 2, 3];
const axes = [{ name: 'seed', values: seeds }];
const foxes = crossed(['a red fox', 'an owl'], { seed: seeds });
/** Once the grid is drawn, which is a frame after the page is there. */
async function labels(page: Page, role: string): Promise<string[]> {
  await page.getByRole('gridcell').first().waitFor();
  return page.locator(`[role=${role}] .clamped`).allInnerTexts();
}
const status = (page: Page): Promise<string> => page.locator('.shown').innerText();

test('a run folder opens by double-click as a grid of its images', async () => {
  const page = await open(folderOf(foxes, { axes }).url);
  await page.waitForFunction(
    () => [...document.images].filter((image) => image.complete && image.naturalWidth > 0).length === 6,
  );
  expect(await page.title()).toBe('foxes – runcomfy-batch');
  expect(await labels(page, 'columnheader')).toEqual(['1', '2', '3']);
  expect(await labels(page, 'rowheader')).toEqual(['a red fox', 'an owl']);
  await page.getByRole('gridcell', { name: 'an owl, seed 2, done' }).waitFor();
  expect(await status(page)).toBe('6 jobs');
});

test('the hash alone restores the view, and Back undoes one step', async () => {
  const { url } = folderOf(foxes, { axes });
  const page = await open(`${url}#x=prompt&y=seed&key=seed&not=2`);
  expect(await labels(page, 'columnheader')).toEqual(['a red fox', 'an owl']);
  expect(await labels(page, 'rowheader')).toEqual(['1', '3']);
  expect(await status(page)).toBe('4 of 6 jobs');
  await page.getByRole('button', { name: 'Wall' }).click();
  await page.waitForURL(/view=wall/);
  await page.goBack();
  await page.getByRole('grid').waitFor();
  expect(await page.getByLabel('Columns', { exact: true }).inputValue()).toBe('=prompt');
});

test('a view and its scroll position survive a reload', async () => {
  const many = crossed(
    Array.from({ length: 80 }, (_, n) => `prompt ${n}`),
    { seed: seeds },
  );
  const page = await open(folderOf(many, { axes }).url);
  await page.getByLabel('Search prompts, names and IDs').fill('prompt');
  await page.waitForURL(/q=prompt/);
  const grid = page.getByRole('grid');
  await grid.evaluate((each) => each.scrollTo(0, 4_000));
  await page.getByRole('rowheader', { name: 'prompt prompt 16', exact: true }).waitFor();
  await page.reload();
  await page.waitForFunction(() => document.querySelector('.grid')?.scrollTop === 4_000);
  expect(await page.getByLabel('Search prompts, names and IDs').inputValue()).toBe('prompt');
});

test('a view that grows in steps after a reload keeps scrolling to its position', async () => {
  const many = crossed(
    Array.from({ length: 80 }, (_, n) => `prompt ${n}`),
    { seed: seeds },
  );
  const page = await open(folderOf(many, { axes }).url);
  const grid = page.getByRole('grid');
  await grid.evaluate((each) => each.scrollTo(0, 4_000));
  await page.getByRole('rowheader', { name: 'prompt prompt 16', exact: true }).waitFor();
  await page.addInitScript(() => {
    const small = new CSSStyleSheet();
    small.replaceSync('.grid > :first-child { height: 200px !important; overflow: hidden; }');
    document.adoptedStyleSheets.push(small);
    addEventListener('message', () => small.replaceSync(''));
  });
  await page.reload();
  await grid.getByRole('rowheader').first().waitFor();
  expect(await grid.evaluate((each) => each.scrollTop)).toBeLessThan(4_000);
  await page.evaluate(() => postMessage('grow'));
  await page.waitForFunction(() => document.querySelector('.grid')?.scrollTop === 4_000);
});

test('empty cells, failures and pending jobs are shown in place, with their reasons', async () => {
  const [first, second, third, fourth, fifth] = foxes as [PageJob, PageJob, PageJob, PageJob, PageJob];
  const message = 'The server refused this input: "prompt" is not allowed.';
  const jobs = [
    first,
    withoutResult(second, { state: 'failed', error: { class: 'invalid', message } }),
    withoutResult(third, { state: 'pending' }),
    withoutResult(fourth, {
      state: 'unknown',
      error: { class: 'unknown_submit', message: 'No answer came within 60 s.' },
    }),
    withoutResult(fifth, { state: 'running' }),
  ];
  const page = await open(folderOf(jobs, { axes }).url);
  await page.getByRole('gridcell').last().waitFor();
  const cells = await page
    .getByRole('gridcell')
    .evaluateAll((all) => all.map((cell) => (cell as HTMLElement).innerText.replace(/\s+/g, ' ').trim()));
  expect(cells).toEqual([
    '',
    `failed input not accepted: ${message}`,
    'pending',
    'unknown no answer to the submission: No answer came within 60 s.',
    'running',
    'not planned',
  ]);
  await page.getByRole('button', { name: '1 failed' }).click();
  expect(await status(page)).toBe('1 of 5 jobs');
  await page.getByRole('article', { name: /input not accepted/ }).waitFor();
  expect(await page.getByText('hidden', { exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: '1 failed' }).click();
  expect(await status(page)).toBe('5 jobs');
  await page.getByRole('gridcell').last().waitFor();
});

test('a cell that a filter empties differs from one that was never planned', async () => {
  const jobs = foxes
    .filter((_, n) => n !== 4)
    .map((job, n) => ({ ...job, tags: { half: n === 0 ? 'odd' : 'even' } }));
  const page = await open(`${folderOf(jobs, { axes }).url}#key=half&not=odd`);
  await page.getByRole('gridcell', { name: 'hidden by filters' }).waitFor();
  await page.getByRole('gridcell', { name: 'not planned' }).waitFor();
});

test('what users and servers wrote is shown as text everywhere, and none of it runs', async () => {
  const evil = '</script><img src=x onerror=alert(1)><b>bold</b>';
  const jobs = [
    aPageJob(0, {
      input: { prompt: evil, [evil]: 1 },
      tags: { [evil]: evil },
      name: evil,
      axes: { [evil]: evil },
    }),
    aPageJob(1, { input: { prompt: `${evil}2`, [evil]: 2 }, tags: { [evil]: 'x' }, axes: { [evil]: 'x' } }),
    withoutResult(aPageJob(2, { input: { prompt: evil }, axes: { [evil]: 'x' } }), {
      state: 'failed',
      error: { class: 'model', message: evil },
    }),
  ];
  const folder = folderOf(jobs, { name: evil, axes: [{ name: evil, values: [evil, 'x'] }] });
  const page = await open(folder.url);
  await page.getByRole('gridcell').first().waitFor();
  expect(await page.locator('h1').innerText()).toBe(evil);
  expect(await labels(page, 'rowheader')).toEqual([evil, `${evil}2`]);
  await page.getByRole('rowheader').first().click();
  expect(await page.locator('.label-card .whole').innerText()).toBe(evil);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Filters', exact: true }).click();
  for (const chip of await page.locator('.chip').all()) {
    await chip.click();
    await page.keyboard.press('Escape');
  }
  await page.getByRole('button', { name: 'Wall' }).click();
  await page.locator('.wall-tile').first().waitFor();
  expect(await page.locator('b', { hasText: /^bold$/ }).count()).toBe(0);
  expect(await page.locator('img[src=x], img[onerror]').count()).toBe(0);
});

test('a folder without jobs says so, and one whose jobs are all hidden offers to reset the filters', async () => {
  const empty = await open(folderOf([]).url);
  await empty.getByText('This run folder has no jobs yet.').waitFor();
  const page = await open(`${folderOf(foxes, { axes }).url}#q=nothing+like+it`);
  const nothing = page.locator('.nothing');
  await nothing.getByText('No matches.').waitFor();
  await nothing.getByRole('button', { name: 'Reset filters' }).click();
  expect(await status(page)).toBe('6 jobs');
});

test('a page made during a run says so, and shows newer results after a reload', async () => {
  const folder = folderOf(foxes.slice(0, 4), { axes, isRunning: true });
  const page = await open(folder.url);
  await page.getByText('run in progress').waitFor();
  folder.write(aPageHead({ axes }), foxes);
  paintPictures(folder, foxes);
  await page.getByRole('button', { name: 'Reload' }).click();
  await page.getByText('6 jobs').waitFor();
  expect(await page.getByText('run in progress').count()).toBe(0);
});

test('a page with fewer jobs than its run folder says so', async () => {
  const page = await open(folderOf(foxes, { axes, jobCount: 120_000 }).url);
  await page.getByText('This page shows the first 6 of 120,000 jobs.').waitFor();
});
