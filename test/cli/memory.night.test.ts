import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Simulator, startSimulator } from '../../src/simulator/simulator.ts';
import { workFolder } from '../support/command-line.ts';
import { doneFolder } from '../support/done-ledger.ts';
import { rcbWithin, writeRows } from '../support/memory-limits.ts';

let simulator: Simulator;
beforeAll(async () => {
  simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 } });
});
afterAll(() => simulator.close());

const jobs = 60_000;

// Loading and running anything takes 16 to 20 MB of it: what is left is less than 200 bytes a job.
test('tens of thousands of rows are planned, adopted, listed and exported in the memory that a few take', async () => {
  const cwd = workFolder();
  await writeRows(join(cwd, 'rows.csv'), jobs);
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
