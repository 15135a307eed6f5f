import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { rcb, startRcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

const latencyMs = 3_600_000;
let passedMs = 0;
let simulator: Simulator;
beforeAll(async () => {
  const clock = () => Date.now() + passedMs;
  simulator = await startSimulator({ clock, latency: { kind: 'fixed', ms: latencyMs }, slots: 1 });
});
afterAll(() => simulator.close());

postgresTest(
  'requests that another machine has in flight are cancelled, and it goes on with the rest',
  async () => {
    const ledger = await databaseForTest();
    const [here, there, env] = [workFolder(), workFolder(), { RCB_LEDGER: ledger }];
    writeFileSync(join(here, 'cats.csv'), 'prompt,seed\ncat,1\ncat,2\ncat,3\n');
    const base = ['--base-url', simulator.baseUrl];
    const api = [...base, '--no-view', '--yes', '--poll', '0.1'];
    const run = startRcb(['run', 'cats.csv', ...api, '-j', '3', '--json'], { cwd: here, env });
    await run.said(/("state":"queued".*){3}/s);
    const inFlight = async () => {
      const { counts } = JSON.parse((await rcb(['status', 'cats', '--json'], { cwd: there, env })).stdout);
      return counts.queued + counts.running;
    };
    await expect.poll(inFlight).toBe(3);
    const cancelled = await rcb(['cancel', 'cats', ...base, '--json'], { cwd: there, env });
    passedMs = latencyMs;
    const outcomes = cancelled.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).outcome);
    expect([cancelled.code, ...outcomes.toSorted()]).toEqual([
      1,
      'cancelled',
      'cancelled',
      'not_cancellable',
    ]);
    expect(await run.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/1 of 3 jobs done, 2 did not/),
    });
    expect((await run.ended).stderr.match(/[12] × model/g)).toHaveLength(1);
    const { stdout } = await rcb(['status', 'cats', '--json'], { cwd: there, env });
    expect(JSON.parse(stdout)).toMatchObject({ counts: { done: 1, cancelled: 2 }, cost: 0.08 });
  },
);
