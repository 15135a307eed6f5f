import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { maxPageJobs } from '../src/view/page-file.ts';
import { makeFiles, makeOneColour, makePairs, markDone } from '../test/support/done-ledger.ts';
import { measuredRcb } from './measured-rcb.ts';
import { median, type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';

const sizes = [1_000, 10_000, 100_000, 1_000_000];
const rounds = 3;
const file = 'rows.csv';
// A run that its time limit ends has not finished.
const unfinished = 75;

async function writeRows(path: string, count: number): Promise<void> {
  const stream = createWriteStream(path);
  stream.write('prompt,seed,style,Category\n');
  for (let row = 0; row < count; row += 1) {
    const text = `"a lighthouse in a storm, number ${row}, morning light",${row},anime,c${row % 12}\n`;
    if (!stream.write(text)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

/** Of several runs of a command that changes nothing, in seconds. */
async function medianSeconds(args: readonly string[], cwd: string): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) seconds.push((await measuredRcb(args, cwd)).ms / 1_000);
  return rounded(median(seconds), 2);
}

/** How long the page takes of results that all are one colour, with nothing made before, in seconds. */
async function pageOfOneColour(cwd: string): Promise<number> {
  makeOneColour(join(cwd, 'out'));
  return rounded((await measuredRcb(['view', 'out'], cwd)).ms / 1_000, 2);
}

/**
 * The first seconds of a run of so many rows, planned and adopted, with its manifests and its page at the end; then,
 * with all of them done, the page, a rerun that has nothing to do, and a look into the folder, also where each result
 * came twice; and the page where all results are of one colour.
 */
async function measured(jobs: number, base: string): Promise<Row> {
  const cwd = mkdtempSync(join(tmpdir(), 'rcb-scale-'));
  const run = ['run', file, '-o', 'out', '--base-url', base];
  try {
    await writeRows(join(cwd, file), jobs);
    const first = await measuredRcb([...run, '--max-duration', '5s'], cwd, [0, unfinished]);
    markDone(join(cwd, 'out'));
    // Before there are files: pictures without content would all be examined.
    const page = await measuredRcb(['view', 'out'], cwd);
    makeFiles(join(cwd, 'out'));
    const row = {
      jobs,
      run_peak_mb: Math.round(first.peakMb),
      page_peak_mb: Math.round(Math.max(first.childPeakMb, page.peakMb)),
      rerun_s: await medianSeconds(run, cwd),
      status_s: await medianSeconds(['status', 'out'], cwd),
    };
    makePairs(join(cwd, 'out'));
    const twice = await medianSeconds(['status', 'out'], cwd);
    const oneColour = jobs > maxPageJobs ? null : await pageOfOneColour(cwd);
    return { ...row, status_twice_s: twice, view_one_colour_s: oneColour };
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

export const scale: Suite = {
  name: 'scale',
  title: 'peak memory of a run and of its page maker by rows; a rerun and status by done jobs (median of 3)',
  run: () =>
    withSimulator({ slots: 100_000, latency: { kind: 'fixed', ms: 0 }, outputBytes: 2_048 }, async (base) => {
      const rows: Row[] = [];
      for (const jobs of sizes) rows.push(await measured(jobs, base));
      return rows;
    }),
};
