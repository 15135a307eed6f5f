import type { PlannedJob } from '../src/core/job/job.ts';
import { aPlannedJob } from '../test/support/builders.ts';

/** What one side of a comparison prints when it has ended. */
export interface Measured {
  readonly jobs: number;
  readonly ms: number;
  /** User and system time of the process, for the measured part alone. */
  readonly cpuMs: number;
  readonly peakRssMb: number;
  /** Of the API, without downloads. */
  readonly calls: number;
}

export function* jobsFor(count: number): Generator<PlannedJob> {
  for (let seed = 0; seed < count; seed += 1) yield aPlannedJob({ prompt: 'a lighthouse in a storm', seed });
}

/** Times a piece of work in this process. */
export async function measure(jobs: number, work: () => Promise<void>): Promise<Omit<Measured, 'calls'>> {
  const cpu = process.cpuUsage();
  const startedAt = performance.now();
  await work();
  const ms = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpu);
  return {
    jobs,
    ms,
    cpuMs: (user + system) / 1_000,
    peakRssMb: process.resourceUsage().maxRSS / 1_024,
  };
}
