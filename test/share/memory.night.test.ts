import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, expect } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, startRcb, workFolder } from '../support/command-line.ts';
import { databaseForTest, postgresTest } from '../support/postgres.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());

const jobs = 60_000;

/** Runs the program where its old generation may not grow beyond so much: what it holds for longer than a moment. */
function rcbWithin(heapMb: number, args: readonly string[], cwd: string): Promise<Ended> {
  return startRcb(args, { cwd, env: { NODE_OPTIONS: `--max-old-space-size=${heapMb}` } }).ended;
}

async function writeRows(path: string): Promise<void> {
  const file = createWriteStream(path);
  file.write('prompt,seed,Category\n');
  for (let row = 0; row < jobs; row += 1) {
    file.write(`"a lighthouse in a storm, number ${row}, morning light",${row},c${row % 12}\n`);
  }
  file.end();
  await finished(file);
}

// A million rows take no more: see the bench `shared`.
postgresTest(
  'tens of thousands of rows are planned into the ledger, and pulled, in the memory that a few take',
  async () => {
    const ledger = await databaseForTest();
    const [one, other] = [workFolder(), workFolder()];
    await writeRows(join(one, 'rows.csv'));
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
