// `npm run screenshots`: the README's pictures of the page, taken from the demo.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { launchBrowser } from '../support/browser.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const pictures = fileURLToPath(new URL('screenshots', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'rcb-screenshots-'));

const firstPicture = '[role="gridcell"] img';
const desk = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

const shots = [
  { name: 'grid', viewport: desk, colorScheme: 'light', arrange: async () => {} },
  { name: 'lightbox', viewport: desk, colorScheme: 'dark', arrange: open },
  { name: 'phone', viewport: phone, colorScheme: 'light', arrange: async () => {} },
] as const;

async function open(page: Page): Promise<void> {
  await page.locator(firstPicture).first().click();
  await page.locator('dialog[open] img').first().waitFor();
}

/** Waits until every visible image has loaded and is drawn. */
async function settled(page: Page): Promise<void> {
  await page.locator(firstPicture).first().waitFor();
  await page.waitForFunction(() =>
    [...document.images].every((image) => image.complete || image.loading === 'lazy'),
  );
  await page.evaluate(
    () => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  );
}

const browser = await launchBrowser();
try {
  const command = [join(root, 'dist/main.js'), 'run', 'jobs/demo.csv', '--rehearse', '-q'];
  execFileSync(process.execPath, [...command, '-o', join(dir, 'demo')], { cwd: root, stdio: 'inherit' });
  const url = pathToFileURL(join(dir, 'demo-rehearsal/index.html')).href;
  mkdirSync(pictures, { recursive: true });
  for (const { name, viewport, colorScheme, arrange } of shots) {
    const context = await browser.newContext({ viewport, colorScheme, reducedMotion: 'reduce' });
    const page = await context.newPage();
    await page.goto(url);
    await settled(page);
    await arrange(page);
    await settled(page);
    const picture = await page.screenshot();
    await sharp(picture)
      .png({ palette: true, quality: 90, compressionLevel: 9 })
      .toFile(join(pictures, `${name}.png`));
    await context.close();
  }
} finally {
  await browser.close();
  rmSync(dir, { recursive: true, force: true });
}
