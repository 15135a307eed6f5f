import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
let there: string[];

beforeEach(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
  cwd = workFolder();
  there = ['cats.csv', '--base-url', simulator.baseUrl];
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\na dog\nan owl\n');
});
afterEach(() => simulator.close());

const run = (...args: string[]) => rcb(['run', ...there, '--no-view', ...args], { cwd });
async function planned(...args: string[]) {
  const { stdout } = await rcb(['plan', ...there, '--json', ...args], { cwd });
  return JSON.parse(stdout);
}

test('run --expect submits the plan that was looked at, and no other', async () => {
  const { plan_id: id } = await planned();
  expect((await planned('--max-cost', '5')).plan_id).toBe(id);
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\na dog\nan elk\n');
  const other = await run('--expect', id);
  expect(other).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('as many jobs as before, but others'),
  });
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\na dog\n');
  const fewer = await run('--expect', id);
  expect(fewer.stderr).toContain('it was to submit 3 jobs, and now submits 2 jobs');
  expect(simulator.census().acceptedTotal).toBe(0);
  expect(existsSync(join(cwd, 'out'))).toBe(false);

  // The order of rows is no part of it.
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\nan owl\na dog\na cat\n');
  expect(await run('--expect', id)).toMatchObject({ code: 0 });
  expect(simulator.census().acceptedTotal).toBe(3);
  const again = await run('--expect', id);
  expect(again.code).toBe(64);
  expect(again.stderr).toContain('now submits 0 jobs (3 jobs are done)');
});

test('a rehearsal is another plan than the real thing, and what is no id is refused', async () => {
  const { plan_id: id } = await planned('--rehearse');
  const real = await run('--expect', id);
  expect(real).toMatchObject({ code: 64, stderr: expect.stringContaining('it goes to another API') });
  expect(await run('--expect', 'latest')).toMatchObject({
    code: 64,
    stderr: expect.stringContaining('--expect "latest" is not a plan id'),
  });
  expect(existsSync(join(cwd, 'out'))).toBe(false);
});

test('a plan that the folder holds already tells its rows and samples, and resume expects it too', async () => {
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\na dog\nan owl\na cat\n');
  const first = await planned();
  expect(await run('--max-cost', '0.1')).toMatchObject({ code: 75 });
  const kept = await planned();
  expect(first).toMatchObject({ rows: 4, jobs: 3 });
  expect(kept).toMatchObject({ rows: 4, jobs: 3, done: 1, pending: 2 });
  expect(kept.samples.map(({ body }: { body: object }) => body)).toEqual([
    { prompt: 'a dog' },
    { prompt: 'an owl' },
  ]);
  const resume = (id: string) =>
    rcb(['resume', 'out/cats', '--no-view', '--base-url', simulator.baseUrl, '--expect', id], { cwd });
  expect(await resume(first.plan_id)).toMatchObject({ code: 64 });
  expect(await resume(kept.plan_id)).toMatchObject({ code: 0 });
  expect(simulator.census().acceptedTotal).toBe(3);
});
