import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '../src/app/real-clock.ts';
import { openLedger } from '../src/store/ledger/ledger.ts';
import { openStage } from '../src/store/stage/stage.ts';
import { makeFiles, markDone } from '../test/support/done-ledger.ts';
import { main } from './measured-rcb.ts';
import { median, type Row, rounded, type Suite } from './suite.ts';
import { jobsFor } from './workload.ts';

const rounds = 31;
const jobs = 100;

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

function timed(args: readonly string[]): number {
  const startedAt = performance.now();
  const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' });
  if (status !== 0) throw new Error(`node ${args.join(' ')} ended with ${status}.`);
  return performance.now() - startedAt;
}

/** In turn, so that what else the machine does meets all of them alike. */
function inTurn(commands: Readonly<Record<string, readonly string[]>>): Row[] {
  const took = Object.entries(commands).map(([what, args]) => ({ what, args, ms: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) for (const { args, ms } of took) ms.push(timed(args));
  const [bare] = took.map(({ ms }) => median(ms)) as [number];
  return took.map(({ what, ms }) => ({
    what,
    median_ms: rounded(median(ms), 1),
    by_bare_node: rounded(median(ms) / bare, 2),
  }));
}

export const startUp: Suite = {
  name: 'start-up',
  title: `from the start of a process to its end, in turn with bare Node (median of ${rounds})`,
  async run() {
    const cwd = mkdtempSync(join(tmpdir(), 'rcb-start-up-'));
    try {
      const dir = join(cwd, 'out');
      await smallFolder(dir);
      return inTurn({
        'node -e 0': ['-e', '0'],
        'rcb --version': [main, '--version'],
        'rcb --help': [main, '--help'],
        [`rcb status of ${jobs} jobs`]: [main, 'status', dir],
      });
    } finally {
      rmSync(cwd, { recursive: true });
    }
  },
};
