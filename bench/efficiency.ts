import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LookPace } from '../src/core/pace.ts';
import { runJobs } from './batch.ts';
import { type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';

const jobs = 2_000;
const slots = 200;
const latency = { kind: 'lognormal', medianMs: 4_000, sigma: 0.5 } as const;

/** The makespan of these run times on the slots, if each slot took the next job the moment it is free. */
function idealMs(runMs: readonly number[]): number {
  const free = new Float64Array(slots);
  for (const ms of runMs) {
    let first = 0;
    for (let slot = 1; slot < slots; slot += 1)
      if ((free[slot] as number) < (free[first] as number)) first = slot;
    free[first] = (free[first] as number) + ms;
  }
  return Math.max(...free);
}

async function measured(pace: LookPace): Promise<Row> {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-efficiency-'));
  const journal = join(dir, 'journal.jsonl');
  try {
    return await withSimulator({ slots, latency, journal, outputBytes: 2_048 }, async (base) => {
      const done = await runJobs(
        join(dir, 'run'),
        base,
        jobs,
        { concurrency: { atMost: slots, adapts: false }, submits: 8, pace, looksPerSecond: 1_000 },
        (work) => work(),
      );
      const runs = readFileSync(journal, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { readonly runMs: number }).runMs);
      return {
        poll: pace.everyMs === null ? 'auto' : `${pace.everyMs} ms`,
        ideal_s: rounded(idealMs(runs) / 1_000, 1),
        real_s: rounded(done.makespanMs / 1_000, 1),
        efficiency: rounded(idealMs(runs) / done.makespanMs, 3),
        looks_per_job: rounded(done.looks / jobs, 2),
        calls_per_job: rounded(done.calls / jobs, 2),
      };
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

export const efficiency: Suite = {
  name: 'efficiency',
  title: `${jobs} log-normal jobs (median 4 s, sigma 0.5) on ${slots} slots: the ideal makespan by the real one`,
  async run() {
    const rows: Row[] = [];
    for (const everyMs of [null, 1_000, 500]) rows.push(await measured({ everyMs }));
    return rows;
  },
};
