import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { startRcb, workFolder } from '../support/command-line.ts';

let simulator: Simulator;
let cwd: string;

beforeEach(async () => {
  simulator = await startSimulator({ slots: 8, latency: { kind: 'fixed', ms: 20 } });
  cwd = workFolder();
  const rows = Array.from({ length: 4_000 }, (_, seed) => `a cat,${seed}`);
  writeFileSync(join(cwd, 'cats.csv'), `prompt,seed\n${rows.join('\n')}\n`);
});
afterEach(() => simulator.close());

test('status measures a run by the time since it began, and a run that has ended not at all', async () => {
  const args = ['run', 'cats.csv', '--json', '--base-url', simulator.baseUrl, '--no-view', '-j', '8'];
  const run = startRcb([...args, '--poll', '0.05'], { cwd });
  await run.said('"state":"done"');
  const status = async () =>
    JSON.parse((await startRcb(['status', 'out/cats', '--json'], { cwd }).ended).stdout);
  let seen = await status();
  while (seen.counts.done < 10) seen = await status();
  run.kill('SIGTERM');
  await run.ended;
  // Ten jobs in ten minutes would be one a minute.
  expect(seen.per_minute).toBeGreaterThan(4);
  const left = seen.jobs - seen.counts.done;
  expect(seen.eta_ms).toBeCloseTo((left * 60_000) / seen.per_minute, -1);

  expect(await status()).toMatchObject({ pid: null, per_minute: null, eta_ms: null });
});
