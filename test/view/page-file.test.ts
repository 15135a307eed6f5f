import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import type { PageHead, PageJob } from '../../src/view/page-data.ts';
import { pageTemplate, pageTexts } from '../../src/view/page-file.ts';
import { workFolder } from '../support/command-line.ts';
import { readPage } from '../support/page-reading.ts';

const hostile = '</script><img src=x onerror=alert(1)><!--<script>\u2028$& $1 "\'&amp;';

const head: PageHead = {
  name: 'cats',
  dir: 'out/cats',
  folderKey: 'f',
  madeAt: 1,
  isRunning: false,
  jobCount: 3,
  defaultModel: 'a/b',
  axes: [],
  overview: {
    spentUsd: 0,
    unpriced: 0,
    runs: [],
    reused: 0,
    reusedUsd: 0,
    failures: [],
    duds: { same: [], flat: [] },
  },
};

function jobOf(n: number, prompt = `cat ${n}`): PageJob {
  return {
    job: String(n).padStart(16, '0'),
    name: null,
    rows: ['cats.csv:2'],
    model: 'ideogram/ideogram-v2/generate',
    state: 'done',
    isPlanned: true,
    rep: 1,
    parent: null,
    input: { prompt },
    tags: {},
    axes: {},
    requestId: `r${n}`,
    attempts: 1,
    plannedAt: 1,
    submittedAt: 2,
    startedAt: 3,
    finishedAt: 4,
    doneAt: 5,
    costUsd: 0.08,
    outputs: [],
    error: null,
    notes: [],
    answer: null,
  };
}

const written = (name: string, jobs: Iterable<PageJob>): string =>
  [...pageTexts(pageTemplate(), { ...head, name }, jobs)].join('');

test('the page contains the bundled app, the head and every job', () => {
  const jobs = [jobOf(1), jobOf(2), jobOf(3)];
  const text = written('cats', jobs);
  expect(readPage(text)).toEqual({ title: 'cats – runcomfy-batch', head, jobs });
  expect(text).toMatch(/^<!doctype html>/i);
  expect(text).toContain('Content-Security-Policy');
  expect(text).not.toContain('<!--data-->');
});

test('nothing that a user or a server wrote can end a block, start a comment or become markup', () => {
  const jobs = [jobOf(1, hostile), { ...jobOf(2), tags: { [hostile]: hostile } }];
  const text = written(hostile, jobs);
  const read = readPage(text);
  expect(read.jobs).toEqual(jobs);
  expect(read.head.name).toBe(hostile);
  expect(text).not.toContain('<img');
  expect(text.slice(text.indexOf('id="jobs"'))).not.toContain('\u2028');
  const empty = written('', []);
  const marks = (page: string): number => page.match(/<\/?(script|title)|<!--/g)?.length ?? 0;
  expect(marks(text)).toBe(marks(empty));
});

test('a job is requested only after the piece with the one before it was consumed', () => {
  let asked = 0;
  function* jobs(): Iterable<PageJob> {
    for (let n = 1; n <= 10_000; n += 1) {
      asked = n;
      yield jobOf(n);
    }
  }
  const pieces = pageTexts(pageTemplate(), head, jobs())[Symbol.iterator]();
  let taken = 0;
  for (let piece = pieces.next(); !piece.done && taken < 500; piece = pieces.next()) {
    if (piece.value.includes('cats.csv') || asked === 0) continue;
    taken += 1;
    expect(asked).toBe(taken);
    expect(piece.value.length).toBeLessThan(1_000);
  }
  expect(taken).toBe(500);
});

test('a page that was never bundled gives a message that names the command, not a stack', () => {
  const dir = workFolder();
  const absent = pathToFileURL(join(dir, 'page.html'));
  expect(() => pageTemplate(absent)).toThrow(UserError);
  writeFileSync(join(dir, 'other.html'), '<title>something else</title>');
  for (const url of [absent, pathToFileURL(join(dir, 'other.html'))]) {
    try {
      pageTemplate(url);
      expect.unreachable();
    } catch (error) {
      expect((error as UserError).hint).toContain('npm run build');
    }
  }
});
