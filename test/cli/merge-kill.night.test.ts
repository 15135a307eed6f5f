import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;

beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  cwd = workFolder();
  const lines = Array.from({ length: 450 }, (_, n) => `a cat ${n},${n}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${lines.join('\n')}\n`);
});
afterEach(() => simulator.close());

const run = (...args: string[]) =>
  rcb(['run', 'cats.csv', '-y', '-j', '32', '--no-view', '--base-url', simulator.baseUrl, ...args], { cwd });
const shards = ['out/cats-1-of-2', 'out/cats-2-of-2'];
const hash = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');

test('a merge that is killed is no folder to run in, and the same command finishes it', async () => {
  for (const n of [1, 2]) expect(await run('--shard', `${n}/2`)).toMatchObject({ code: 0 });
  const paid = simulator.census().acceptedTotal;
  let cuts = 0;
  for (let round = 0; round < 12 && cuts < 4; round += 1) {
    const merging = startRcb(['merge', ...shards, '-o', 'out/cats', '--no-view'], { cwd });
    const files = join(cwd, 'out', 'cats', 'files');
    const before = existsSync(files) ? readdirSync(files).length : 0;
    // Some more files, or its end.
    let isOver = false;
    void merging.ended.then(() => {
      isOver = true;
    });
    while (!isOver && (existsSync(files) ? readdirSync(files).length : 0) < Math.min(before + 60, 440)) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    merging.kill('SIGKILL');
    const { code } = await merging.ended;
    if (code === 0) break;
    cuts += 1;
    const tried = await run('-o', 'out/cats');
    expect(tried).toMatchObject({ code: 64, stderr: expect.stringContaining('a merge into it was cut off') });
    expect(await rcb(['merge', 'out/cats-1-of-2', '-o', 'out/cats'], { cwd })).toMatchObject({ code: 64 });
  }
  expect(cuts).toBeGreaterThan(0);
  expect(await rcb(['merge', ...shards, '-o', 'out/cats', '--no-view'], { cwd })).toMatchObject({ code: 0 });
  expect(manifestOf(join(cwd, 'out', 'cats'))).toHaveLength(450);
  for (const { outputs } of manifestOf(join(cwd, 'out', 'cats'))) {
    for (const { path, sha256 } of outputs) expect(hash(join(cwd, 'out', 'cats', path))).toBe(sha256);
  }
  expect(await run('-o', 'out/cats')).toMatchObject({ code: 0 });
  expect(simulator.census().acceptedTotal).toBe(paid);
});
