import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { browserForFile, browserTest as test } from '../../support/browser.ts';
import { rcb, workFolder } from '../../support/command-line.ts';
import { unzipInto } from '../../support/unzipped.ts';

const open = browserForFile();

test('a parcel opens elsewhere with all its pictures, and says nothing of commands, costs and requests', async () => {
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\na fox\n[fail] a bear\n');
  const words = ['style=anime,realistic', '--base-url', simulator.baseUrl, '--poll', '0.1'];
  await rcb(['run', 'cats.csv', ...words], { cwd });
  await simulator.close();
  expect(await rcb(['share', 'out/cats', '-o', 'cats.zip'], { cwd })).toMatchObject({ code: 0 });
  const there = join(cwd, 'client/Downloads');
  mkdirSync(there, { recursive: true });
  await unzipInto(join(cwd, 'cats.zip'), there);
  rmSync(join(cwd, 'out'), { recursive: true });

  const page = await open(`file://${there}/index.html`, { acceptDownloads: true });
  const cell = page.getByRole('gridcell', { name: /a cat, style anime, done/ });
  await cell.waitFor();
  const isShown = (selector: string): Promise<boolean> =>
    page
      .locator(selector)
      .evaluateAll((images) =>
        images.every(
          (image) => image instanceof HTMLImageElement && image.complete && image.naturalWidth > 0,
        ),
      );
  expect(await page.locator('.cell img').count()).toBeGreaterThanOrEqual(4);
  await expect.poll(() => isShown('.cell img')).toBe(true);
  expect(await page.locator('.masthead').innerText()).not.toMatch(/\$|spent/);
  await cell.click();
  const lightbox = page.locator('dialog.lightbox[open]');
  await lightbox.locator('img.media-full').waitFor();
  await expect.poll(() => isShown('dialog.lightbox img.media-full')).toBe(true);
  const words1 = await lightbox.innerText();
  expect(words1).toContain('a cat');
  expect(words1).not.toMatch(/rcb |cost|request ID|attempts/);
  await page.keyboard.press('s');
  await page.keyboard.press('Escape');
  await page.keyboard.press('r');
  await page.locator('.report').waitFor();
  expect(await page.locator('body').innerText()).not.toMatch(/rcb |\$\d|spent/);
  await page.getByRole('button', { name: 'Picks' }).click();
  expect(await page.locator('dialog.picks').innerText()).toContain('send them picks.json');
  const [saved] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: 'Download picks.json' }).click(),
  ]);
  const picks = JSON.parse(readFileSync(await saved.path(), 'utf8'));
  expect(picks).toMatchObject({ folder: 'cats', picks: [{ starred: true }] });
});
