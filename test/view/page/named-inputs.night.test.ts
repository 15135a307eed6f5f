import { expect } from 'vitest';
import type { PageJob } from '../../../src/view/page-data.ts';
import { browserForFile, browserTest as test } from '../../support/browser.ts';
import { aPageHead, aPageJob } from './page-builders.ts';
import { resultsFolder } from './page-folder.ts';

const open = browserForFile();

const model = 'deployment:0f3a';
const names = { prompt: '6.text', seed: '31.seed' };

/** Two prompts with two seeds, as people have called them. */
function jobs(isNamed: boolean): PageJob[] {
  return ['a fox asleep', 'a corgi at sea'].flatMap((prompt, row) =>
    [1, 2].map((seed, column) => {
      const [promptName, seedName] = isNamed ? ['prompt', 'seed'] : ['6.text', '31.seed'];
      const input = { [promptName as string]: prompt, [seedName as string]: seed };
      const axes = { [seedName as string]: seed };
      return aPageJob(2 * row + column, { model, input, axes, ...(isNamed ? { names } : {}) });
    }),
  );
}

const headOf = (seedName: string) => aPageHead({ axes: [{ name: seedName, values: [1, 2] }] });

test('the page shows inputs by their names, tells the keys, and copies a command that maps them', async () => {
  const page = await open(resultsFolder(headOf('seed'), jobs(true)).url);
  await page.getByRole('columnheader').first().waitFor();
  await page.getByRole('rowheader', { name: 'a corgi at sea' }).waitFor();
  await page.locator('[data-job]').first().click();
  const panel = page.locator('dialog.lightbox .job-panel');
  await panel.getByText('a fox asleep', { exact: true }).waitFor();
  expect(await panel.locator('dt [title="31.seed"]').textContent()).toBe('seed');
  await page.evaluate(() => {
    const kept = window as unknown as { copied: string };
    navigator.clipboard.writeText = async (text) => {
      kept.copied = text;
    };
  });
  await panel.getByRole('button', { name: 'command that makes it again' }).click();
  await expect
    .poll(() => page.evaluate(() => (window as unknown as { copied?: string }).copied))
    .toBe(`rcb run -m ${model} --map prompt=6.text --map seed=31.seed prompt='a fox asleep' seed=1`);
});

test('the longest text is the prompt where nobody has named one: rows of the grid, title and search', async () => {
  const page = await open(resultsFolder(headOf('31.seed'), jobs(false)).url);
  await page.getByRole('rowheader', { name: 'a corgi at sea' }).waitFor();
  await page.getByRole('searchbox').fill('corgi');
  await expect.poll(() => page.getByRole('rowheader').count()).toBe(1);
});
