import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { fromBuffer } from 'yauzl';
import { browserForFile, browserTest as test } from '../../../support/browser.ts';
import { aPageHead, aVideo, idAt, jobAt } from '../page-builders.ts';
import { cellAt, type PageFolder, resultsFolder } from '../page-folder.ts';

const open = browserForFile();
const jobs = [jobAt(0, 0), jobAt(1, 0), jobAt(2, 0, { outputs: [aVideo('files/film #1?.mp4')] })];

/** The page of a new folder, with stars on these columns and the dialog of picks open. */
async function starred(columns: readonly number[]): Promise<{ page: Page; folder: PageFolder }> {
  const folder = resultsFolder(aPageHead({ name: 'sea', dir: 'out/the sea' }), jobs);
  const page = await open(`${folder.url}#view=grid&x=x&y=y&none=sx`);
  for (const column of columns) await cellAt(page, column, 0).locator('.star').click();
  await page.getByRole('button', { name: 'Picks' }).click();
  return { page, folder };
}

async function choose(page: Page, folder: string): Promise<void> {
  const asked = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Save starred as zip' }).click();
  await (await asked).setFiles(folder);
}

async function entriesOf(zip: Buffer): Promise<Map<string, Buffer>> {
  const entries = new Map<string, Buffer>();
  await new Promise<void>((resolve, reject) => {
    fromBuffer(zip, { lazyEntries: true }, (error, opened) => {
      if (error !== null) return reject(error);
      opened.on('error', reject).on('end', resolve);
      opened.on('entry', (entry) => {
        opened.openReadStream(entry, async (fault, stream) => {
          if (fault !== null) return reject(fault);
          entries.set(entry.fileName, Buffer.concat(await stream.toArray()));
          opened.readEntry();
        });
      });
      opened.readEntry();
    });
  });
  return entries;
}

test('the starred files become a zip from a page that was opened from disk', async () => {
  const { page, folder } = await starred([0, 2]);
  const download = page.waitForEvent('download');
  await choose(page, folder.path);
  expect((await download).suggestedFilename()).toBe('sea-starred.zip');
  const entries = await entriesOf(readFileSync(await (await download).path()));
  const names = [...entries.keys()];
  expect(names[0]).toBe('picks.json');
  expect(names[1]).toMatch(/^a-lighthouse-in-a-storm-x0-.*\.png$/);
  expect(names[2]).toMatch(/^a-lighthouse-in-a-storm-x2-.*\.mp4$/);
  const { picks } = JSON.parse(String(entries.get('picks.json')));
  expect(picks.map((pick: { job: string; in_zip: string[] }) => [pick.job, pick.in_zip])).toEqual([
    [idAt(0, 0), [names[1]]],
    [idAt(2, 0), [names[2]]],
  ]);
  expect(entries.get(names[2] ?? '')).toEqual(readFileSync(join(folder.path, 'files/film #1?.mp4')));
  await page.getByText(/Saved sea-starred.zip: 2 files/).waitFor();

  // The folder is asked for once.
  const again = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Save starred as zip' }).click();
  await again;
});

test('another folder is refused with a sentence, and a missing file is named', async () => {
  const { page, folder } = await starred([0, 1]);
  const other = mkdtempSync(join(tmpdir(), 'rcb-other-'));
  onTestFinished(() => rmSync(other, { recursive: true }));
  writeFileSync(join(other, 'x.txt'), 'x');
  await choose(page, other);
  await page.getByText('The starred files are not in that folder. Choose the run folder sea.').waitFor();
  mkdirSync(join(folder.path, 'files'), { recursive: true });
  rmSync(join(folder.path, 'files/0 of #1?/1-0%.png'));
  const download = page.waitForEvent('download');
  await choose(page, folder.path);
  await download;
  await page.getByText('Not in that folder: files/0 of #1?/1-0%.png.').waitFor();
});

test('without a starred file there is nothing to save', async () => {
  const { page } = await starred([]);
  expect(await page.getByRole('button', { name: 'Save starred as zip' }).isDisabled()).toBe(true);
});
