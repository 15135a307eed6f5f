import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, filesBelow, main, startRcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());

interface Loaded extends Ended {
  /** Files of the program. */
  readonly files: number;
  /** Packages in them, and parts of Node that are not there from the start, by name. */
  readonly modules: ReadonlySet<string>;
  /** What is in those files. */
  readonly texts: string;
}

const hook = new URL('loaded-modules.ts', import.meta.url);
const lateParts = ['node:sqlite', 'node:http', 'node:crypto', 'node:worker_threads'];

/** Runs the program and looks at what it has loaded for that. */
async function loading(
  args: readonly string[],
  cwd: string,
  more: Readonly<Record<string, string>> = {},
): Promise<Loaded> {
  const list = join(cwd, 'loaded.txt');
  const env = { NODE_OPTIONS: `--import ${hook.href}`, LOADED_MODULES: list, ...more };
  const ended = await startRcb(args, { cwd, env }).ended;
  const urls = readFileSync(list, 'utf8').split('\n');
  const files = urls.filter((url) => url.includes('/dist/'));
  const texts = files.map((url) => readFileSync(fileURLToPath(url), 'utf8')).join('\n');
  const bundled = [...texts.matchAll(/^\/\/ node_modules\/((?:@[^/]+\/)?[^/]+)/gm)].map(([, name]) => name);
  const outside = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  const parts = lateParts.filter((part) => urls.includes(part) || texts.includes(`BuiltinModule("${part}")`));
  return {
    ...ended,
    files: files.length,
    texts,
    modules: new Set([...(bundled as string[]), ...outside, ...parts]),
  };
}

test.each(['--version', '-V', '--help', 'run --help'])(
  '%s loads no package, and few files',
  async (words) => {
    const { code, stdout, modules, files } = await loading(words.split(' '), workFolder());
    expect(code).toBe(0);
    expect(stdout).toMatch(words.includes('help') ? /run \[INPUT…\]/ : /^\d+\.\d+\.\d+\n$/);
    expect([...modules]).toEqual([]);
    expect(files).toBeLessThanOrEqual(7);
  },
);

test('to look at a folder, and to find that nothing is to be done, nothing of planning and calling is loaded', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\n');
  const run = ['run', 'cats.csv', '--base-url', simulator.baseUrl];
  const first = await loading(run, cwd);
  expect(first.code).toBe(0);
  expect([...first.modules]).toEqual(expect.arrayContaining(['yargs', 'ajv', 'undici', 'pino', 'p-queue']));
  for (const unused of ['aws4', 'cliui', 'escalade', 'log-update', 'string-width']) {
    expect(first.modules).not.toContain(unused);
  }

  const again = await loading(run, cwd);
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing to do') });
  const status = await loading(['status', 'out/cats'], cwd);
  expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('100% of 2 jobs done') });
  for (const { modules } of [again, status]) {
    for (const late of ['ajv', 'undici', 'pino', 'p-queue', 'yaml']) expect(modules).not.toContain(late);
  }
  expect([...status.modules]).toEqual(['node:sqlite']);
  expect(status.files).toBeLessThanOrEqual(8);
});

test('without a shared ledger nothing of it is loaded, whatever other programs call theirs', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\n');
  const env = { DATABASE_URL: 'postgres://me:secret@127.0.0.1:9/production', RCB_LEDGER: '' };
  for (const words of [
    ['run', 'cats.csv', '--base-url', simulator.baseUrl],
    ['status', 'out/cats'],
    ['retry'],
  ]) {
    const { code, modules, texts } = await loading(words, cwd, env);
    expect(code).toBe(0);
    for (const late of ['pg', 'pg-boss', 'pg-pool']) expect(modules).not.toContain(late);
    expect(texts).not.toMatch(/rcb_queue|\/share\/(?:runner|postgres)\//);
  }
});

