import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, startRcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());

interface Loaded extends Ended {
  /** Packages, and parts of Node that are not there from the start, by name. */
  readonly modules: ReadonlySet<string>;
}

const hook = new URL('loaded-modules.ts', import.meta.url);
const lateParts = ['node:sqlite', 'node:http', 'node:crypto'];

/** Runs the program and looks at what it has loaded for that. */
async function loading(args: readonly string[], cwd: string): Promise<Loaded> {
  const list = join(cwd, 'loaded.txt');
  const env = { NODE_OPTIONS: `--import ${hook.href}`, LOADED_MODULES: list };
  const ended = await startRcb(args, { cwd, env }).ended;
  const urls = readFileSync(list, 'utf8').split('\n');
  const packages = urls.flatMap((url) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1] ?? []);
  return { ...ended, modules: new Set([...packages, ...urls.filter((url) => lateParts.includes(url))]) };
}

test.each(['--version', '-V', '--help'])('%s loads no package', async (flag) => {
  const { code, stdout, modules } = await loading([flag], workFolder());
  expect(code).toBe(0);
  expect(stdout).toMatch(flag === '--help' ? /run \[INPUT…\]/ : /^\d+\.\d+\.\d+\n$/);
  expect([...modules]).toEqual([]);
});

test('to look at a folder, and to find that nothing is to be done, nothing of planning and calling is loaded', async () => {
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\n');
  const run = ['run', 'cats.csv', '--base-url', simulator.baseUrl];
  const first = await loading(run, cwd);
  expect(first.code).toBe(0);
  expect([...first.modules]).toEqual(expect.arrayContaining(['ajv', 'undici', 'pino', 'p-queue']));

  const again = await loading(run, cwd);
  expect(again).toMatchObject({ code: 0, stderr: expect.stringContaining('Nothing to do') });
  const status = await loading(['status', 'out/cats'], cwd);
  expect(status).toMatchObject({ code: 0, stdout: expect.stringContaining('100% of 2 jobs done') });
  for (const { modules } of [again, status]) {
    expect(modules).toContain('yargs');
    for (const late of ['ajv', 'undici', 'pino', 'p-queue', 'yaml']) expect(modules).not.toContain(late);
  }
});
