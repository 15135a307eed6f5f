import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';
import { jobsFor, type Measured } from './workload.ts';

const run = promisify(execFile);
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const rounds = 3;
// Some seconds each. Compiling is a part of that on both sides: of the bare loop's processor time a third.
const jobs = 4_000;
const concurrency = 64;

type Told = Pick<Measured, 'ms' | 'cpuMs' | 'calls'>;

async function measured<T extends Told>(script: string, ...args: readonly (string | number)[]): Promise<T> {
  const env = { ...process.env, RUNCOMFY_API_TOKEN: 'bench' };
  const { stdout } = await run(process.execPath, [here(script), ...args.map(String)], { env });
  return JSON.parse(stdout) as T;
}

const perSecond = ({ ms }: Told): number => (jobs * 1_000) / ms;

async function against(home: string, outputBytes: number): Promise<Row> {
  const instant = {
    slots: 100_000,
    latency: { kind: 'fixed', ms: 0 },
    outputBytes,
    wording: 'plain',
  } as const;
  return withSimulator(instant, async (base) => {
    const load = [home, base, jobs, concurrency] as const;
    const inputs = join(home, 'inputs.jsonl');
    await writeFile(inputs, [...jobsFor(jobs)].map(({ input }) => `${JSON.stringify(input)}\n`).join(''));
    const loop = (round: string, ...more: readonly string[]) =>
      measured<Told>('peers/undici-loop.mjs', base, inputs, join(home, round), concurrency, ...more);
    const bare: Told[] = [];
    const rcb: Measured[] = [];
    const safe: Told[] = [];
    const recipes: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      rcb.push(await measured('rcb-loop.ts', ...load, 'without'));
      bare.push(await loop(`bare-${outputBytes}-${round}`));
      safe.push(await loop(`safe-${outputBytes}-${round}`, 'safe'));
      recipes.push(await measured('rcb-loop.ts', ...load, 'with'));
    }
    const rate = (all: readonly Told[]): number => median(all.map(perSecond));
    const rates = { bare: rate(bare), safe: rate(safe), rcb: rate(rcb), recipes: rate(recipes) };
    const cpu = (all: readonly Told[]): number => rounded(median(all.map(({ cpuMs }) => cpuMs / jobs)), 3);
    return {
      image_bytes: outputBytes,
      bare_jobs_per_second: Math.round(rates.bare),
      safe_jobs_per_second: Math.round(rates.safe),
      rcb_jobs_per_second: Math.round(rates.rcb),
      ratio: rounded(rates.rcb / rates.bare, 3),
      ratio_to_safe: rounded(rates.rcb / rates.safe, 3),
      calls_per_job: rounded(median(rcb.map(({ calls }) => calls / jobs)), 2),
      ratio_with_recipes: rounded(rates.recipes / rates.bare, 3),
      bare_cpu_ms_per_job: cpu(bare),
      rcb_cpu_ms_per_job: cpu(rcb),
      cpu_ms_per_job_with_recipes: cpu(recipes),
      rcb_peak_rss_mb: Math.round(Math.max(...rcb.map(({ peakRssMb }) => peakRssMb))),
    };
  });
}

export const overhead: Suite = {
  name: 'overhead',
  title: `${jobs} jobs at no latency, ${concurrency} at once, in turn with a bare undici loop (median of ${rounds})`,
  async run() {
    // Taken away at the end alone: ext4 makes files more slowly while others have just been deleted.
    const home = await mkdtemp(join(tmpdir(), 'rcb-overhead-'));
    try {
      const rows: Row[] = [];
      for (const outputBytes of [2_048, 65_536]) rows.push(await against(home, outputBytes));
      return rows;
    } finally {
      await rm(home, { recursive: true });
    }
  },
};
