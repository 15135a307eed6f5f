import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { isBrowserless, launchBrowser } from '../support/browser.ts';

export interface Box {
  /** A page with a window of its own, until the test ends; a test whose page has complaints fails. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
}

/** One browser for the tests of a file. */
export function box(): Box {
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

  return {
    async open(url, options = {}) {
      const context = await (browser as Browser).newContext({
        viewport: { width: 1400, height: 900 },
        ...options,
      });
      contexts.push(context);
      context.on('request', (request) => {
        if (!/^(file|data|blob):/.test(request.url())) complaints.push(`It asked for ${request.url()}.`);
      });
      context.on('weberror', (error) => complaints.push(String(error.error().stack)));
      context.on('console', (message) => {
        // Files that are not in the folder are the business of their tests.
        const isExpected = message.text().includes('ERR_FILE_NOT_FOUND');
        if (message.type() === 'error' && !isExpected) complaints.push(message.text());
      });
      const page = await context.newPage();
      await page.goto(url);
      return page;
    },
  };
}

/** The view as the address keeps it. */
export async function viewOf(page: Page): Promise<Record<string, unknown>> {
  const hash = decodeURIComponent(await page.evaluate(() => location.hash.slice(1)));
  return hash === '' ? {} : (JSON.parse(hash) as Record<string, unknown>);
}
