import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { workFolder } from '../support/command-line.ts';
import { rcbWithin, writeRows } from '../support/memory-limits.ts';
import { databaseForTest, postgresTest } from '../support/postgres.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());

const jobs = 60_000;

// A million rows take no more: see the bench `shared`.
postgresTest(
  'tens of thousands of rows are planned into the ledger, and pulled, in the memory that a few take',
  async () => {
    const ledger = await databaseForTest();
    const [one, other] = [workFolder(), workFolder()];
    await writeRows(join(one, 'rows.csv'), jobs);
    const args = ['run', 'rows.csv', '--ledger', ledger, '--base-url', simulator.baseUrl, '--no-view', '-y'];
    const run = await rcbWithin(36, [...args, '--max-duration', '1ms'], one);
    expect(run).toMatchObject({ code: 75, signal: null });
    expect(run.stderr).toContain('60,000');
    const pulled = await rcbWithin(32, ['pull', 'rows', '--ledger', ledger, '--json'], other);
    expect(pulled).toMatchObject({ code: 0, signal: null });
    expect(JSON.parse(pulled.stdout)).toMatchObject({ jobs });
  },
  600_000,
);
