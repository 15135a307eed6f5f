import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';
import type { Measured } from './workload.ts';

const run = promisify(execFile);
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const rounds = 3;
// Some seconds each. Compiling is a part of that on both sides: of the bare loop's processor time a third.
const jobs = 4_000;
const concurrency = 64;

async function measured(script: string, ...args: readonly (string | number)[]): Promise<Measured> {
  const { stdout } = await run(process.execPath, [here(script), ...args.map(String)]);
  return JSON.parse(stdout) as Measured;
}

const perSecond = ({ jobs, ms }: Measured): number => (jobs * 1_000) / ms;

async function against(home: string, outputBytes: number): Promise<Row> {
  const instant = { slots: 100_000, latency: { kind: 'fixed', ms: 0 }, outputBytes } as const;
  return withSimulator(instant, async (base) => {
    const load = [home, base, jobs, concurrency] as const;
    const bare: Measured[] = [];
    const rcb: Measured[] = [];
    const safe: Measured[] = [];
    const recipes: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const batch = await measured('rcb-loop.ts', ...load, 'without');
      rcb.push(batch);
      bare.push(await measured('bare-loop.ts', ...load, batch.calls / jobs));
      safe.push(await measured('bare-loop.ts', ...load, batch.calls / jobs, 'safe'));
      recipes.push(await measured('rcb-loop.ts', ...load, 'with'));
    }
    const rate = (all: readonly Measured[]): number => median(all.map(perSecond));
    const rates = { bare: rate(bare), safe: rate(safe), rcb: rate(rcb), recipes: rate(recipes) };
    const cpu = (all: readonly Measured[]): number =>
      rounded(median(all.map(({ cpuMs }) => cpuMs / jobs)), 3);
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
