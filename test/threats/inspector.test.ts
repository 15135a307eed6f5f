import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { startRcb, workFolder } from '../support/command-line.ts';

test.skipIf(process.platform === 'win32')('SIGUSR1 opens no inspector, and the run goes on', async () => {
  const simulator = await startSimulator({ slots: 1, latency: { kind: 'fixed', ms: 200 } });
  const cwd = workFolder();
  writeFileSync(join(cwd, 'cats.csv'), 'prompt,seed\na cat,1\na cat,2\na cat,3\na cat,4\n');
  const args = ['run', 'cats.csv', '--json', '--base-url', simulator.baseUrl, '--poll', '0.1', '--no-view'];
  const run = startRcb(args, { cwd, env: { RUNCOMFY_API_TOKEN: 'a-token-of-nobody' } });
  await run.said('"state":"queued"');
  run.kill('SIGUSR1');
  const { code, signal, stderr } = await run.ended;
  expect([code, signal]).toEqual([0, null]);
  // Node says it in either way: that it listens, or that the port is taken.
  expect(stderr).not.toMatch(/debugger|inspector/i);
  await simulator.close();
});
