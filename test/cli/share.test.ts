import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { share as shareFolder } from '../../src/app/sharing/share.ts';
import { readRecipe } from '../../src/media/recipe/read-recipe.ts';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, filesBelow, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { pageOf } from '../support/page-reading.ts';
import { unzipInto } from '../support/unzipped.ts';

let simulator: Simulator;
let cwd: string;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
});
afterAll(() => simulator.close());
beforeEach(() => {
  cwd = workFolder();
});

const rows = [
  'prompt,style,Ref,Note',
  '"a cat, sitting",anime,/home/me/secret/ref.png,one',
  'a fox,anime,https://user:pw@files.test/x.png?X-Signature=5ec7e7,two',
  'a fox,realistic,,three',
];

async function done(more: readonly string[] = []): Promise<string> {
  writeFileSync(join(cwd, 'cats.csv'), `${rows.join('\n')}\n`);
  const args = ['--base-url', simulator.baseUrl, '--poll', '0.1', ...more];
  expect((await rcb(['run', 'cats.csv', ...args], { cwd })).code).toBe(0);
  return join(cwd, 'out/cats');
}

const share = (...args: readonly string[]): Promise<Ended> => rcb(['share', ...args], { cwd });

/** Every text that could tell of the machine, the account, the money and the run. */
function tracesIn(folder: string, dir: string): readonly string[] {
  const requests = manifestOf(dir).map(({ request_id }) => request_id as string);
  const words = [cwd, 'out/cats', '/home/me', '5ec7e7', 'user:pw', 'cats.csv', 'manifest.db', ...requests];
  return filesBelow(folder).flatMap((path) => {
    const text = readFileSync(join(folder, path)).toString('latin1');
    return words.filter((word) => text.includes(word)).map((word) => `${path}: ${word}`);
  });
}

