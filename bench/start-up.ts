import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '../src/app/real-clock.ts';
import { startSimulator } from '../src/simulator/simulator.ts';
import { openLedger } from '../src/store/ledger/ledger.ts';
import { openStage } from '../src/store/stage/stage.ts';
import { makeFiles, markDone } from '../test/support/done-ledger.ts';
import { toFirstSubmission } from './first-submission.ts';
import { reapedCpuMs } from './measured-process.ts';
import { main } from './measured-rcb.ts';
import { median, type Row, rounded, type Suite } from './suite.ts';
import { jobsFor } from './workload.ts';

const rounds = 31;
const jobs = 100;
const longRows = 1_000;

interface Taken {
  readonly ms: number;
  readonly cpuMs: number;
}

/** One of those that take turns. */
type Command = () => Taken | Promise<Taken>;

async function smallFolder(dir: string): Promise<void> {
  const ledger = openLedger(dir);
  const stage = openStage(dir);
  for (const job of jobsFor(jobs)) stage.add(job);
  stage.adopt(ledger, { fingerprint: '', settings: {}, plannedAt: realClock.now() });
  stage.discard();
  await ledger.close();
  markDone(dir);
  makeFiles(dir);
}

function table(rows: number): string {
  const lines = Array.from({ length: rows }, (_, row) => `"a lighthouse in a storm, number ${row}",${row}\n`);
  return `prompt,seed\n${lines.join('')}`;
}

/** From the start of a process to its end. */
function whole(args: readonly string[], cwd: string): Taken {
  const [cpu, startedAt] = [reapedCpuMs(), performance.now()];
  const { status } = spawnSync(process.execPath, args, { cwd, env: envIn(cwd), stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}.`);
  return { ms: performance.now() - startedAt, cpuMs: reapedCpuMs() - cpu };
}

/** A run with all that it does unless told otherwise. */
function longRun(base: string, cwd: string): Promise<Taken> {
  const dir = mkdtempSync(join(cwd, 'run-'));
  const env = { ...envIn(cwd), RUNCOMFY_MODEL_API_BASE: base };
  return toFirstSubmission([join(cwd, 'long.csv')], { cwd: dir, env });
}

/** Without a token, so that a plan calls nobody. The home is the bench's own, where Node keeps what it compiles. */
function envIn(cwd: string): Readonly<Record<string, string | undefined>> {
  return { PATH: process.env.PATH, HOME: cwd };
}

/** In turn, so that what else the machine does meets all of them alike. */
async function inTurn(commands: Readonly<Record<string, Command>>): Promise<Row[]> {
  const sides = Object.entries(commands).map(([what, command]) => ({ what, command, taken: [] as Taken[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const { command, taken } of sides) taken.push(await command());
  }
  const figures = sides.map(({ what, taken }) => ({
    what,
    ms: median(taken.map(({ ms }) => ms)),
    // In steps of 10 ms, so that only their mean tells something.
    cpuMs: taken.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / taken.length,
  }));
  const [bare] = figures as [(typeof figures)[number]];
  return figures.map(({ what, ms, cpuMs }) => ({
    what,
    median_ms: rounded(ms, 1),
    by_bare_node: rounded(ms / bare.ms, 2),
    cpu_ms: rounded(cpuMs, 1),
    cpu_by_bare_node: rounded(cpuMs / bare.cpuMs, 2),
  }));
}

export const startUp: Suite = {
  name: 'start-up',
  title: `from the start of a process to its end, in turn with bare Node (${rounds} rounds)`,
  async run() {
    const cwd = mkdtempSync(join(tmpdir(), 'rcb-start-up-'));
    const simulator = await startSimulator({ latency: { kind: 'fixed', ms: 0 }, outputBytes: 2_048 });
    try {
      const dir = join(cwd, 'out');
      await smallFolder(dir);
      writeFileSync(join(cwd, 'short.csv'), table(jobs));
      writeFileSync(join(cwd, 'long.csv'), table(longRows));
      const rehearsal = ['run', 'prompt=x', '--rehearse', '--poll', '0.1', '-o', 'rehearsed'];
      const commands = {
        'node -e 0': () => whole(['-e', '0'], cwd),
        'rcb --version': () => whole([main, '--version'], cwd),
        'rcb --help': () => whole([main, '--help'], cwd),
        'rcb run --help': () => whole([main, 'run', '--help'], cwd),
        [`rcb status of ${jobs} jobs`]: () => whole([main, 'status', dir], cwd),
        [`rcb plan of ${jobs} rows`]: () => whole([main, 'plan', 'short.csv'], cwd),
        'the same with a flag': () => whole([main, 'plan', 'short.csv', '-o', 'out/other'], cwd),
        [`rcb run of ${longRows} rows, to the first submission`]: () => longRun(simulator.baseUrl, cwd),
      };
      // What Node keeps of the program is written as a process ends by itself.
      whole([main, ...rehearsal], cwd);
      for (const command of Object.values(commands)) await command();
      return await inTurn(commands);
    } finally {
      await simulator.close();
      rmSync(cwd, { recursive: true, force: true, maxRetries: 5 });
    }
  },
};
