import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { type Ended, startRcb, workFolder } from '../support/command-line.ts';
import { doneFolder } from '../support/done-ledger.ts';

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

// Loading and running anything takes 16 to 20 MB of it: what is left is less than 200 bytes a job.
test('tens of thousands of rows are planned, adopted, listed and exported in the memory that a few take', async () => {
  const cwd = workFolder();
  await writeRows(join(cwd, 'rows.csv'));
  const args = ['run', 'rows.csv', '-o', 'out', '--base-url', simulator.baseUrl, '--no-view'];
  const run = await rcbWithin(28, [...args, '--max-duration', '1ms'], cwd);
  expect(run).toMatchObject({ code: 75, signal: null });
  expect(run.stderr).toContain('60,000');

  for (const file of ['x.csv', 'x.jsonl']) {
    const exported = await rcbWithin(28, ['export', 'out', '-o', file], cwd);
    expect(exported).toMatchObject({ code: 0, stderr: `Wrote 60,000 jobs to ${file}.\n` });
  }
  const listed = await rcbWithin(28, ['ls', 'out'], cwd);
  expect(listed.code).toBe(0);
  expect(listed.stdout.trimEnd().split('\n')).toHaveLength(jobs);
});

test('the page holds no more of its jobs in memory than what they share', async () => {
  const cwd = workFolder();
  await doneFolder(join(cwd, 'out'), jobs);
  const view = await rcbWithin(40, ['view', 'out', '--json'], cwd);
  expect(view).toMatchObject({ code: 0, signal: null });
  expect(JSON.parse(view.stdout)).toMatchObject({ jobs, jobs_in_page: jobs });
});
