import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  watch,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { planInto } from '../kill/evidence.ts';
import { manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';
import { heldClock } from '../support/held-clock.ts';
import { pageOf } from '../support/page-reading.ts';
import { until } from '../support/processes.ts';
import { sized } from '../support/tiers.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const fast = ['--rehearse', '--poll', '0.1'];

let simulator: Simulator;
let cwd: string;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 } });
});
afterAll(() => simulator.close());
beforeEach(() => {
  cwd = workFolder();
});

/** A folder with so many jobs done, and no page. */
async function done(count = 3, more: readonly string[] = ['--no-view']): Promise<string> {
  const rows = Array.from({ length: count }, (_, n) => `cat ${n}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt\n${rows.join('\n')}\n`);
  const args = ['--base-url', simulator.baseUrl, '--poll', '0.1'];
  await rcb(['run', 'cats.csv', ...args, ...more], { cwd });
  return join(cwd, 'out/cats');
}

describe('rcb view', () => {
  test('makes the page and the thumbnails, says where it is, and then makes only what is missing', async () => {
    const dir = await done();
    const first = await rcb(['view'], { cwd });
    expect(first).toMatchObject({ code: 0, stdout: '' });
    expect(first.stderr).toBe('out/cats/index.html  3 jobs, 3 thumbnails (3 new)\n');
    expect(
      pageOf(dir)
        .jobs.flatMap(({ outputs }) => outputs)
        .every(({ thumb }) => thumb !== null),
    ).toBe(true);
    rmSync(join(dir, pageOf(dir).jobs[0]?.outputs[0]?.thumb as string));
    const second = await rcb(['view', 'out/cats', '--json', '-q'], { cwd });
    expect(second.stderr).toBe('');
    expect(JSON.parse(second.stdout)).toEqual({
      page: 'out/cats/index.html',
      jobs: 3,
      jobs_in_page: 3,
      thumbnails: 3,
      thumbnails_made: 1,
      thumbnails_removed: 0,
      images_undecodable: 0,
      images_missing: 0,
      sharp: true,
    });
  });

  test('removes thumbnails of files that are gone, and what killed builders left long ago', async () => {
    const dir = await done(2, []);
    const [line] = manifestOf(dir);
    rmSync(join(dir, line?.outputs[0]?.path as string));
    const [old, fresh] = ['.index.html.0123456789ab.part', '.index.html.ba9876543210.part'] as const;
    for (const name of [old, fresh]) writeFileSync(join(dir, name), 'half');
    utimesSync(join(dir, old), 1, 1);
    const view = await rcb(['view'], { cwd });
    expect(view.stderr).toBe(
      'out/cats/index.html  2 jobs, 1 thumbnail, 1 outdated thumbnail removed\n' +
        '1 image is not in the folder: rcb fetch out/cats\n',
    );
    expect(readdirSync(join(dir, 'thumbs'))).toHaveLength(1);
    expect([existsSync(join(dir, old)), existsSync(join(dir, fresh))]).toEqual([false, true]);
  });

  test('shows files that cannot be decoded as they are', async () => {
    const dir = await done(2);
    const [line] = manifestOf(dir);
    writeFileSync(join(dir, line?.outputs[0]?.path as string), '<html><body>Access denied</body></html>');
    const view = await rcb(['view'], { cwd });
    expect(view.code).toBe(0);
    expect(view.stderr).toContain('1 thumbnail (1 new)\n1 image cannot be decoded');
    expect(pageOf(dir).jobs.map(({ outputs }) => outputs[0]?.thumb === null)).toEqual([true, false]);
  });

  test('exits 73 with a sentence where the page cannot be written, and 64 where there is no run', async () => {
    const dir = await done(1);
    mkdirSync(join(dir, 'index.html'));
    const view = await rcb(['view'], { cwd });
    expect(view.code).toBe(73);
    expect(view.stderr).toContain('index.html cannot be written');
    expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
    rmSync(join(dir, 'index.html'), { recursive: true });
    writeFileSync(join(dir, 'thumbs'), 'in the way');
    expect((await rcb(['view'], { cwd })).code).toBe(73);
    expect((await rcb(['view', 'nowhere'], { cwd })).code).toBe(64);
  });

  test('works beside a run without stopping it', async () => {
    const clock = heldClock();
    clock.hold();
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 50 }, clock: clock.now });
    writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\nanother cat\n');
    const args = ['run', 'cats.csv', '--base-url', simulator.baseUrl, '--poll', '0.1'];
    const run = startRcb([...args, '--json', '--no-view'], { cwd });
    await run.said('"state":"queued"');
    const view = await rcb(['view', 'out/cats'], { cwd });
    expect(view.code).toBe(0);
    expect(pageOf(join(cwd, 'out/cats')).head.isRunning).toBe(true);
    clock.release();
    expect((await run.ended).code).toBe(0);
    await simulator.close();
  });

  test('opens the page in the browser if asked to, and tells it no token', async () => {
    const dir = await done(1);
    const bin = join(cwd, 'bin');
    mkdirSync(bin);
    writeFileSync(
      join(bin, 'xdg-open'),
      `#!/bin/sh\nenv > '${cwd}/told.part'; echo "$@" >> '${cwd}/told.part'; mv '${cwd}/told.part' '${cwd}/told'\n`,
      { mode: 0o755 },
    );
    const env = { PATH: `${bin}:${process.env.PATH}`, RUNCOMFY_API_TOKEN: 'rc-secret', DISPLAY: ':7' };
    await rcb(['view', '--open'], { cwd, env });
    await until(() => existsSync(join(cwd, 'told')));
    const told = readFileSync(join(cwd, 'told'), 'utf8');
    expect(told).toContain(`file://${dir}/index.html`);
    expect(told).toContain('DISPLAY=:7');
    expect(told).not.toContain('rc-secret');
    const none = await rcb(['view', '--open'], { cwd, env: { PATH: cwd, DISPLAY: ':7' } });
    expect(none).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Cannot open out/cats/index.html with xdg-open.'),
    });
  });
});

