import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { rcb, startRcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

postgresTest('a machine that only looks on sees who works on the run, and waits for them', async () => {
  const latencyMs = 3_600_000;
  let passedMs = 0;
  const clock = () => Date.now() + passedMs;
  const simulator = await startSimulator({ clock, latency: { kind: 'fixed', ms: latencyMs } });
  onTestFinished(() => simulator.close());
  const [here, there, env] = [workFolder(), workFolder(), { RCB_LEDGER: await databaseForTest() }];
  const looking = { cwd: there, env };
  writeFileSync(join(here, 'cats.csv'), 'prompt,seed\ncat,1\ncat,2\ncat,3\n');
  const api = ['--base-url', simulator.baseUrl, '--no-view', '--yes', '--poll', '0.1'];
  const run = startRcb(['run', 'cats.csv', ...api, '-j', '3', '--json'], { cwd: here, env });
  await run.said(/("state":"queued".*){3}/s);

  const [, runner = ''] = /^ {4}(\S+) {2}3 jobs/m.exec((await rcb(['status', 'cats'], looking)).stdout) ?? [];
  expect(runner).not.toBe('');
  const { stdout: text } = await rcb(['status', 'cats'], looking);
  expect(text).toContain(`out/cats  running on ${runner}\n`);
  expect(text).toMatch(/· –\/min · ETA –\n/);
  expect(text).toContain('  Join with:\n    rcb work cats\n');
  const early = await rcb(['wait', 'cats', '--timeout', '0.1s', '--json'], looking);
  expect(early.code).toBe(75);
  expect(JSON.parse(early.stdout)).toMatchObject({ outcome: 'running', next: ['rcb wait out/cats'] });

  const watching = startRcb(['status', 'cats', '--watch', '--json'], looking);
  await watching.said('"done":0');
  const waiting = startRcb(['wait', 'cats', '--json'], { cwd: workFolder(), env });
  passedMs = latencyMs;
  expect(await run.ended).toMatchObject({ code: 0 });
  const { stdout: waited, code } = await waiting.ended;
  expect(code).toBe(0);
  expect(JSON.parse(waited)).toMatchObject({ outcome: 'done', counts: { done: 3 } });
  const { stdout: watched } = await watching.ended;
  const looks = watched.trimEnd().split('\n');
  expect(JSON.parse(looks.at(-1) as string)).toMatchObject({ counts: { done: 3 } });
  expect((await rcb(['status', 'cats'], looking)).stdout).toContain('out/cats  idle\n');
});
