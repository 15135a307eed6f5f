import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { inputPlaces } from '../../../src/input/sources/input-places.ts';
import { inputSource } from '../../../src/input/sources/sources.ts';
import { showProblem } from '../../support/shown-problem.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'places-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function files(...names: readonly string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), 'prompt\na cat\n');
  }
}

const within = (text: string): string => text.replaceAll(`${folder}/`, '').replaceAll(folder, 'FOLDER');

async function places(word: string) {
  const { paths, title, problems } = await inputPlaces(join(folder, word));
  return { paths: paths.map(within), title, notes: problems.map((problem) => within(showProblem(problem))) };
}

async function refusal(word: string): Promise<[string, string | null]> {
  try {
    await places(word);
  } catch (error) {
    if (error instanceof UserError) return [within(error.message), error.hint && within(error.hint)];
    throw error;
  }
  throw new Error('nothing was refused');
}

describe('a folder as an input', () => {
  test('is its lists in natural order, without what is hidden, open, below it, or no list', async () => {
    files('jobs/b10.csv', 'jobs/b9.TSV', 'jobs/a.jsonl.gz', 'jobs/c.xlsx', 'jobs/d.txt', 'jobs/.hidden.csv');
    files('jobs/~$c.xlsx', 'jobs/grid.yaml', 'jobs/out/x.csv', 'jobs/photo.png', 'jobs/README.txt');
    writeFileSync(join(folder, 'jobs/sweep.json'), ' {"axes": {}}');
    writeFileSync(join(folder, 'jobs/list.json'), '[{"prompt": "a"}]');
    const found = await places('jobs/');
    expect(found.paths).toEqual(
      ['a.jsonl.gz', 'b9.TSV', 'b10.csv', 'c.xlsx', 'd.txt', 'list.json'].map((name) => `jobs/${name}`),
    );
    expect(found.title).toBe('jobs');
    expect(found.notes).toEqual([
      'jobs/ reads jobs/a.jsonl.gz, jobs/b9.TSV, jobs/b10.csv, jobs/c.xlsx, jobs/d.txt, jobs/list.json; leaves out jobs/~$c.xlsx (the lock file of an open document), jobs/grid.yaml (a sweep: give it on its own), jobs/README.txt (about the folder), jobs/sweep.json (an object, such as a sweep: give it on its own), 1 file that is not a list',
    ]);
  });

  test('is refused where it holds no list, or a run', async () => {
    mkdirSync(join(folder, 'empty'));
    expect(await refusal('empty')).toEqual([
      'There is no input in the folder empty.',
      'Put files of prompts into it: .csv, .tsv, .tab, .jsonl, .ndjson, .json, .txt, .xlsx, .xlsm.',
    ]);
    files('sweeps/grid.yml');
    expect((await refusal('sweeps'))[0]).toContain('It holds sweeps/grid.yml (a sweep: give it on its own).');
    files('out/cats/manifest.db', 'out/cats/manifest.csv');
    expect(await refusal('out/cats')).toEqual([
      'out/cats is a run folder, not a folder of inputs.',
      'To continue it: rcb resume out/cats. To run its jobs elsewhere: rcb run out/cats/manifest.csv',
    ]);
  });
});

describe('a pattern as an input', () => {
  beforeEach(() =>
    files('a1.csv', 'a2.csv', 'a10.csv', 'b.tsv', 'n.md', 'deep/er/c.csv', '.h/x.csv', 'g.yaml'),
  );

  test.each([
    ['*.csv', ['a1.csv', 'a2.csv', 'a10.csv']],
    ['a?.csv', ['a1.csv', 'a2.csv']],
    ['a[0-1]*.csv', ['a1.csv', 'a10.csv']],
    ['{a1,b}.{csv,tsv}', ['a1.csv', 'b.tsv']],
    ['**/*.csv', ['a1.csv', 'a2.csv', 'a10.csv', 'deep/er/c.csv']],
    ['*.yaml', ['g.yaml']],
    ['*', ['a1.csv', 'a2.csv', 'a10.csv', 'b.tsv']],
  ])('%s is what it matches', async (pattern, paths) => {
    expect((await places(pattern)).paths).toEqual(paths);
  });

  test('is a file where one is called so', async () => {
    files('[a]*.csv');
    expect(await places('[a]*.csv')).toEqual({ paths: ['[a]*.csv'], title: null, notes: [] });
  });

  test('leaves the manifests of runs alone unless they are named', async () => {
    files('out/x/manifest.db', 'out/x/manifest.csv', 'out/p.csv');
    const all = await places('out/**/*.csv');
    expect([all.paths, all.title]).toEqual([['out/p.csv'], 'out']);
    expect(all.notes.join()).toContain('out/x/manifest.csv (part of a run folder: give it on its own)');
  });

  test('is refused with what there is where it matches nothing', async () => {
    expect(await refusal('deep/er/*.tsv')).toEqual([
      'No input matches deep/er/*.tsv.',
      'In deep/er there is deep/er/c.csv.',
    ]);
    expect((await refusal('n.*'))[0]).toBe('No input matches n.*. It matches n.md.');
    expect(await refusal('none/*.csv')).toEqual(['No input matches none/*.csv.', 'There is no folder none.']);
  });
});

describe('an input that is not there', () => {
  const stdin = Readable.from([]);
  const complaint = (word: string): [string, string | null] => {
    try {
      inputSource(word, { stdin });
    } catch (error) {
      if (error instanceof UserError) return [within(error.message), error.hint && within(error.hint)];
    }
    throw new Error('nothing was refused');
  };

  test('is told with the name that is nearest', () => {
    files('prompts.csv', 'other.txt');
    expect(complaint(join(folder, 'promts.csv'))).toEqual([
      'The input promts.csv does not exist.',
      'Did you mean prompts.csv?',
    ]);
    expect(complaint(join(folder, 'promts.xlsx#Two'))[0]).toBe('The input promts.xlsx does not exist.');
    expect(complaint(join(folder, 'none/x.csv'))).toEqual(['The input none/x.csv does not exist.', null]);
  });

  test('may be a prompt, and is told how to write one', () => {
    expect(complaint('a cat in a hat')).toEqual([
      'No file is called "a cat in a hat".',
      "If it is a prompt: rcb run prompt='a cat in a hat'",
    ]);
    expect(complaint('shot at f/1.4, 8k')[1]).toBe("If it is a prompt: rcb run prompt='shot at f/1.4, 8k'");
    expect(complaint('zzyzx')).toEqual([
      'The input zzyzx does not exist.',
      'If it is a prompt: rcb run prompt=zzyzx',
    ]);
  });

  test('is no pattern where it is prose', async () => {
    for (const prose of ['what is a cat?', 'a {red|blue} cat *smiling*']) {
      expect(await inputPlaces(prose)).toEqual({ paths: [prose], title: null, problems: [] });
    }
  });
});
