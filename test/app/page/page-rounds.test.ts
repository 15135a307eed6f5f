import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { makePages } from '../../../src/app/page/page-rounds.ts';
import type { ThumbnailProgress } from '../../../src/app/page/page-words.ts';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { rcb, workFolder } from '../../support/command-line.ts';
import { pageOf } from '../../support/page-reading.ts';

let simulator: Simulator;
let cwd: string;
let dir: string;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());
beforeEach(async () => {
  cwd = workFolder();
  dir = join(cwd, 'out/cats');
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\none cat\ntwo cats\nthree cats\n');
  const args = ['--base-url', simulator.baseUrl, '--poll', '0.1', '--no-view'];
  expect((await rcb(['run', 'cats.csv', ...args], { cwd })).code).toBe(0);
});

/** The last page of a run, and what is told of it; `onTold` hears it as it comes. */
async function lastPage(onTold: (gone: AbortController) => void = () => {}): Promise<ThumbnailProgress[]> {
  const gone = new AbortController();
  const told: ThumbnailProgress[] = [];
  await makePages(dir, {
    last: AbortSignal.abort(),
    gone: gone.signal,
    tell(progress) {
      told.push(progress);
      onTold(gone);
    },
  });
  return told;
}

const thumbs = () => readdirSync(join(dir, 'thumbs'));
const thumbsOnPage = () => pageOf(dir).jobs.map(({ outputs }) => outputs[0]?.thumb ?? null);

test('the last page tells how many thumbnails it still makes, and the next one makes only what is missing', async () => {
  expect((await lastPage()).at(-1)).toEqual({ made: 3, all: 3, leftMs: 0 });
  expect(thumbsOnPage()).toEqual(Array(3).fill(expect.stringMatching(/^thumbs\/[0-9a-f]{16}\.jpg$/)));
  expect(await lastPage()).toEqual([]);

  const [first, ...others] = thumbs().map((name) => join(dir, 'thumbs', name)) as [string, ...string[]];
  const files = () => others.map((path) => statSync(path).ino);
  const before = files();
  rmSync(first);
  expect((await lastPage()).at(-1)).toEqual({ made: 1, all: 1, leftMs: 0 });
  expect(files()).toEqual(before);
  expect(thumbs()).toHaveLength(3);
});

test('whoever leaves while thumbnails are made has the page that came before them, whole', async () => {
  await lastPage((gone) => gone.abort());
  expect(thumbs()).not.toEqual([]);
  expect(thumbsOnPage()).toEqual([null, null, null]);
  await lastPage();
  expect(thumbsOnPage()).not.toContain(null);
});
