import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pageOf } from './support/page-reading.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const platform = `${process.platform.replace('win32', 'win')}-${process.arch}`;
const oldestNode = '22.19.0';
const tooOldNode = '20.19.5';

const elsewhere = mkdtempSync(join(tmpdir(), 'rcb-package-'));
let skipped: string | null = null;

function npm(args: readonly string[], cwd: string): string {
  // What npm tells the scripts of this repository is none of the business of an installation elsewhere.
  const own = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(package|lifecycle|command)|INIT_CWD)/.test(name),
  );
  return execFileSync('npm', [...args, '--fetch-retries=1'], {
    cwd,
    encoding: 'utf8',
    env: Object.fromEntries(own),
    stdio: 'pipe',
  });
}

/** A folder with one Node of this version. */
function withNode(version: string): string {
  const dir = mkdtempSync(join(elsewhere, 'node-'));
  writeFileSync(join(dir, 'package.json'), '{"private":true}');
  npm(['install', '--no-audit', '--no-fund', `node-${platform}@${version}`], dir);
  return join(dir, 'node_modules', `node-${platform}`, 'bin', 'node');
}

beforeAll(() => {
  const packed = JSON.parse(
    npm(['pack', '--json', '--ignore-scripts', '--pack-destination', elsewhere], root),
  );
  const [{ filename }] = packed as [{ filename: string }];
  writeFileSync(join(elsewhere, 'package.json'), '{"private":true}');
  try {
    npm(['install', '--no-audit', '--no-fund', '--prefer-offline', join(elsewhere, filename)], elsewhere);
  } catch (error) {
    if (process.env.CI) throw error;
    skipped = 'The npm registry cannot be reached, so the packed file cannot be installed.';
  }
});
afterAll(() => rmSync(elsewhere, { recursive: true, force: true }));

const main = join(elsewhere, 'node_modules/runcomfy-batch/dist/main.js');

test('the repository, once built, installs as a command with one line, without the network', () => {
  const prefix = join(elsewhere, 'global');
  npm(['install', '--global', '--offline', '--prefix', prefix, '.'], root);
  const bin = process.platform === 'win32' ? prefix : join(prefix, 'bin');
  expect(execFileSync(join(bin, 'rcb'), ['version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('the packed package, installed elsewhere', () => {
  test('carries the program, its examples and no Node', ({ skip }) => {
    if (skipped !== null) skip(skipped);
    const installed = JSON.parse(readFileSync(join(elsewhere, 'package-lock.json'), 'utf8'));
    const names = Object.keys((installed as { packages: object }).packages);
    expect(names.filter((name) => /node_modules\/node(-|$)/.test(name))).toEqual([]);
    expect(existsSync(join(elsewhere, 'node_modules/runcomfy-batch/jobs/demo.csv'))).toBe(true);
    expect(existsSync(join(elsewhere, 'node_modules/runcomfy-batch/dist/view/page.html'))).toBe(true);
    expect(existsSync(join(elsewhere, 'node_modules/runcomfy-batch/test'))).toBe(false);
  });

  test('answers as rcb and as runcomfy-batch', ({ skip }) => {
    if (skipped !== null) skip(skipped);
    for (const name of ['rcb', 'runcomfy-batch']) {
      const bin = join(elsewhere, 'node_modules/.bin', name);
      expect(execFileSync(bin, ['--version'], { encoding: 'utf8' })).toMatch(/^\d+\.\d+\.\d+\n$/);
    }
  });

  test(`runs a batch under Node ${oldestNode}, the oldest that it promises`, ({ skip }) => {
    if (skipped !== null) skip(skipped);
    const node = withNode(oldestNode);
    expect(execFileSync(node, ['--version'], { encoding: 'utf8' })).toBe(`v${oldestNode}\n`);
    const args = ['run', 'prompt=a small boat', '--rehearse', '--poll', '0.1', '--json'];
    const said = execFileSync(node, [main, ...args], { cwd: elsewhere, encoding: 'utf8', stdio: 'pipe' });
    const summary: unknown = JSON.parse(said.trimEnd().split('\n').at(-1) as string);
    expect(summary).toMatchObject({ exit_code: 0, page: 'out/a-small-boat-rehearsal/index.html' });
    const { jobs } = pageOf(join(elsewhere, 'out/a-small-boat-rehearsal'));
    expect(jobs.map(({ state, input }) => [state, input.prompt])).toEqual([['done', 'a small boat']]);
  });

  test(`does everything else under Node ${oldestNode} too`, ({ skip }) => {
    if (skipped !== null) skip(skipped);
    const node = withNode(oldestNode);
    const rcb = (...args: readonly string[]) => {
      const { status, stdout, stderr } = spawnSync(node, [main, ...args], {
        cwd: elsewhere,
        encoding: 'utf8',
        env: { PATH: process.env.PATH, HOME: elsewhere },
      });
      return { args, status, stdout, stderr };
    };
    expect(rcb('init', 'first')).toMatchObject({ status: 0 });
    const run = ['run', 'first/prompts.csv', '--seeds', '2', '--rehearse', '--poll', '0.1'];
    expect(rcb(...run, '--canary', '3')).toMatchObject({ status: 75 });
    expect(rcb(...run, '--canary', '3', '--yes')).toMatchObject({ status: 0 });
    expect(rcb(...run, '-o', 'out/second', '--reuse', 'out')).toMatchObject({ status: 0 });
    const dir = 'out/second-rehearsal';
    for (const args of [
      ['plan', 'first/prompts.csv', '--seeds', '3', '--rehearse', '-o', 'out/second', '--reuse', 'out'],
      ['status', dir],
      ['status', dir, '--json'],
      ['ls', dir, 'fox', '--where', 'seed=1'],
      ['show', dir, '1'],
      ['open', dir, '--print'],
      ['fetch', dir, '--verify'],
      ['retry', dir],
      ['reconcile', dir],
      ['wait', dir],
      ['export', dir, '-o', 'all.csv'],
      ['share', dir, '-o', 'pets.zip', '--small'],
      ['sheet', dir, '--x', 'seed', '--y', 'prompt', '--pdf'],
      ['view', dir],
      ['view', 'out/prompts-rehearsal', dir],
      ['config'],
      ['skill'],
      ['completion', 'bash'],
      ['schema', '--json'],
    ]) {
      const said = rcb(...args);
      expect(said.stderr, args.join(' ')).not.toContain('bug in rcb');
      if (args[0] !== 'show') expect(said).toMatchObject({ status: 0 });
    }
    // It ends with its client.
    expect(rcb('mcp')).toMatchObject({ status: 0, stdout: '' });
  });

  test('says which Node it needs under an older one, without a stack trace', ({ skip }) => {
    if (skipped !== null) skip(skipped);
    const node = withNode(tooOldNode);
    let said = '';
    try {
      execFileSync(node, [main, 'run', 'prompt=x'], { cwd: elsewhere, encoding: 'utf8', stdio: 'pipe' });
    } catch (error) {
      const { status, stderr } = error as { status: number; stderr: string };
      expect(status).toBe(78);
      said = stderr;
    }
    expect(said).toMatch(/^rcb needs Node 22\.19 or newer; this is Node 20\.19\.5\. .*\n$/);
  });
});
