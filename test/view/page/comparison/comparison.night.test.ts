import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import { browserForFile, browserTest as test } from '../../../support/browser.ts';
import { idAt, jobAt, nasty } from '../page-builders.ts';
import { cellAt, seaUrl, viewIn } from '../page-folder.ts';

const open = browserForFile();
const jobs = [0, 1, 2].flatMap((y) => [0, 1].map((x) => jobAt(x, y)));

/** With the key, as a user adds a job of the grid. */
async function toggleCompared(page: Page, place: number): Promise<void> {
  await cellAt(page, place % 2, Math.floor(place / 2)).focus();
  await page.keyboard.press('c');
}
const trayOf = (page: Page) => page.getByRole('region', { name: 'Results to compare' });
const transforms = (page: Page): Promise<string[]> =>
  page
    .locator('dialog.compare .media-frame')
    .evaluateAll((frames) => frames.map((frame) => getComputedStyle(frame).transform));

/** `matrix(scale, 0, 0, scale, x, y)` */
function numbersOf(transform: string | undefined): number[] {
  return (transform?.match(/-?[\d.]+/g) ?? []).map(Number);
}

async function comparing(places: readonly number[]): Promise<Page> {
  const page = await open(seaUrl(jobs));
  for (const place of places) await toggleCompared(page, place);
  await trayOf(page).getByRole('button', { name: 'Compare', exact: true }).click();
  await page.locator('dialog.compare table').waitFor();
  return page;
}

test('jobs are added and removed; four are the maximum, and one is too few to compare', async () => {
  const page = await open(seaUrl(jobs));
  expect(await trayOf(page).isVisible()).toBe(false);
  await toggleCompared(page, 0);
  expect(await trayOf(page).getByRole('button', { name: 'Compare', exact: true }).isDisabled()).toBe(true);
  for (const place of [1, 2, 3, 4]) await toggleCompared(page, place);
  await page.locator('.notice', { hasText: 'Only 4 results can be compared' }).waitFor();
  await expect
    .poll(async () => (await viewIn(page)).compared)
    .toEqual([idAt(0, 0), idAt(1, 0), idAt(0, 1), idAt(1, 1)]);
  await toggleCompared(page, 0);
  await trayOf(page).getByRole('button', { name: 'Remove from comparison: a lighthouse in a storm' }).click();
  await expect.poll(async () => (await viewIn(page)).compared).toEqual([idAt(0, 1), idAt(1, 1)]);
  await trayOf(page).getByRole('button', { name: 'Clear' }).click();
  expect(await trayOf(page).isVisible()).toBe(false);
});

test('images are shown side by side and zoom and pan together', async () => {
  const page = await comparing([0, 1, 3]);
  expect(await page.locator('dialog.compare figure').count()).toBe(3);
  await page.mouse.move(700, 300);
  await page.mouse.wheel(0, -300);
  await expect.poll(async () => numbersOf((await transforms(page))[1])[0]).toBeGreaterThan(1.5);
  await page.mouse.down();
  await page.mouse.move(740, 330);
  await page.mouse.up();
  await expect
    .poll(async () => {
      const all = await transforms(page);
      return { kinds: new Set(all).size, isMoved: numbersOf(all[0])[4] !== 0 };
    })
    .toEqual({ kinds: 1, isMoved: true });
});

test('keys and the pointer move the slider, which announces its position', async () => {
  const page = await comparing([0, 1]);
  await page.getByRole('button', { name: 'slider' }).click();
  const slider = page.getByRole('slider', { name: 'How much of the first image' });
  const value = async (): Promise<number> => Number(await slider.getAttribute('aria-valuenow'));
  const cut = () => page.locator('.wipe-over').evaluate((over) => getComputedStyle(over).clipPath);
  expect(await value()).toBe(50);
  const before = await cut();
  await slider.focus();
  const steps = [
    ['ArrowRight', 52],
    ['ArrowLeft', 50],
    ['PageUp', 60],
    ['Home', 0],
    ['ArrowLeft', 0],
    ['End', 100],
  ] as const;
  for (const [key, at] of steps) {
    await page.keyboard.press(key);
    expect(await value()).toBe(at);
  }
  expect(await cut()).not.toBe(before);

  await page.keyboard.press('Home');
  const stage = await page.locator('.wipe').boundingBox();
  const { x = 0, y = 0, width = 0 } = stage ?? {};
  await page.mouse.move(x + 1, y + 60);
  await page.mouse.down();
  await page.mouse.move(x + width / 4, y + 60);
  await page.mouse.up();
  expect(await value()).toBe(25);
});

test('a finger moves the slider', async () => {
  const url = seaUrl(jobs);
  const page = await open(`${url}&beside=${idAt(0, 0)}&beside=${idAt(1, 0)}&compare=1`, {
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await page.getByRole('button', { name: 'slider' }).tap();
  const finger = await page.context().newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x: number) =>
    finger.send('Input.dispatchTouchEvent', {
      type,
      touchPoints: type === 'touchEnd' ? [] : [{ x, y: 200 }],
    });
  await touch('touchStart', 195);
  await touch('touchMove', 250);
  await touch('touchMove', 297);
  await touch('touchEnd', 297);
  await expect
    .poll(async () =>
      Number(
        await page.getByRole('slider', { name: 'How much of the first image' }).getAttribute('aria-valuenow'),
      ),
    )
    .toBeGreaterThan(70);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
});

test('the table lists differences only, as text', async () => {
  const page = await comparing([0, 5]);
  const rows = await page
    .locator('.differences tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => cell.textContent)));
  expect(rows).toEqual([
    ['prompt', 'a lighthouse in a storm', nasty],
    ['seed', '0', '1'],
    ['cost', '$0.06', '$0.06'],
    ['run time', '10s', '12s'],
  ]);
  expect(await page.locator('dialog.compare b').count()).toBe(0);
  expect(await page.title()).not.toBe('run');
});

test('Esc closes the comparison, returns the focus and keeps the jobs to compare', async () => {
  const page = await comparing([0, 1]);
  await page.keyboard.press('Escape');
  await page.locator('dialog.compare').waitFor({ state: 'hidden' });
  await expect
    .poll(() => viewIn(page))
    .toMatchObject({ isComparing: false, compared: [idAt(0, 0), idAt(1, 0)] });
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Compare');
});

test('a result opens from the comparison, and closing it leads back', async () => {
  const page = await comparing([0, 1]);
  await page.locator('dialog.compare .compare-open').first().click();
  await page.locator('dialog.lightbox').getByText(idAt(0, 0), { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('dialog.lightbox').waitFor({ state: 'hidden' });
  expect(await page.locator('dialog.compare').isVisible()).toBe(true);
});

test('a link that names missing jobs compares the others', async () => {
  const url = seaUrl([jobAt(0, 0), jobAt(1, 0)]);
  const page = await open(
    `${url}&beside=${'f'.repeat(16)}&beside=${idAt(0, 0)}&beside=${idAt(1, 0)}&compare=1`,
  );
  await page.locator('dialog.compare figure').nth(1).waitFor();
  expect(await page.locator('dialog.compare figure').count()).toBe(2);
});
