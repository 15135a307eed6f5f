import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;
beforeAll(async () => {
  const instances = { maxInstances: 3, queueSize: 1, coldStartMs: 50, keepWarmMs: 60_000 };
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 200 }, ...instances });
  cwd = mkdtempSync(join(tmpdir(), 'rcb-test-'));
});
afterAll(async () => {
  await simulator.close();
  rmSync(cwd, { recursive: true, force: true });
});

const poster = 'deployment:11111111-1111-4111-8111-111111111111';
const env = () => ({
  XDG_DATA_HOME: join(cwd, 'data'),
  XDG_CACHE_HOME: join(cwd, 'cache'),
});
const asked = (...args: readonly string[]): Promise<Ended> =>
  rcb([...args, '--base-url', simulator.baseUrl], { cwd, env: env() });
const jobs = (prompt: string, out: string): string[] => [
  '-m',
  poster,
  `6.text=${prompt}`,
  '--seeds',
  '4',
  '-o',
  out,
];

test('a plan by machine time says that nobody knows the cost, and how many requests the machines take', async () => {
  const { stdout } = await asked('plan', ...jobs('a cat||a dog', 'out/first'), '-j', '64');
  expect(stdout).toContain('8 × $2.50 per machine hour\n');
  expect(stdout).toContain(
    'Price unknown: nobody knows yet how long a job takes; find out with 4 jobs: add --canary 4',
  );
  expect(stdout).toContain('6 at once (not 64): 3 machines take 6 requests');
  expect(stdout).toMatch(/On top, for machines to start and idle: up to \$0\.\d+/);
});

test('a run has estimated costs, labelled everywhere, by which later plans know what jobs cost', async () => {
  const { code, stdout, stderr } = await asked('run', ...jobs('a cat||a dog', 'out/a'), '-y', '--json');
  expect(code).toBe(0);
  expect(stderr).toContain(
    'estimated from machine seconds; starting and idle time of machines is billed on top',
  );
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const { cost, cost_estimated } = events.at(-1);
  expect(cost).toBeGreaterThan(0);
  expect(cost_estimated).toBe(cost);
  const ended = events.filter(({ event, state }) => event === 'job' && state === 'done');
  for (const job of ended) expect(job).toMatchObject({ cost_estimated: true });
  const lines = manifestOf(join(cwd, 'out/a'));
  for (const line of lines) {
    const busyS = (Date.parse(line.finished_at ?? '') - Date.parse(line.started_at ?? '')) / 1_000;
    expect(line).toMatchObject({ state: 'done', cost_estimated: true });
    expect(line.cost).toBeCloseTo((busyS * 2.5) / 3_600, 5);
  }
  const status = await rcb(['status', 'out/a'], { cwd, env: env() });
  expect(status.stdout).toMatch(/about \$0\.0\d+, estimated from machine seconds/);
  const plan = await asked('plan', ...jobs('a bird', 'out/b'), '--json');
  expect(JSON.parse(plan.stdout)).toMatchObject({
    estimate: { source: 'history', jobs_by_machine_time: 4, past_jobs: 8 },
    capacity: { requests: 6, machines: 3, at_once: 6 },
  });
});

test('a canary gives real seconds, and a cap without room for a machine to start submits nothing', async () => {
  const canary = await asked('run', ...jobs('a cow||a hen', 'out/c'), '--canary', '2', '--json');
  expect(canary.code).toBe(75);
  const summary = JSON.parse(canary.stdout.trimEnd().split('\n').at(-1) ?? '');
  expect(summary.canary).toMatchObject({ done: 2, remaining: 6 });
  expect(summary.canary.cost_estimated).toBe(summary.canary.cost);
  const capped = await asked('run', ...jobs('a pig', 'out/d'), '-y', '--max-cost', '0.01');
  expect(capped.code).toBe(75);
  expect(capped.stderr).toContain('is set aside for machines to start and to stay warm');
  expect(manifestOf(join(cwd, 'out/d')).every(({ state }) => state === 'pending')).toBe(true);
});
