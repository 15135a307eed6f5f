import { readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { browserForFile, browserTest as test } from '../../../support/browser.ts';
import { idAt, jobAt, nasty } from '../page-builders.ts';
import { cellAt, seaUrl, viewIn } from '../page-folder.ts';

const open = browserForFile();
const jobs = [jobAt(0, 0), jobAt(1, 0), jobAt(0, 2)];

const starOf = (page: Page, x: number, y: number) => cellAt(page, x, y).locator('.star');

async function noted(page: Page, x: number, y: number, note: string): Promise<void> {
  await cellAt(page, x, y).click();
  await page.getByRole('textbox', { name: 'Note' }).fill(note);
  await page.keyboard.press('Escape');
  await expect.poll(async () => (await viewIn(page)).open).toBeNull();
}

async function downloaded(page: Page, name: string): Promise<string> {
  const waiting = page.waitForEvent('download');
  await page.getByRole('button', { name: `Download ${name}` }).click();
  const download = await waiting;
  expect(download.suggestedFilename()).toBe(name);
  return readFileSync(await download.path(), 'utf8');
}

test('stars and notes survive a reload, wherever they were added', async () => {
  const page = await open(seaUrl(jobs));
  await starOf(page, 1, 0).click();
  await noted(page, 0, 2, nasty);
  await cellAt(page, 0, 0).click();
  await page.keyboard.press('s');
  await page.keyboard.press('Escape');
  // Else the address would still name the picture, and the reload would open it again.
  await expect.poll(async () => (await viewIn(page)).open).toBeNull();
  await page.reload();
  await starOf(page, 0, 2).waitFor();
  const pressed = await page
    .locator('.cell .star')
    .evaluateAll((stars) => stars.map((star) => star.getAttribute('aria-pressed')));
  expect(pressed).toEqual(['true', 'true', 'false']);
  await cellAt(page, 0, 2).click();
  expect(await page.getByRole('textbox', { name: 'Note' }).inputValue()).toBe(nasty);
});

test('a star added in one tab appears in another', async () => {
  const url = seaUrl(jobs);
  const page = await open(url);
  const other = await page.context().newPage();
  await other.goto(url);
  await starOf(page, 1, 0).click();
  await expect.poll(() => starOf(other, 1, 0).getAttribute('aria-pressed')).toBe('true');
});

test('picks.json and picks.csv can be downloaded, next to the command for variations', async () => {
  const page = await open(seaUrl(jobs));
  await starOf(page, 1, 0).click();
  await noted(page, 0, 2, '=1+1, "warm"');
  await page.getByRole('button', { name: 'Picks' }).click();
  await page.getByText("rcb vary 'out/the sea' --picks picks.json --seeds 4").waitFor();

  expect(JSON.parse(await downloaded(page, 'picks.json'))).toEqual({
    format: 'rcb-picks',
    version: 1,
    folder: 'out/the sea',
    picks: [
      {
        job: idAt(1, 0),
        starred: true,
        note: '',
        file: 'files/0 of #1?/1-0%.png',
        prompt: 'a lighthouse in a storm',
      },
      {
        job: idAt(0, 2),
        starred: false,
        note: '=1+1, "warm"',
        file: 'files/2 of #1?/0-0%.png',
        prompt: nasty,
      },
    ],
  });
  expect(parse(await downloaded(page, 'picks.csv'), { bom: true })).toEqual([
    ['job', 'starred', 'note', 'file', 'prompt'],
    [idAt(1, 0), 'true', '', 'files/0 of #1?/1-0%.png', 'a lighthouse in a storm'],
    [idAt(0, 2), 'false', `'=1+1, "warm"`, 'files/2 of #1?/0-0%.png', nasty],
  ]);
});

test('an imported picks.json adds its stars to those on the page', async () => {
  const page = await open(seaUrl(jobs));
  await starOf(page, 0, 0).click();
  await page.getByRole('button', { name: 'Picks' }).click();
  const picks = [
    { job: idAt(1, 0), starred: true, note: 'from the laptop' },
    { job: 'f'.repeat(16), starred: true, note: '' },
  ];
  const text = JSON.stringify({ format: 'rcb-picks', version: 1, folder: 'x', picks });
  const field = page.locator('dialog.picks input[type=file]');
  await field.setInputFiles({ name: 'picks.json', mimeType: 'application/json', buffer: Buffer.from(text) });
  await page.getByRole('heading', { name: '3 picks' }).waitFor();
  await page
    .getByText('Imported 2 picks from picks.json: 2 new stars, 1 new note. 1 job is not on this page.')
    .waitFor();
  expect(
    JSON.parse(await downloaded(page, 'picks.json')).picks.map((pick: { job: string }) => pick.job),
  ).toEqual([idAt(0, 0), idAt(1, 0), 'f'.repeat(16)]);
});

test('a file of another kind is refused with a message and changes nothing', async () => {
  const page = await open(seaUrl(jobs));
  await page.getByRole('button', { name: 'Picks' }).click();
  const field = page.locator('dialog.picks input[type=file]');
  await field.setInputFiles({ name: 'x.json', mimeType: 'application/json', buffer: Buffer.from('[]') });
  await page.locator('.notice', { hasText: 'This is not a picks.json file from this page' }).waitFor();
  await page.getByRole('heading', { name: '0 picks' }).waitFor();
});

test('if the browser cannot store the stars, they stay on the page, which says so', async () => {
  const page = await open(seaUrl(jobs));
  await page.evaluate(() => {
    const { setItem } = Storage.prototype;
    Storage.prototype.setItem = function (name, value) {
      if (this !== localStorage) return setItem.call(this, name, value);
      throw new DOMException('full', 'QuotaExceededError');
    };
  });
  await starOf(page, 0, 0).click();
  expect(await starOf(page, 0, 0).getAttribute('aria-pressed')).toBe('true');
  await cellAt(page, 0, 0).click();
  await page.locator('.job-panel-trouble', { hasText: 'cannot save your stars' }).waitFor();
});

const starsPressed = (page: Page): Promise<(string | null)[]> =>
  page.locator('.cell .star').evaluateAll((stars) => stars.map((star) => star.getAttribute('aria-pressed')));
const storedStars = (page: Page): Promise<string> =>
  page.evaluate(() =>
    Object.entries(localStorage)
      .filter(([key]) => key.startsWith('rcb.picks.'))
      .map(([, text]) => text)
      .join(),
  );

test('a link shows the stars of its sender beside the own, and keeps them only when asked', async () => {
  const url = seaUrl(jobs);
  const sender = await open(url);
  await starOf(sender, 1, 0).click();
  await starOf(sender, 0, 2).click();
  // Both: on a slow machine the address is written between the two clicks as well.
  await sender.waitForURL(/stars=[^&]*,/);
  const link = sender.url();

  const page = await open(url);
  await starOf(page, 0, 0).click();
  await page.waitForURL(/stars=/);
  const before = await storedStars(page);
  // As if it were typed into the address bar of the page that is open.
  await page.evaluate((entered) => location.assign(entered), link);
  const banner = page.getByText('This link shows 2 stars that are not yours.');
  await banner.waitFor();
  expect(await starsPressed(page)).toEqual(['true', 'true', 'true']);
  expect(await storedStars(page)).toBe(before);
  await page.reload();
  await banner.waitFor();
  expect(await storedStars(page)).toBe(before);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  expect(await starsPressed(page)).toEqual(['true', 'false', 'false']);

  await page.goto('about:blank');
  await page.goto(link);
  await page.getByRole('button', { name: 'Keep these stars' }).click();
  await banner.waitFor({ state: 'hidden' });
  expect(JSON.parse(await storedStars(page))).toEqual(
    Object.fromEntries([idAt(0, 0), idAt(1, 0), idAt(0, 2)].map((job) => [job, { starred: true, note: '' }])),
  );
});

test('Back does not bring an earlier star as one of a link', async () => {
  const page = await open(seaUrl(jobs));
  await starOf(page, 1, 0).click();
  await page.waitForURL(/stars=/);
  await page.getByRole('button', { name: 'Wall' }).click();
  await page.locator('.wall-tile .star[aria-pressed=true]').click();
  await page.waitForFunction(() => !location.hash.includes('stars='));
  await page.goBack();
  await starOf(page, 1, 0).waitFor();
  expect(await starsPressed(page)).toEqual(['false', 'false', 'false']);
  expect(await page.locator('.linked-banner').isVisible()).toBe(false);
});

test('an imported picks.csv as a spreadsheet saves it adds its stars and notes', async () => {
  const page = await open(seaUrl(jobs));
  await page.getByRole('button', { name: 'Picks' }).click();
  const text = `job;starred;note;file;prompt\r\n"f${'0'.repeat(15)}";WAHR;"schön; ""warm"""\r\n`;
  const field = page.locator('dialog.picks input[type=file]');
  const buffer = Buffer.from(text, 'latin1');
  await field.setInputFiles({ name: 'picks.csv', mimeType: 'text/csv', buffer });
  await page.getByText('Imported 1 pick from picks.csv: 1 new star, 1 new note.').waitFor();
  expect(JSON.parse(await storedStars(page))).toEqual({
    [`f${'0'.repeat(15)}`]: { starred: true, note: 'schön; "warm"' },
  });
});
