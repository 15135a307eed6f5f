import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { manifestOf, rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;

beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  cwd = workFolder();
  const rows = Array.from({ length: 12 }, (_, n) => `a cat ${n},${n % 5 === 0 ? 'random' : n}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
});
afterEach(() => simulator.close());

const call = (...args: string[]) => rcb([...args, '--base-url', simulator.baseUrl, '--no-view'], { cwd });
const run = (...args: string[]) => call('run', 'cats.csv', '--name', '{n}-{slug}', ...args);
async function planned(...args: string[]) {
  const { stdout } = await call('plan', 'cats.csv', '--name', '{n}-{slug}', '--json', ...args);
  return JSON.parse(stdout);
}
test('shards have a folder each, and together they submit the plan once', async () => {
  const plan = await planned('--shard', '2/3', '--max-cost', '5');
  expect(plan).toMatchObject({
    dir: join('out', 'cats-2-of-3'),
    shard: { number: 2, of: 3, whole_jobs: 12 },
  });
  expect(plan.shard.jobs).toBe(plan.jobs);
  const shown = await call('plan', 'cats.csv', '--shard', '2/3', '--max-cost', '5');
  expect(shown.stdout).toContain(`shard 2 of 3: ${plan.jobs} of 12 jobs from cats.csv`);
  expect(shown.stdout).toContain('At most $5.00 for this shard alone: 3 shards may cost $15.00 together');

  const ids: string[] = [];
  for (const n of [1, 2, 3]) {
    expect(await run('--shard', `${n}/3`)).toMatchObject({ code: 0 });
    for (const { job, state, outputs } of manifestOf(join(cwd, `out/cats-${n}-of-3`))) {
      expect(state).toBe('done');
      expect(outputs[0]?.path).toMatch(/^files\/\d\d-a-cat-\d+\./);
      ids.push(job);
    }
  }
  expect(new Set(ids).size).toBe(12);
  expect(ids).toHaveLength(12);
  expect(simulator.census().acceptedTotal).toBe(12);

  // Seeds that are drawn are the same in each: nothing is left for a second round.
  for (const n of [1, 2, 3]) expect(await run('--shard', `${n}/3`)).toMatchObject({ code: 0 });
  expect(simulator.census().acceptedTotal).toBe(12);
});

test('a folder keeps to its shard', async () => {
  expect(await run('--shard', '2/3', '-o', 'out/cats')).toMatchObject({ code: 0 });
  const before = simulator.census().acceptedTotal;
  const other = await run('--shard', '3/3', '-o', 'out/cats');
  expect(other).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('out/cats has shard 2 of 3 of its plan, and --shard 3/3 is asked for'),
  });
  expect(other.stderr).toContain('Give --shard 2/3 to continue');
  const all = await run('-o', 'out/cats');
  expect(all).toMatchObject({ code: 64, stderr: expect.stringContaining('without --shard all of the plan') });
  expect((await call('plan', 'cats.csv', '-o', 'out/cats')).code).toBe(64);
  expect(simulator.census().acceptedTotal).toBe(before);
  expect(await call('resume', 'out/cats')).toMatchObject({ code: 0 });

  expect(await run('-o', 'out/whole')).toMatchObject({ code: 0 });
  const narrower = await run('--shard', '1/3', '-o', 'out/whole');
  expect(narrower).toMatchObject({ code: 64, stderr: expect.stringContaining('--reuse out/whole') });
});

test('a shard without jobs is done at once, and a bad one is refused', async () => {
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\n');
  const codes: (number | null)[] = [];
  const said: string[] = [];
  for (const n of [1, 2, 3]) {
    const { code, stdout, stderr } = await run('--shard', `${n}/3`);
    codes.push(code);
    said.push(stdout + stderr);
    expect(existsSync(join(cwd, 'out', `cats-${n}-of-3`, 'manifest.db'))).toBe(true);
  }
  expect(codes).toEqual([0, 0, 0]);
  expect(said.filter((text) => text.includes("has none of the plan's 1 job"))).toHaveLength(2);
  expect(simulator.census().acceptedTotal).toBe(1);
  expect(await run('--shard', '4/3')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('3 shards means shards 1 to 3'),
  });
});
