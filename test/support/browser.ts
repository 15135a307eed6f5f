import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, test } from 'vitest';

const places = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/** null: this machine has none. */
export function browserPath(): string | null {
  return places.find((place) => place !== undefined && place !== '' && existsSync(place)) ?? null;
}

/** Throws where there is none: whoever needs the browser must not take its absence for success. */
export async function launchBrowser(): Promise<Browser> {
  const executablePath = browserPath();
  if (executablePath === null) {
    throw new Error('No Chromium was found: install one, or name it in CHROMIUM_PATH.');
  }
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** Where there is no browser, these tests are skipped, and say so; in CI they fail instead. */
export const isBrowserless = browserPath() === null && !process.env.CI;
if (isBrowserless)
  console.warn('No Chromium was found, so tests of the page are skipped: set CHROMIUM_PATH to run them.');
export const browserTest = test.skipIf(isBrowserless);

type WithPage = <T>(
  url: string,
  work: (page: Page) => Promise<T>,
  options?: BrowserContextOptions,
) => Promise<T>;

/**
 * One browser for the tests of a file. Every page that it opens begins with nothing kept, and fails its test when it
 * throws, reports an error, or asks for anything but local files.
 */
export function browserForFile(): WithPage {
  let browser: Browser | null = null;
  beforeAll(async () => {
    if (!isBrowserless) browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
  });

  return async (url, work, options = {}) => {
    const complaints: string[] = [];
    const context = await (browser as Browser).newContext({
      viewport: { width: 1400, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    try {
      await context.route(/^(?!file:|data:|blob:)/, (route) => route.abort());
      context.on('request', (request) => {
        if (!/^(file|data|blob):/.test(request.url())) complaints.push(`It asked for ${request.url()}.`);
      });
      context.setDefaultTimeout(15_000);
      const page = await context.newPage();
      page.on('pageerror', (error) => complaints.push(String(error.stack)));
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text());
      });
      page.on('dialog', async (dialog) => {
        complaints.push(`It showed a dialog: ${dialog.message()}`);
        await dialog.dismiss();
      });
      await page.goto(url);
      const result = await work(page);
      if (complaints.length > 0) throw new Error(`The page has complaints:\n${complaints.join('\n')}`);
      return result;
    } finally {
      await context.close();
    }
  };
}