describe('rcb share', () => {
  test('packs page, results under speaking names and thumbnails, and nothing else', async () => {
    const dir = await done();
    const { code, stdout, stderr } = await share('out/cats', '-o', 'cats.zip', '--json');
    expect({ code, stderr }).toMatchObject({ code: 0, stderr: expect.stringContaining('3 jobs, 3 files') });
    const answer = JSON.parse(stdout);
    expect(answer).toMatchObject({ path: 'cats.zip', jobs: 3, files: 3, missing: 0 });
    const there = join(cwd, 'elsewhere');
    const names = await unzipInto(join(cwd, 'cats.zip'), there);
    expect(answer.bytes).toBe(readFileSync(join(cwd, 'cats.zip')).length);
    expect(names.filter((name) => !name.startsWith('thumbs/')).sort()).toEqual(
      ['files/a-cat-sitting.png', 'files/a-fox-anime.png', 'files/a-fox-realistic.png', 'index.html'].map(
        (name) => (names.includes(name) ? name : expect.stringMatching(/^files\/a-(cat|fox)[\w-]*\.png$/)),
      ),
    );
    expect(names.filter((name) => name.startsWith('thumbs/'))).toHaveLength(3);
    expect(tracesIn(there, dir)).toEqual([]);
    const { head, jobs } = pageOf(there);
    expect(head).toMatchObject({ name: 'cats', dir: 'cats', jobCount: 3, parcel: { hasCosts: false } });
    expect(head.overview).toMatchObject({ spentUsd: 0, runs: [], failures: [] });
    for (const job of jobs) {
      expect(job).toMatchObject({ requestId: null, costUsd: null, rows: [], state: 'done' });
      for (const { path, thumb, bytes } of job.outputs) {
        expect(readFileSync(join(there, path)).length).toBe(bytes);
        expect(existsSync(join(there, thumb as string))).toBe(true);
      }
    }
    expect(jobs.map(({ tags }) => tags.Ref)).toEqual(['ref.png', 'https://files.test/x.png', undefined]);
    // What made a picture is still in it, but not as which request.
    const recipe = await readRecipe(join(there, jobs[0]?.outputs[0]?.path as string));
    expect(recipe).toMatchObject({ job: jobs[0]?.job, request_id: null, input: jobs[0]?.input });
  });

  test('gives the same bytes again, and replaces nothing unless it is told to', async () => {
    await done();
    expect((await share('-o', 'a.zip')).code).toBe(0);
    expect((await share('-o', 'b.zip')).code).toBe(0);
    expect(readFileSync(join(cwd, 'a.zip')).equals(readFileSync(join(cwd, 'b.zip')))).toBe(true);
    const before = readFileSync(join(cwd, 'a.zip'));
    const refused = await share('-o', 'a.zip', '--where', 'style=anime');
    expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('a.zip exists already') });
    expect(readFileSync(join(cwd, 'a.zip')).equals(before)).toBe(true);
    expect((await share('-o', 'a.zip', '--where', 'style=anime', '--force')).code).toBe(0);
    expect(readFileSync(join(cwd, 'a.zip')).equals(before)).toBe(false);
    expect((await share()).stderr).toContain('cats.zip');
    expect(readdirSync(cwd).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('makes a folder, and never takes one away that holds anything of the user', async () => {
    await done();
    expect((await share('-o', 'parcel')).code).toBe(0);
    expect(readdirSync(join(cwd, 'parcel')).sort()).toEqual(['files', 'index.html', 'thumbs']);
    expect(await share('-o', 'parcel')).toMatchObject({
      code: 64,
      stderr: expect.stringContaining('--force'),
    });
    expect((await share('-o', 'parcel', '--force', '--where', 'style=anime')).code).toBe(0);
    expect(readdirSync(join(cwd, 'parcel/files'))).toHaveLength(2);
    writeFileSync(join(cwd, 'parcel/mine.txt'), 'mine');
    for (const out of ['parcel', 'out/cats', '.']) {
      const refused = await share('out/cats', '-o', out, '--force');
      expect(refused).toMatchObject({ code: 64, stderr: expect.stringContaining('not empty') });
    }
    expect(readFileSync(join(cwd, 'parcel/mine.txt'), 'utf8')).toBe('mine');
    expect(existsSync(join(cwd, 'out/cats/manifest.db'))).toBe(true);
    expect(await share('-o', 'x.tar.gz')).toMatchObject({ code: 64 });
    expect(await share('-o', 'x.zip', '--where', 'style=anime', '--state', 'failed')).toMatchObject({
      code: 64,
    });
    expect(existsSync(join(cwd, 'x.zip'))).toBe(false);
  });

  test('--with-cost shows costs, --small makes pictures small and says nothing inside', async () => {
    await done();
    await share('-o', 'costs', '--with-cost');
    expect(pageOf(join(cwd, 'costs')).jobs.every(({ costUsd }) => costUsd !== null)).toBe(true);
    const small = await share('-o', 'small', '--small');
    expect(small).toMatchObject({ code: 0 });
    const { jobs } = pageOf(join(cwd, 'small'));
    for (const { outputs } of jobs) {
      const [output] = outputs;
      expect(output).toMatchObject({ mime: expect.stringMatching(/^image\/(jpeg|webp)$/) });
      expect(Math.max(output?.width as number, output?.height as number)).toBeLessThanOrEqual(1_024);
      expect(await readRecipe(join(cwd, 'small', output?.path as string))).toBeNull();
    }
  });

  test('takes what the ledger names and no file outside, whatever links are there', async () => {
    const dir = await done();
    const outside = join(cwd, 'outside.png');
    const [first, second] = manifestOf(dir).flatMap(({ outputs }) =>
      outputs.map(({ path }) => path),
    ) as string[];
    renameSync(join(dir, first as string), outside);
    symlinkSync(outside, join(dir, first as string));
    rmSync(join(dir, second as string));
    rmSync(join(dir, 'thumbs'), { recursive: true });
    mkdirSync(join(cwd, 'thumbs-outside'));
    symlinkSync(join(cwd, 'thumbs-outside'), join(dir, 'thumbs'));
    writeFileSync(join(dir, 'files/stray.png'), 'stray');
    const { code, stdout, stderr } = await share('-o', 'parcel', '--json');
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, files: 1, missing: 2 });
    expect(stderr).toContain('2 files are not in the run folder');
    expect(readdirSync(join(cwd, 'parcel/files'))).toHaveLength(1);
    expect(readdirSync(join(cwd, 'thumbs-outside'))).toEqual([]);
  });

  test('finds the stars: in the folder, else here, else the newest download that belongs to it', async () => {
    const dir = await done();
    const [a, b, c] = manifestOf(dir).map(({ job }) => job) as [string, string, string];
    const picks = (folder: string | null, ...jobs: string[]): string =>
      JSON.stringify({
        format: 'rcb-picks',
        version: 1,
        folder,
        picks: jobs.map((job) => ({ job, starred: true })),
      });
    const none = await share('--starred', '-o', 'x.zip');
    expect(none).toMatchObject({ code: 64, stderr: expect.stringMatching(/no picks\.json.*Downloads/s) });
    mkdirSync(join(cwd, 'Downloads'));
    writeFileSync(join(cwd, 'Downloads/picks.json'), picks('out/cats', a));
    writeFileSync(join(cwd, 'Downloads/picks (1).json'), picks('out/cats', a, b));
    writeFileSync(join(cwd, 'Downloads/picks (2).json'), picks('out/dogs', '0123456789abcdef'));
    for (const [n, name] of ['picks.json', 'picks (1).json', 'picks (2).json'].entries()) {
      utimesSync(join(cwd, 'Downloads', name), 1_000 + n, 1_000 + n);
    }
    const chosen = async (out: string, ...more: string[]) => {
      const { code, stderr } = await share('out/cats', '-o', out, ...more);
      expect(code, stderr).toBe(0);
      return { stderr, jobs: pageOf(join(cwd, out)).jobs.map(({ job }) => job) };
    };
    const downloaded = await chosen('one', '--starred');
    expect(downloaded.jobs).toEqual([a, b]);
    expect(downloaded.stderr).toContain('2 starred jobs from');
    expect(downloaded.stderr).toContain('picks (1).json');
    writeFileSync(join(cwd, 'picks.json'), picks('cats', c));
    expect((await chosen('two', '--starred')).jobs).toEqual([c]);
    writeFileSync(join(dir, 'picks.json'), picks('out/cats', b));
    expect((await chosen('three', '--starred')).jobs).toEqual([b]);
    writeFileSync(join(cwd, 'other.json'), picks('out/cats', a, '0123456789abcdef'));
    const named = await chosen('four', '--picks', 'other.json');
    expect(named.jobs).toEqual([a]);
    expect(named.stderr).toContain('1 more is not in this run folder');
    const page = readFileSync(join(cwd, 'four/index.html'), 'utf8');
    expect(page).not.toContain('realistic');
    writeFileSync(join(cwd, 'broken.json'), '{"format":"rcb-picks"');
    expect(await share('--picks', 'broken.json', '-o', 'x.zip')).toMatchObject({ code: 65 });
  });

  test('leaves nothing behind when it is interrupted', async () => {
    const dir = await done();
    for (const name of ['x.zip', 'x']) {
      const stop = new AbortController();
      const wish = { dir, out: join(cwd, name), force: false, jobs: { where: [] }, chosen: null };
      const shared = shareFolder({ ...wish, small: false, costs: false }, stop.signal, () =>
        stop.abort(new Error('enough')),
      );
      await expect(shared).rejects.toThrow('enough');
    }
    expect(readdirSync(cwd).filter((name) => name.startsWith('x'))).toEqual([]);
  });

  test('works while a run goes on', async () => {
    writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\na fox\n');
    const slow = await startSimulator({ latency: { kind: 'fixed', ms: 600_000 } });
    const run = startRcb(['run', 'cats.csv', '--base-url', slow.baseUrl, '--json'], { cwd });
    await run.said('"state":"queued"');
    const { code, stdout } = await share('out/cats', '-o', 'now.zip', '--json');
    expect({ code, ...JSON.parse(stdout) }).toMatchObject({ code: 0, jobs: 2, files: 0 });
    run.kill('SIGKILL');
    await run.ended;
    await slow.close();
  });
});
