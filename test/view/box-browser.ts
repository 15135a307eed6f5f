import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';

export interface Box {
  /** A page in a context of its own. Errors of the page fail the test that asks for it. */
  open(url: string, options?: BrowserContextOptions): Promise<Page>;
}

/** One Chromium for a file of tests. */
export function box(): Box {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
      args: ['--no-sandbox'],
    });
  });
  afterAll(() => browser.close());
  return {
    async open(url, options = {}) {
      const context = await browser.newContext({ viewport: { width: 1400, height: 900 }, ...options });
      const page = await context.newPage();
      page.on('pageerror', (error) => expect.soft(error.message, 'an error in the page').toBe(''));
      await page.goto(url);
      return page;
    },
  };
}

/** The view as the address keeps it. */
export function viewOf(page: Page): Record<string, unknown> {
  const hash = decodeURIComponent(new URL(page.url()).hash.slice(1));
  return hash === '' ? {} : (JSON.parse(hash) as Record<string, unknown>);
}
