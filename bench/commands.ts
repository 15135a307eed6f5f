import { globSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, measuredProcess, type Taken } from './measured-process.ts';
import { main } from './measured-rcb.ts';
import { bareLoop, type Peer, peersHere } from './peers.ts';
import { median, type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';

const rounds = 5;
const atOnce = 64;
const fewJobs = 100;
const loads = [
  { jobs: 1_000, outputBytes: 65_536, prompts: 1_000 },
  { jobs: 10_000, outputBytes: 2_048, prompts: 1_000 },
  { jobs: 1_000, outputBytes: 1_500_000, prompts: 1_000 },
] as const;
type Load = (typeof loads)[number];

/** One of those that take turns. */
interface Side {
  readonly name: string;
  readonly jobs: number;
  readonly command: (dir: string) => Pick<Command, 'program' | 'args'>;
}

interface Round extends Taken {
  /** From the start to the last file that is there in the end. */
  readonly lastFileMs: number;
}

const inputs = { csv: 'jobs.csv', lines: 'jobs.jsonl', fewLines: 'few.jsonl' } as const;

function writeInputs(cwd: string, { jobs, prompts }: Load): void {
  const all = Array.from({ length: jobs }, (_, row) => ({
    prompt: `a lighthouse in a storm, number ${row % prompts}, morning light`,
    seed: row,
  }));
  const lines = all.map((input) => `${JSON.stringify(input)}\n`);
  const cells = all.map(({ prompt, seed }) => `"${prompt}",${seed}\n`);
  writeFileSync(join(cwd, inputs.csv), `prompt,seed\n${cells.join('')}`);
  writeFileSync(join(cwd, inputs.lines), lines.join(''));
  writeFileSync(join(cwd, inputs.fewLines), lines.slice(0, fewJobs).join(''));
}

/** The simulator answers at once, so the limits that spare a real API stand aside. */
function rcb(name: string, base: string, { jobs }: Load, flags: readonly string[]): Side {
  const limits = ['-j', String(atOnce), '--submits', String(atOnce), '--poll-rps', '100000'];
  return {
    name,
    jobs,
    command: (dir) => ({
      program: process.execPath,
      args: [main, 'run', inputs.csv, '-o', dir, '--base-url', base, '--yes', ...limits, ...flags],
    }),
  };
}

function peerSide({ name, program, args, more, isSlow }: Peer, base: string, { jobs }: Load): Side {
  return {
    name,
    jobs: isSlow ? fewJobs : jobs,
    command: (dir) => ({
      program,
      args: [...args, base, isSlow ? inputs.fewLines : inputs.lines, dir, String(atOnce), ...more],
    }),
  };
}

/** A cold start finds no caches: neither the system's, where we may drop them, nor those in the user's folder. */
async function measured(side: Side, cwd: string, home: string): Promise<Round> {
  const dir = mkdtempSync(join(cwd, 'out-'));
  const env = { PATH: process.env.PATH, HOME: home, RUNCOMFY_API_TOKEN: 'bench-token' };
  const startedAt = Date.now();
  const taken = await measuredProcess({ ...side.command(dir), cwd, env });
  const files = globSync('**/*.png', { cwd: dir, exclude: (name) => name.startsWith('.') });
  if (files.length < side.jobs) throw new Error(`${side.name} made ${files.length} files.`);
  const last = files.reduce((latest, file) => Math.max(latest, statSync(join(dir, file)).mtimeMs), 0);
  // Emptied, not removed: ext4 makes files many times more slowly for minutes after others were removed.
  for (const file of files) truncateSync(join(dir, file));
  return { ...taken, lastFileMs: last - startedAt };
}

function dropCaches(): void {
  try {
    writeFileSync('/proc/sys/vm/drop_caches', '3');
  } catch {
    // Only the superuser may, and only on Linux.
  }
}

async function against(load: Load): Promise<readonly Row[]> {
  const { jobs, outputBytes } = load;
  const instant = {
    slots: 100_000,
    latency: { kind: 'fixed', ms: 0 },
    outputBytes,
    wording: 'plain',
  } as const;
  const cwd = mkdtempSync(join(tmpdir(), 'rcb-commands-'));
  try {
    writeInputs(cwd, load);
    return await withSimulator(instant, async (base) => {
      const sides = [
        rcb('rcb run', base, load, []),
        rcb('rcb run --no-view --no-embed', base, load, ['--no-view', '--no-embed']),
        ...peersHere().map((peer) => peerSide(peer, base, load)),
      ];
      const cold = new Map<string, Round>();
      for (const [index, side] of sides.entries()) {
        const home = join(cwd, `home-${index}`);
        mkdirSync(home);
        dropCaches();
        cold.set(side.name, await measured(side, cwd, home));
      }
      const warm = new Map(sides.map(({ name }): [string, Round[]] => [name, []]));
      for (let round = 0; round < rounds; round += 1)
        for (const [index, side] of sides.entries())
          warm.get(side.name)?.push(await measured(side, cwd, join(cwd, `home-${index}`)));
      const table = sides.map((side) => line(side, warm.get(side.name) ?? [], cold.get(side.name) as Round));
      const bare = table.find(({ how }) => how === bareLoop.name) as Line;
      return table.map((each) => ({ load: `${jobs} × ${outputBytes} B`, ...each, ...byBare(each, bare) }));
    });
  } finally {
    rmSync(cwd, { recursive: true });
  }
}

interface Line {
  readonly how: string;
  readonly jobs_per_second: number;
  readonly to_last_file_per_second: number;
  readonly cpu_ms_per_job: number;
  readonly peak_mb: number;
  readonly cold_jobs_per_second: number;
}

function line({ name, jobs }: Side, warm: readonly Round[], cold: Round): Line {
  const middle = (of: (round: Round) => number): number => median(warm.map(of));
  return {
    how: name,
    jobs_per_second: Math.round((jobs * 1_000) / middle(({ ms }) => ms)),
    to_last_file_per_second: Math.round((jobs * 1_000) / middle(({ lastFileMs }) => lastFileMs)),
    cpu_ms_per_job: rounded(middle(({ cpuMs }) => cpuMs) / jobs, 2),
    peak_mb: Math.round(middle(({ treePeakMb }) => treePeakMb)),
    cold_jobs_per_second: Math.round((jobs * 1_000) / cold.ms),
  };
}

function byBare(each: Line, bare: Line) {
  return {
    speed_by_bare: rounded(each.jobs_per_second / bare.jobs_per_second, 2),
    cpu_by_bare: rounded(each.cpu_ms_per_job / bare.cpu_ms_per_job, 2),
  };
}

export const commands: Suite = {
  name: 'commands',
  title: `whole commands from Enter to prompt, ${atOnce} jobs at once, in turn (median of ${rounds}; one cold start)`,
  async run() {
    const rows: Row[] = [];
    for (const load of loads) rows.push(...(await against(load)));
    return rows;
  },
};
