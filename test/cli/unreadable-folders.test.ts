import { spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { main, rcb, startRcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
let args: string[];

beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 600_000 } });
  cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\n');
  args = ['run', 'cats.csv', '-o', 'cats', '--base-url', simulator.baseUrl, '--json'];
});
afterEach(() => simulator.close());

const inFolder = (name: string): string => join(cwd, 'cats', name);

test('a folder that may not be entered is not said to be none', async () => {
  mkdirSync(join(cwd, 'cats'), { mode: 0o000 });
  chmodSync(cwd, 0o755);
  const isRoot = process.getuid?.() === 0;
  const child = spawn(process.execPath, [main, 'status', 'cats'], {
    cwd,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(isRoot ? { uid: 65_534, gid: 65_534 } : {}),
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  const code = await new Promise((resolve) => void child.on('close', resolve));
  chmodSync(join(cwd, 'cats'), 0o700);
  expect(said).toContain('cats cannot be read: permission is denied.');
  expect(code).toBe(73);
});

test('an empty ledger is said to be empty, and a run may begin with it where nothing else was left', async () => {
  mkdirSync(join(cwd, 'cats'));
  writeFileSync(inFolder('manifest.db'), '');
  for (const command of ['status', 'resume', 'ls']) {
    const refused = await rcb([command, 'cats'], { cwd });
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('cats/manifest.db is empty: nothing was ever recorded in it.');
  }
  simulator.setOptions({ latency: { kind: 'fixed', ms: 0 } });
  expect((await rcb(args, { cwd })).code).toBe(0);
});

test('a ledger that was copied without its log is said to lack it, and nothing is submitted', async () => {
  const run = startRcb(args, { cwd });
  await run.said('"state":"queued"');
  mkdirSync(join(cwd, 'copy'));
  copyFileSync(inFolder('manifest.db'), join(cwd, 'copy', 'manifest.db'));
  run.kill('SIGKILL');
  await run.ended;
  const accepted = simulator.census().acceptedTotal;
  const again = args.map((word) => (word === 'cats' ? 'copy' : word));
  for (const words of [again, ['status', 'copy'], ['resume', 'copy']]) {
    const refused = await rcb(words, { cwd });
    expect(refused.code).toBe(64);
    expect(refused.stderr).toContain('which is missing');
  }
  expect(simulator.census().acceptedTotal).toBe(accepted);
  rmSync(join(cwd, 'copy'), { recursive: true });
});
