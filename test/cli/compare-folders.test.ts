import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { ownId } from '../../src/view/pairs/compared-folders.ts';
import { filesBelow, manifestOf, rcb, workFolder } from '../support/command-line.ts';
import { pageOf } from '../support/page-reading.ts';

let simulator: Simulator;
let cwd: string;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
});
afterAll(() => simulator.close());
beforeEach(() => {
  cwd = workFolder();
});

async function run(out: string, prompts: readonly string[], ...words: readonly string[]): Promise<void> {
  writeFileSync(join(cwd, 'in.csv'), `prompt\n${prompts.join('\n')}\n`);
  const args = ['--base-url', simulator.baseUrl, '--poll', '0.1', '-o', out, ...words];
  expect((await rcb(['run', 'in.csv', ...args], { cwd })).code).toBeLessThanOrEqual(1);
}

const view = (...args: readonly string[]) => rcb(['view', ...args], { cwd });

/** Of each file its time, so that a change is seen. */
const stateOf = (dir: string): readonly string[] =>
  filesBelow(dir).map((path) => `${path} ${statSync(join(dir, path)).mtimeMs}`);

describe('rcb view of several folders', () => {
  test('makes one page of them in pairs, beside the first, and changes neither', async () => {
    await run('out/may', ['a cat', 'a fox', 'an owl'], '--seeds', '2');
    await run('out/june', ['a fox', 'a cat', 'a bear'], '--seeds', '2');
    const before = [stateOf(join(cwd, 'out/may')), stateOf(join(cwd, 'out/june'))];
    const { code, stdout, stderr } = await view('out/may', 'out/june', '--json');
    expect({ code, stderr }).toMatchObject({ code: 0 });
    expect([stateOf(join(cwd, 'out/may')), stateOf(join(cwd, 'out/june'))]).toEqual(before);
    expect(JSON.parse(stdout)).toMatchObject({
      page: 'out/compare-may-june.html',
      jobs: 12,
      jobs_in_page: 12,
      pairs: 8,
      folders: [
        { label: 'may', dir: 'out/may', jobs: 6, done: 6 },
        { label: 'june', dir: 'out/june', jobs: 6, done: 6 },
      ],
      differences: [
        { folder: 'june', against: 'may', pairs: 4, only_in_first: 2, only_in_other: 2, priced_pairs: 4 },
      ],
    });
    expect(stderr).toMatch(
      /june and may: 4 pairs, 2 not in june, 2 not in may, costs 1\.0 × may \(\$0\.08 against \$0\.08 a job\)/,
    );
    const { head, jobs } = pageOf(join(cwd, 'out'), 'compare-may-june.html');
    expect(head.compared).toEqual([
      { label: 'may', dir: 'out/may' },
      { label: 'june', dir: 'out/june' },
    ]);
    expect(new Set(jobs.map(({ job }) => job)).size).toBe(12);
    for (const { job, folder, outputs } of jobs) {
      expect(manifestOf(join(cwd, 'out', folder as string)).map((line) => line.job)).toContain(ownId(job));
      for (const { path, thumb } of outputs) {
        for (const each of [path, thumb as string]) expect(existsSync(join(cwd, 'out', each))).toBe(true);
      }
    }
    for (const pair of new Set(jobs.map((each) => each.pair))) {
      const both = jobs.filter((each) => each.pair === pair);
      expect(new Set(both.map(({ input }) => JSON.stringify(input))).size).toBe(1);
    }
  });

  test('pairs what another model made of the same prompt, and puts the page where it is told to', async () => {
    await run('out/one', ['a cat', 'a fox'], 'style=anime');
    await run('other/one', ['a cat', 'a fox'], '-m', 'google/nano-banana-2/text-to-image');
    mkdirSync(join(cwd, 'pages'));
    const { code, stderr } = await view('out/one', 'other/one', '-o', 'pages/both.html');
    expect(code, stderr).toBe(0);
    const { head, jobs } = pageOf(join(cwd, 'pages'), 'both.html');
    expect(head.compared?.map(({ label }) => label)).toEqual(['out/one', 'other/one']);
    const pairs = Map.groupBy(jobs, ({ pair }) => pair);
    expect([...pairs.values()].map((both) => both.map(({ folder }) => folder))).toEqual([
      ['out/one', 'other/one'],
      ['out/one', 'other/one'],
    ]);
    for (const { outputs } of jobs) {
      for (const { path } of outputs) expect(existsSync(resolve(cwd, 'pages', path))).toBe(true);
    }
  });

  test('replaces a page of its own and nothing else, and refuses what is not several run folders', async () => {
    await run('out/a', ['a cat']);
    cpSync(join(cwd, 'out/a'), join(cwd, 'out/b'), { recursive: true });
    expect((await view('out/a', 'out/b')).code).toBe(0);
    expect((await view('out/a', 'out/b')).code).toBe(0);
    expect(readdirSync(join(cwd, 'out')).sort()).toEqual(['a', 'b', 'compare-a-b.html']);
    writeFileSync(join(cwd, 'mine.html'), '<h1>mine</h1>');
    const refusals: readonly (readonly string[])[] = [
      ['out/a', 'out/b', '-o', 'mine.html'],
      ['out/a', 'out/b', '-o', 'out/a/index.html'],
      ['out/a', 'out/b', '-o', 'page.pdf'],
      ['out/a', 'out/../out/a'],
      ['out/a', 'out/none'],
      ['out/a', '-o', 'x.html'],
      Array.from({ length: 7 }, () => 'out/a'),
    ];
    for (const args of refusals) expect((await view(...args)).code, args.join(' ')).toBe(64);
    expect(readFileSync(join(cwd, 'mine.html'), 'utf8')).toBe('<h1>mine</h1>');
  });

  test('picks of such a page name their folders, and vary takes those of the folder it is given', async () => {
    await run('out/a', ['a cat']);
    await run('out/b', ['a fox']);
    const [a, b] = ['a', 'b'].map((name) => manifestOf(join(cwd, 'out', name))[0]?.job);
    const picks = [
      { job: a, folder: 'out/a', starred: true },
      { job: b, folder: 'out/b', starred: true },
    ];
    writeFileSync(join(cwd, 'picks.json'), JSON.stringify({ format: 'rcb-picks', version: 1, picks }));
    const args = ['--picks', 'picks.json', '--seeds', '2', '-n', '--base-url', simulator.baseUrl];
    const both = await rcb(['vary', ...args], { cwd });
    expect(both).toMatchObject({ code: 64, stderr: expect.stringContaining('jobs of out/a and of out/b') });
    const one = await rcb(['vary', 'out/a', ...args], { cwd });
    expect({ ...one, all: `${one.stdout}${one.stderr}` }).toMatchObject({
      code: 0,
      all: expect.stringContaining('2 '),
    });
    const shared = await rcb(['share', 'out/b', '--starred', '-o', 'b'], { cwd });
    expect(shared.code, shared.stderr).toBe(0);
    expect(pageOf(join(cwd, 'b')).jobs.map(({ job }) => job)).toEqual([b]);
  });
});