test('the key of a folder moves with it, and another folder of the same jobs has another', async () => {
  const dir = await done(1, []);
  const { folderKey } = pageOf(dir).head;
  renameSync(dir, join(cwd, 'moved'));
  await rcb(['view', 'moved'], { cwd });
  expect(pageOf(join(cwd, 'moved')).head).toMatchObject({ folderKey, name: 'moved' });
  const twin = await done(1, []);
  expect(pageOf(twin).jobs.map(({ job }) => job)).toEqual(
    pageOf(join(cwd, 'moved')).jobs.map(({ job }) => job),
  );
  expect(pageOf(twin).head.folderKey).not.toBe(folderKey);
});

test('builders that are killed at any moment, several at once, leave a whole page', async () => {
  const dir = join(cwd, 'run');
  await planInto({ dir, provider: 'runcomfy' }, 'a prompt that takes room '.repeat(20), 4_000);
  await rcb(['view', 'run'], { cwd });
  let kills = 0;
  const rounds = sized(4, 12);
  for (let round = 0; round < rounds; round += 1) {
    let changes = 0;
    // Each ends at a change of its own in the folder, later from round to round, if it has not ended before.
    const watcher = watch(dir, () => {
      changes += 1;
      for (const [n, builder] of builders.entries())
        if (changes === 1 + round * (n + 1)) builder.kill('SIGKILL');
    });
    const builders = [startRcb(['view', 'run'], { cwd }), startRcb(['view', 'run'], { cwd })];
    for (const { ended } of builders) if ((await ended).signal === 'SIGKILL') kills += 1;
    watcher.close();
    expect(pageOf(dir).jobs).toHaveLength(4_000);
  }
  expect(kills).toBeGreaterThan(rounds / 2);
  await Promise.all([rcb(['view', 'run'], { cwd }), rcb(['view', 'run'], { cwd })]);
  expect(pageOf(dir).jobs.map(({ input }) => input.seed)).toEqual(Array.from({ length: 4_000 }, (_, n) => n));
});

test('without sharp a run and rcb view make the page, and only rcb view says what to install', async () => {
  const elsewhere = join(cwd, 'installed');
  mkdirSync(join(elsewhere, 'node_modules'), { recursive: true });
  cpSync(join(root, 'dist'), join(elsewhere, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(elsewhere, 'package.json'));
  for (const name of readdirSync(join(root, 'node_modules'))) {
    if (name === 'sharp' || name === '@img' || name.startsWith('.')) continue;
    symlinkSync(join(root, 'node_modules', name), join(elsewhere, 'node_modules', name));
  }
  const without = (...args: string[]): string =>
    execFileSync(
      '/bin/sh',
      ['-c', '"$0" "$@" 2>&1', process.execPath, join(elsewhere, 'dist/main.js'), ...args],
      {
        cwd,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: cwd },
      },
    );
  const run = without('run', 'prompt=a boat', '-o', 'out/boat', ...fast);
  expect(run).toContain('The job is done.');
  expect(run).toContain('out/boat-rehearsal/index.html');
  expect(run).not.toContain('sharp');
  const view = without('view', 'out/boat-rehearsal');
  expect(view.match(/npm install sharp/g)).toHaveLength(1);
  const { jobs } = pageOf(join(cwd, 'out/boat-rehearsal'));
  expect(jobs.map(({ state, outputs }) => [state, outputs[0]?.thumb])).toEqual([['done', null]]);
});
