import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, manifestOf, rcb, startRcb, workFolder } from '../support/command-line.ts';

const poster = 'deployment:11111111-1111-4111-8111-111111111111';

interface Left {
  /** Lets time pass for the server. */
  pass(ms: number): void;
  states(): readonly string[];
  rcb(...args: readonly string[]): Promise<Ended>;
}

/** A folder whose run was left while one request runs on the only instance, and one waits. */
async function left(cancelMs: number): Promise<Left> {
  const cwd = workFolder();
  let passedMs = 0;
  const simulator = await startSimulator({
    clock: () => Date.now() + passedMs,
    ...{ latency: { kind: 'fixed', ms: 3_600_000 }, coldStartMs: 0, maxInstances: 1, cancelMs },
  });
  onTestFinished(() => simulator.close());
  writeFileSync(join(cwd, 'cats.csv'), '6.text,31.seed\na cat,1\na cat,2\n');
  const args = ['run', 'cats.csv', '-m', poster, '-o', 'out/cats', '--base-url', simulator.baseUrl];
  const run = startRcb([...args, '--json', '-y', '--no-view', '--poll', '0.1'], { cwd });
  await run.said(/("state":"queued".*){2}/s);
  await run.said('"state":"running"');
  run.kill('SIGTERM');
  await run.ended;
  const states = () => manifestOf(join(cwd, 'out/cats')).map(({ state }) => state);
  const pass = (ms: number): void => {
    passedMs += ms;
  };
  return { pass, states, rcb: (...words) => rcb(words, { cwd }) };
}

test('what runs is cancelled as well, is seen to be so at once, and its time is paid', async () => {
  const folder = await left(200);
  const cancelled = await folder.rcb('cancel', 'out/cats', '--json');
  expect(cancelled.code).toBe(0);
  const lines = cancelled.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([{ outcome: 'cancelled' }, { outcome: 'cancelled' }]);
  expect(folder.states()).toEqual(['cancelled', 'cancelled']);
  const status = JSON.parse((await folder.rcb('status', 'out/cats', '--json')).stdout) as { cost: number };
  expect(status.cost).toBeGreaterThan(0);
});

test('what is not ended in time stays as it is, is said so, and is found cancelled later', async () => {
  const folder = await left(600_000);
  const asked = await folder.rcb('cancel', 'out/cats');
  expect(asked.code).toBe(75);
  expect(asked.stdout).toContain('asked to cancel, but the server has not done it yet');
  expect(asked.stdout).toContain('rcb fetch out/cats');
  expect(folder.states().toSorted()).toEqual(['cancelled', 'running']);
  folder.pass(700_000);
  const again = await folder.rcb('fetch', 'out/cats', '--poll', '0.1', '--no-view');
  expect(again.code, again.stderr).toBe(1);
  expect(folder.states()).toEqual(['cancelled', 'cancelled']);
});
