import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { startSimulator } from '../../../src/simulator/simulator.ts';
import { rcb, startRcb, workFolder } from '../../support/command-line.ts';
import { databaseForTest, postgresTest } from '../../support/postgres.ts';

postgresTest(
  'a machine at work ends well when another one has taken rows out of the plan meanwhile',
  async () => {
    const latencyMs = 3_600_000;
    let [isHeld, passedMs] = [true, 0];
    const clock = () => {
      if (!isHeld) passedMs += latencyMs;
      return Date.now() + passedMs;
    };
    const simulator = await startSimulator({ clock, latency: { kind: 'fixed', ms: latencyMs } });
    onTestFinished(() => simulator.close());
    const [here, there, env] = [workFolder(), workFolder(), { RCB_LEDGER: await databaseForTest() }];
    writeFileSync(join(here, 'cats.txt'), 'cat 1\ncat 2\ncat 3\ncat 4\n');
    writeFileSync(join(there, 'cats.txt'), 'cat 1\ncat 2\ncat 5\n');
    const run = [
      'run',
      'cats.txt',
      '--base-url',
      simulator.baseUrl,
      '--no-view',
      '--yes',
      '-j',
      '1',
      '--json',
    ];
    const first = startRcb(run, { cwd: here, env });
    await first.said('"state":"queued"');
    const second = startRcb(run, { cwd: there, env });
    const planned = async () =>
      JSON.parse((await rcb(['status', 'cats', '--json'], { cwd: workFolder(), env })).stdout).jobs;
    await expect.poll(planned).toBe(3);
    isHeld = false;
    for (const { ended } of [first, second]) {
      const { code, stdout } = await ended;
      const summary = JSON.parse(stdout.trimEnd().split('\n').at(-1) as string);
      expect(summary).toMatchObject({ event: 'summary', outcome: 'done', counts: { done: 3, pending: 0 } });
      expect(code).toBe(0);
    }
    expect(simulator.census().acceptedTotal).toBe(3);
  },
);
