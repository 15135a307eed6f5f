import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { PageJob } from '../../../src/view/page-data.ts';
import { browserForFile, browserTest as test } from '../../support/browser.ts';
import { aPageHead, aPageJob } from './page-builders.ts';
import { resultsFolder } from './page-folder.ts';

const open = browserForFile();

/** What every object has without having been given it. */
const names = Object.getOwnPropertyNames(Object.prototype);
const pairs = (value: string) => Object.fromEntries(names.map((name) => [name, `${value} of ${name}`]));

type Place = 'tags' | 'input' | 'axes';

/** Four jobs that differ in values called like that: on half of them they lack. */
function folderOf(place: Place): string {
  const jobs = [0, 1, 2, 3].map((n): PageJob => {
    const job = aPageJob(n);
    if (n === 3) return job;
    const given = pairs(n === 0 ? 'first' : 'other');
    if (place === 'tags') return { ...job, tags: given };
    return { ...job, input: { ...job.input, ...given }, ...(place === 'axes' ? { axes: given } : {}) };
  });
  const axes =
    place === 'axes' ? names.map((name) => ({ name, values: [`first of ${name}`, `other of ${name}`] })) : [];
  return resultsFolder(aPageHead({ axes }), jobs).url;
}

const status = (page: Page): Promise<string> => page.locator('.shown').innerText();

for (const place of ['tags', 'input', 'axes'] as const) {
  test(`names of built-in object members are ordinary keys among ${place}`, async () => {
    const viewport = { width: 1440, height: 900 };
    const page = await open(`${folderOf(place)}#view=wall`, { viewport });
    expect(await status(page)).toBe('4 jobs');
    for (const name of names) {
      await page.locator(`.chip[data-key="${name}"]`).click();
      const panel = page.locator('.filter-panel');
      await panel.getByRole('button', { name: `Only first of ${name}` }).click();
      expect(await status(page)).toBe('1 of 4 jobs');
      expect(await panel.getByRole('checkbox', { checked: true }).count()).toBe(1);
      await panel.getByRole('button', { name: 'All' }).click();
      expect(await status(page)).toBe('4 jobs');
      await page.keyboard.press('Escape');
    }
    await page
      .locator(`[data-job="${aPageJob(0).job}"]`)
      .first()
      .click();
    const panel = page.locator('dialog[open]');
    expect(await panel.innerText()).toContain('prompt 0');
    if (place !== 'tags') expect(await panel.innerText()).toContain('first of __proto__');
  });
}

test('a grid can have axes with such names, hide their values, and keep that in its address', async () => {
  const page = await open(`${folderOf('axes')}#view=grid&x=__proto__&y=constructor`);
  expect(await page.locator('.cell[data-job]').count()).toBe(3);
  await page.getByText('other of constructor').first().click();
  await page.locator('.label-card').getByRole('button', { name: 'Hide' }).click();
  expect(await status(page)).toBe('2 of 4 jobs');
  await page.reload();
  expect(await status(page)).toBe('2 of 4 jobs');
});
