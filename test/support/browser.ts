import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { waitLimitMs } from './tiers.ts';

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
  return chromium.launch({ executablePath, args: ['--no-sandbox'], timeout: waitLimitMs });
}

/** Where there is no browser, these tests are skipped, and say so; in CI they fail instead. */
export const isBrowserless = browserPath() === null && !process.env.CI;
if (isBrowserless)
  console.warn('No Chromium was found, so tests of the page are skipped: set CHROMIUM_PATH to run them.');
export const browserTest = test.skipIf(isBrowserless);

/** Opens a page in a window of its own, in which nothing is kept yet, until the test ends. */
type Open = (url: string, options?: BrowserContextOptions & { isFileMissing?: boolean }) => Promise<Page>;

/**
 * One browser for the tests of a file. A test fails when a page of it throws, reports an error, shows a dialog, or
 * asks for anything but local files; where `isFileMissing`, those need not be there.
 */
export function browserForFile(): Open {
  let browser: Browser | null = null;
  let contexts: BrowserContext[] = [];
  let complaints: string[] = [];
  beforeAll(async () => {
    if (!isBrowserless) browser = await launchBrowser();
  });
  afterEach(async () => {
    await Promise.all(contexts.map((context) => context.close()));
    const heard = complaints;
    [contexts, complaints] = [[], []];
    expect(heard, 'complaints of the page').toEqual([]);
  });
  afterAll(() => browser?.close());

  return async (url, { isFileMissing = false, ...options } = {}) => {
    const context = await (browser as Browser).newContext({
      viewport: { width: 1400, height: 900 },
      reducedMotion: 'reduce',
      ...options,
    });
    contexts.push(context);
    context.setDefaultTimeout(waitLimitMs);
    await context.route(/^(?!file:|data:|blob:)/, (route) => route.abort());
    context.on('request', (request) => {
      if (!/^(file|data|blob):/.test(request.url())) complaints.push(`It asked for ${request.url()}.`);
    });
    context.on('weberror', (error) => complaints.push(String(error.error().stack)));
    context.on('console', (message) => {
      const isExpected = isFileMissing && message.text().includes('ERR_FILE_NOT_FOUND');
      if (message.type() === 'error' && !isExpected) complaints.push(message.text());
    });
    context.on('dialog', async (dialog) => {
      complaints.push(`It showed a dialog: ${dialog.message()}`);
      await dialog.dismiss();
    });
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
}
