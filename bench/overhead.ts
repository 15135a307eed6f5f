import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { median, type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';
import type { Measured } from './workload.ts';

const run = promisify(execFile);
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
const rounds = 3;
const jobs = 1_500;
const concurrency = 64;

async function measured(script: string, base: string): Promise<Measured> {
  const { stdout } = await run(process.execPath, [here(script), base, String(jobs), String(concurrency)]);
  return JSON.parse(stdout) as Measured;
}

const perSecond = ({ jobs, ms }: Measured): number => (jobs * 1_000) / ms;

async function against(outputBytes: number): Promise<Row> {
  const instant = { slots: 100_000, latency: { kind: 'fixed', ms: 0 }, outputBytes } as const;
  return withSimulator(instant, async (base) => {
    const bare: Measured[] = [];
    const rcb: Measured[] = [];
    for (let round = 0; round < rounds; round += 1) {
      bare.push(await measured('bare-loop.ts', base));
      rcb.push(await measured('rcb-loop.ts', base));
    }
    const rates = { bare: median(bare.map(perSecond)), rcb: median(rcb.map(perSecond)) };
    return {
      image_bytes: outputBytes,
      bare_jobs_per_second: Math.round(rates.bare),
      rcb_jobs_per_second: Math.round(rates.rcb),
      ratio: rounded(rates.rcb / rates.bare, 3),
      bare_cpu_ms_per_job: rounded(median(bare.map(({ cpuMs }) => cpuMs / jobs)), 3),
      rcb_cpu_ms_per_job: rounded(median(rcb.map(({ cpuMs }) => cpuMs / jobs)), 3),
      rcb_peak_rss_mb: Math.round(Math.max(...rcb.map(({ peakRssMb }) => peakRssMb))),
    };
  });
}

export const overhead: Suite = {
  name: 'overhead',
  title: `${jobs} jobs at no latency, ${concurrency} at once, in turn with a bare undici loop (median of ${rounds})`,
  async run() {
    const rows: Row[] = [];
    for (const outputBytes of [2_048, 65_536]) rows.push(await against(outputBytes));
    return rows;
  },
};
