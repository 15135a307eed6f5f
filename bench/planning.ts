import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulator } from '../src/simulator/simulator.ts';
import { makeFiles, markDone } from '../test/support/done-ledger.ts';
import { toFirstSubmission } from './first-submission.ts';
import { measuredProcess, type Taken } from './measured-process.ts';
import { main, measuredRcb } from './measured-rcb.ts';
import { median, type Row, rounded, type Suite } from './suite.ts';

const few = 100_000;
const many = 1_000_000;
const rounds = 5;
// A run that its time limit ends has not finished.
const unfinished = 75;

/** Typical rows: a text in quotes, three more inputs, and a column that is not sent. Of an edited table each 100th differs. */
async function writeRows(path: string, count: number, isEdited = false): Promise<void> {
  const styles = ['auto', 'realistic', 'anime', 'design'];
  const ratios = ['1:1', '16:9', '9:16', '4:3', '3:2'];
  const stream = createWriteStream(path);
  stream.write('prompt,style,aspect_ratio,seed,Category\n');
  for (let row = 0; row < count; row += 1) {
    const edit = isEdited && row % 100 === 0 ? ' at dusk' : '';
    const prompt = `"a lighthouse in a storm, number ${row}, morning light${edit}"`;
    const line = `${prompt},${styles[row % 4]},${ratios[row % 5]},${row},c${row % 12}\n`;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

const reading = 'import csv, sys\nfor row in csv.DictReader(open(sys.argv[1], newline="")): pass';

function hasPython(): boolean {
  return spawnSync('python3', ['-c', 'import csv'], { stdio: 'ignore' }).status === 0;
}

/** Python reading the same rows into dictionaries, and nothing else. */
function python(file: string, cwd: string): Promise<Taken> {
  return measuredProcess({ program: 'python3', args: ['-c', reading, file], cwd, env: process.env });
}

/** Without a token, so that it calls nobody. */
function plan(file: string, cwd: string): Promise<Taken> {
  const env = { PATH: process.env.PATH, HOME: cwd };
  return measuredProcess({ program: process.execPath, args: [main, 'plan', file], cwd, env });
}

function shown(what: string, taken: readonly Pick<Taken, 'ms' | 'cpuMs'>[]): Row {
  return {
    what,
    s: rounded(median(taken.map(({ ms }) => ms)) / 1_000, 2),
    cpu_s: rounded(median(taken.map(({ cpuMs }) => cpuMs)) / 1_000, 2),
  };
}

function withPeak(what: string, taken: readonly Taken[]): Row {
  return { ...shown(what, taken), peak_mb: Math.round(Math.max(...taken.map(({ peakMb }) => peakMb))) };
}

/** `rcb plan` in turn with Python, where that is there. */
async function inTurn(file: string, rows: number, times: number, cwd: string): Promise<Row[]> {
  const [plans, reads]: [Taken[], Taken[]] = [[], []];
  for (let round = 0; round < times; round += 1) {
    if (hasPython()) reads.push(await python(file, cwd));
    plans.push(await plan(file, cwd));
  }
  const count = rows.toLocaleString('en-US');
  const planned = withPeak(`rcb plan of ${count} rows`, plans);
  if (reads.length === 0) return [planned];
  const cpuMs = (taken: readonly Taken[]): number => median(taken.map((each) => each.cpuMs));
  const times_python = rounded(cpuMs(plans) / cpuMs(reads), 1);
  return [withPeak(`python3, csv.DictReader over ${count} rows`, reads), { ...planned, times_python }];
}

/** An edited table on a folder in which all jobs of the former one are done: its plan, and a run of it up to the first submission. */
async function edited(cwd: string): Promise<Row[]> {
  const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, outputBytes: 2_048 });
  try {
    const base = ['--base-url', simulator.baseUrl];
    const env = { PATH: process.env.PATH, HOME: cwd, RUNCOMFY_API_TOKEN: 'bench' };
    const first = await toFirstSubmission(['rows.csv', '-o', 'first', '-y', ...base], { cwd, env });
    const run = ['run', 'rows.csv', '-o', 'out', '-y', '--no-view', '--max-duration', '1s', ...base];
    await measuredRcb(run, cwd, [0, unfinished]);
    markDone(join(cwd, 'out'));
    makeFiles(join(cwd, 'out'));
    const plans: Taken[] = [];
    for (let round = 0; round < rounds; round += 1)
      plans.push(await measuredRcb(['plan', 'edited.csv', '-o', 'out', ...base], cwd));
    const again = await toFirstSubmission(['edited.csv', '-o', 'out', '-y', ...base], { cwd, env });
    return [
      shown('rcb run of a new folder, to the first submission', [first]),
      withPeak('rcb plan of an edited table', plans),
      shown('rcb run of an edited table, to the first submission', [again]),
    ];
  } finally {
    await simulator.close();
  }
}

export const planning: Suite = {
  name: 'planning',
  title: `a table of ${few.toLocaleString('en-US')} rows, and of ten times as many, in turn with Python (median of ${rounds})`,
  async run() {
    const cwd = mkdtempSync(join(tmpdir(), 'rcb-planning-'));
    try {
      await writeRows(join(cwd, 'rows.csv'), few);
      await writeRows(join(cwd, 'edited.csv'), few, true);
      await writeRows(join(cwd, 'many.csv'), many);
      return [
        ...(await inTurn('rows.csv', few, rounds, cwd)),
        ...(await inTurn('many.csv', many, 1, cwd)),
        ...(await edited(cwd)),
      ];
    } finally {
      rmSync(cwd, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};
