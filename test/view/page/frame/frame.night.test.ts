import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { browserForFile, browserTest as test } from '../../../support/browser.ts';
import { aPageHead, crossed, withoutResult } from '../page-builders.ts';
import { type PageFolder, pageFolder, paintPictures, viewIn } from '../page-folder.ts';

const open = browserForFile();
const seeds = [1, 2, 3];
const styles = ['anime', 'realistic'];
let folder: PageFolder;

beforeAll(() => {
  const jobs = crossed(['a red fox', 'an owl in the rain', 'a map'], { seed: seeds, style: styles }).map(
    (job, n) => {
      const tagged = { ...job, tags: { Category: `${n % 4}` } };
      if (n % 5 !== 4) return tagged;
      return withoutResult(tagged, { state: 'failed', error: { class: 'refused', message: 'Not allowed.' } });
    },
  );
  const axes = [
    { name: 'style', values: styles },
    { name: 'seed', values: seeds },
  ];
  folder = pageFolder(aPageHead({ name: 'p60', axes }), jobs);
  paintPictures(folder, jobs);
});
afterAll(() => folder?.remove());

const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? null);
/** How much of the window is above the results. */
const above = (page: Page): Promise<number> =>
  page.locator('main').evaluate((main) => main.getBoundingClientRect().top);

test('the controls take two rows at 1280 px and at 390 px', async () => {
  for (const width of [1280, 390]) {
    const page = await open(folder.url, { viewport: { width, height: 844 } });
    expect(await above(page)).toBeLessThan(90);
    expect(await page.getByLabel('Search prompts, names and IDs').isVisible()).toBe(true);
  }
});

test('below 1440 px one button has the filters, and says how many are active', async () => {
  const page = await open(folder.url, { viewport: { width: 1439, height: 844 } });
  const chip = page.getByRole('button', { name: 'Filter by Category' });
  expect(await chip.isVisible()).toBe(false);
  const filters = page.getByRole('button', { name: 'Filters', exact: true });
  await filters.click();
  await chip.click();
  await page.locator('.filter-panel').getByRole('button', { name: 'Only 2' }).click();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Filters: 1 active' }).click();
  expect(await chip.isVisible()).toBe(false);
  await page.setViewportSize({ width: 1440, height: 844 });
  expect(await chip.isVisible()).toBe(true);
});

test.each(['Enter', 'ArrowDown'])('%s in the search field goes to the first result', async (key) => {
  for (const mode of ['grid', 'wall']) {
    const page = await open(`${folder.url}#view=${mode}&order=plan&x=seed&y=prompt`);
    await page.keyboard.press('/');
    await page.keyboard.type('owl');
    await page.keyboard.press(key);
    expect(await focused(page)).toMatch(/^an owl in the rain/);
    await page.keyboard.press('ArrowRight');
    expect(await focused(page)).toMatch(/^an owl in the rain/);
    expect(await page.locator('main [tabindex="0"]').count()).toBe(1);
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await viewIn(page)).open).not.toBeNull();
  }
});

test('Enter stays in the search field if nothing was found', async () => {
  const page = await open(folder.url);
  await page.keyboard.press('/');
  await page.keyboard.type('zebra');
  await page.keyboard.press('Enter');
  await page.locator('.notice', { hasText: 'No matches.' }).waitFor();
  expect(await focused(page)).toBe('Search prompts, names and IDs');
});

test('the first stop of the Tab key skips the controls', async () => {
  const page = await open(folder.url);
  await page.getByRole('gridcell').first().waitFor();
  await page.keyboard.press('Tab');
  const link = page.getByRole('link', { name: 'Skip to results' });
  expect(await link.evaluate((each) => each === document.activeElement)).toBe(true);
  await page.keyboard.press('Enter');
  expect(await focused(page)).toMatch(/^a red fox/);
});

test('one control names the axes of the columns as they nest', async () => {
  const page = await open(folder.url);
  await page.getByRole('group', { name: 'Columns: style › seed' }).waitFor();
  await page.getByLabel('Columns within').selectOption({ label: 'none' });
  await page.getByRole('group', { name: 'Columns: seed', exact: true }).waitFor();
  await page.getByLabel('Columns within').selectOption({ label: 'style (2)' });
  await page.getByRole('group', { name: 'Columns: style › seed' }).waitFor();
});

test('failed jobs are shown on the wall, with the way to what to do about them', async () => {
  const page = await open(folder.url);
  await page.getByRole('button', { name: /^\d failed$/ }).click();
  await page
    .getByRole('article', { name: /refused by the content filter/ })
    .first()
    .waitFor();
  expect(await page.getByText('hidden', { exact: true }).count()).toBe(0);
  await page.getByRole('button', { name: 'What to do about them' }).click();
  await expect.poll(async () => (await viewIn(page)).mode).toBe('report');
  await page.goBack();
  await page.getByRole('button', { name: /^\d failed$/ }).click();
  await page.getByRole('gridcell').first().waitFor();
});
