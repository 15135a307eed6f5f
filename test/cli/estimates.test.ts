import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { rcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;

beforeEach(async () => {
  // It charges, and its catalogue names no price.
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 20 }, priceUsd: null });
  cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt\na cat\na dog\nan owl\n');
  writeFileSync(
    join(cwd, 'dogs.csv'),
    `prompt\n${Array.from({ length: 30 }, (_, n) => `dog ${n}`).join('\n')}\n`,
  );
});
afterEach(() => simulator.close());

const there = () => ['--base-url', simulator.baseUrl];
const call = (...args: string[]) => rcb(args, { cwd });
const planned = async (...args: string[]) => JSON.parse((await call('plan', ...args, '--json')).stdout);

test('a plan without a price says so, and by history once a folder beside it has been charged', async () => {
  const before = await call('plan', 'dogs.csv', ...there());
  expect(before.stdout).toContain('Price unknown; find out with 4 jobs: add --canary 4');
  expect((await planned('dogs.csv', ...there())).estimate).toMatchObject({
    usd: null,
    source: null,
    past_jobs: 0,
    duration_ms: null,
    prices_looked_up: true,
  });
  expect(await call('run', 'cats.csv', '--no-view', ...there())).toMatchObject({ code: 0 });

  const after = await call('plan', 'dogs.csv', ...there(), '-j', '10');
  expect(after.stdout).toMatch(/30 × about \$0\.08 \(your last 3 jobs\) = \$2\.40\n/);
  expect(after.stdout).toMatch(/\n {2}About \$2\.40 by history · about \S+ at 10 at once · about \d+ kB\n/);
  // What a newcomer sees has not grown.
  expect(after.stdout.split('\n').length).toBe(before.stdout.split('\n').length);
  const json = await planned('dogs.csv', ...there(), '-j', '10');
  expect(json.estimate).toMatchObject({ usd: 2.4, source: 'history', past_jobs: 3, at_once: 10, jobs: 30 });
  expect(json.estimate.bytes).toBeGreaterThan(0);
  expect(json.estimate.free_bytes).toBeGreaterThan(0);
  expect(json.models[0]).toMatchObject({ base_usd: null, estimate: { usd: 2.4, source: 'history' } });
});

test('what a simulator charged does not colour the plan for the real API or for a rehearsal', async () => {
  await call('run', 'cats.csv', '--no-view', ...there());
  const real = await call('plan', 'dogs.csv');
  expect(real.stdout).toContain('\n  Price unknown: no token, so prices were not looked up\n');
  const { estimate } = await planned('dogs.csv');
  expect(estimate).toMatchObject({
    usd: null,
    source: null,
    duration_ms: null,
    bytes: null,
    prices_looked_up: false,
  });
  expect((await planned('dogs.csv', '--rehearse')).estimate).toMatchObject({
    source: 'catalogue',
    duration_ms: null,
    bytes: null,
  });
});

test('status and the summary tell what is left by the same estimate', async () => {
  const stopped = await call('run', 'dogs.csv', '--no-view', ...there(), '--max-cost', '0.2', '--json');
  expect(stopped.code).toBe(75);
  const summary = JSON.parse(stopped.stdout.trimEnd().split('\n').at(-1) ?? '');
  const left = summary.counts.pending;
  const usd = Math.round(left * 8) / 100;
  expect(summary.estimate).toMatchObject({ jobs: left, usd, source: 'history' });
  expect(stopped.stderr).toContain(`${left}, not submitted; about $${usd.toFixed(2)} by history (your last`);
  const status = JSON.parse((await call('status', 'out/dogs', '--json')).stdout);
  expect(status.estimate).toMatchObject({ jobs: left, usd, source: 'history', at_once: left });
  expect((await call('status', 'out/dogs')).stdout).toContain(`to go about $${usd.toFixed(2)} by history`);
  const { estimate, pending } = await planned('dogs.csv', ...there());
  expect({ pending, usd: estimate.usd }).toEqual({ pending: left, usd });
});

test('a plan writes nothing but what it has learned of folders beside it', async () => {
  await call('plan', 'dogs.csv', ...there());
  expect(existsSync(join(cwd, '.local'))).toBe(false);
  expect(existsSync(join(cwd, 'out'))).toBe(false);
});