test('a plan loads what plans, and nothing that calls an API, reads flags or other kinds of input', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\n');
  const { code, stdout, files, modules } = await loading(['plan', 'cats.csv'], cwd);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('2 jobs') });
  expect([...modules]).toEqual(expect.arrayContaining(['ajv', 'csv-parse']));
  for (const late of ['yargs', 'undici', 'pino', 'p-queue', 'yaml', 'saxes', 'string-width']) {
    expect(modules).not.toContain(late);
  }
  expect(files).toBeLessThanOrEqual(12);
});

const { variables } = process.config as { readonly variables: object };

test.runIf('node_use_node_code_cache' in variables && variables.node_use_node_code_cache === true)(
  'modules of Node are taken as Node has compiled them',
  () => {
    const cwd = workFolder();
    writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\n');
    const preload = new URL('compiled-anew.ts', import.meta.url).href;
    const node = ['--expose-internals', '--import', preload];
    const run = [main, 'run', 'cats.csv', '--rehearse', '--no-view'];
    const env = { PATH: process.env.PATH, HOME: cwd };
    const { stderr } = spawnSync(process.execPath, [...node, ...run], { cwd, env, encoding: 'utf8' });
    const { taken, compiled } = JSON.parse(stderr.trimEnd().split('\n').at(-1) ?? '');
    expect(taken).toBeGreaterThan(50);
    expect(compiled).toBe(0);
  },
);

test('the licence of every package in the program comes with it', () => {
  const dist = fileURLToPath(new URL('../../dist/', import.meta.url));
  const licences = readFileSync(join(dist, 'LICENSES.txt'), 'utf8');
  const texts = filesBelow(dist)
    .filter((path) => path.endsWith('.js'))
    .map((path) => readFileSync(join(dist, path), 'utf8'));
  const bundled = texts.flatMap((text) => [
    ...text.matchAll(/^\/\/ node_modules\/(?:.*\/node_modules\/)?((?:@[^/]+\/)?[^/]+)/gm),
  ]);
  const names = new Set(bundled.map(([, name]) => name as string));
  expect([...names]).toEqual(
    expect.arrayContaining(['undici', 'pino', 'yargs', 'ajv', 'csv-parse', 'p-queue']),
  );
  const ofPage = ['client-zip', 'uplot', '@panzoom/panzoom'];
  for (const name of [...names, ...ofPage]) expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'));
});

describe('what Node has compiled of the program', () => {
  const kept = (home: string): string => join(home, 'caches/runcomfy-batch/compiled');
  const version = (cwd: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> =>
    startRcb(['--version'], { cwd, env: { XDG_CACHE_HOME: join(cwd, 'caches'), ...env } }).ended;

  test('is kept in a folder for the user alone, and nowhere else', async () => {
    const cwd = workFolder();
    expect(await version(cwd)).toMatchObject({ code: 0, stderr: '' });
    const files = filesBelow(cwd);
    expect(files.length).toBeGreaterThan(0);
    for (const path of files) expect(join(cwd, path)).toContain(kept(cwd));
    expect(await version(cwd)).toMatchObject({ code: 0, stderr: '' });
    expect(filesBelow(cwd)).toEqual(files);
  });

  test('is neither read nor written in a folder that others may write to', async ({ skip }) => {
    if (process.platform === 'win32') skip('Windows has no such modes.');
    const cwd = workFolder();
    mkdirSync(kept(cwd), { recursive: true });
    chmodSync(kept(cwd), 0o777);
    expect(await version(cwd)).toMatchObject({ code: 0, stderr: '' });
    expect(readdirSync(kept(cwd))).toEqual([]);
  });

  test.each([
    ['there is no home', { HOME: '', XDG_CACHE_HOME: '' }],
    ['the cache is no folder', { XDG_CACHE_HOME: fileURLToPath(import.meta.url) }],
    ['Node is told to keep nothing', { NODE_DISABLE_COMPILE_CACHE: '1' }],
  ])('is done without where %s', async (_, env) => {
    const cwd = workFolder();
    expect(await version(cwd, env)).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringMatching(/^\d/),
    });
    expect(filesBelow(cwd)).toEqual([]);
  });
});
