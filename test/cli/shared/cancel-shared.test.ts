import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Simulator, startSimulator } from '../../../src/simulator/simulator.ts';
import { rcb, startRcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 3_000 }, slots: 1 });
});
afterAll(() => simulator.close());

postgresTest(
  'requests that another machine has in flight are cancelled, and it goes on with the rest',
  async () => {
    const ledger = await databaseForTest();
    const [here, there, env] = [workFolder(), workFolder(), { RCB_LEDGER: ledger }];
    writeFileSync(join(here, 'cats.csv'), 'prompt,seed\ncat,1\ncat,2\ncat,3\n');
    const api = ['--base-url', simulator.baseUrl, '--no-view', '--yes'];
    const run = startRcb(['run', 'cats.csv', ...api, '-j', '3', '--json'], { cwd: here, env });
    await expect.poll(() => simulator.census().acceptedTotal).toBe(3);
    await run.said('"state":"queued"');
    const cancelled = await rcb(['cancel', 'cats', ...api.slice(0, 2), '--json'], { cwd: there, env });
    const outcomes = cancelled.stdout
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line).outcome);
    expect([cancelled.code, ...outcomes]).toEqual([1, 'not_cancellable', 'cancelled', 'cancelled']);
    expect(await run.ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/1 of 3 jobs done, 2 did not/),
    });
    expect((await run.ended).stderr.match(/[12] × model/g)).toHaveLength(1);
    const { stdout } = await rcb(['status', 'cats', '--json'], { cwd: there, env });
    expect(JSON.parse(stdout)).toMatchObject({ counts: { done: 1, cancelled: 2 }, cost: 0.08 });
  },
);
