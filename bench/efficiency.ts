import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Census } from '../src/simulator/census.ts';
import { slotQueue } from '../src/simulator/faults/slot-queue.ts';
import { type BatchLimits, runJobs } from './batch.ts';
import { measuredRcb } from './measured-rcb.ts';
import { median, type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';

const jobs = 2_000;
const slots = 200;
const latency = { kind: 'lognormal', medianMs: 4_000, sigma: 0.5 } as const;

interface Accepted {
  readonly id: string;
  readonly at: number;
  readonly runMs: number;
}

/** The makespan of these run times on the slots, if each slot took the next job the moment it is free. */
function idealMs(runMs: readonly number[]): number {
  const queue = slotQueue(slots);
  const turns = runMs.map((ms) => queue.enter(ms, 0));
  queue.advance(Number.MAX_SAFE_INTEGER);
  return Math.max(...turns.map(({ endsAt }) => endsAt as number));
}

function acceptedIn(journal: string): readonly Accepted[] {
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line) as Accepted);
}

/** From the end of each job at the server to its file, in ms. */
function lags(accepted: readonly Accepted[], savedAt: ReadonlyMap<string, number>): number[] {
  const queue = slotQueue(slots);
  const turns = accepted.map(({ at, runMs }) => queue.enter(runMs, at));
  queue.advance(Number.MAX_SAFE_INTEGER);
  return accepted.map(({ id }, nth) => (savedAt.get(id) as number) - (turns[nth]?.endsAt as number));
}

async function measured(how: string, limits: BatchLimits): Promise<Row> {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-efficiency-'));
  const journal = join(dir, 'journal.jsonl');
  try {
    return await withSimulator({ slots, latency, journal, outputBytes: 2_048 }, async (base) => {
      const done = await runJobs(join(dir, 'run'), base, jobs, limits, (work) => work());
      const accepted = acceptedIn(journal);
      const ideal = idealMs(accepted.map(({ runMs }) => runMs));
      const lag = lags(accepted, done.savedAt).toSorted((a, b) => a - b);
      return {
        what: 'batch',
        how,
        ideal_s: rounded(ideal / 1_000, 1),
        real_s: rounded(done.makespanMs / 1_000, 1),
        efficiency: rounded(ideal / done.makespanMs, 3),
        polls_per_job: rounded(done.polls / jobs, 2),
        calls_per_job: rounded(done.calls / jobs, 2),
        lag_p50_ms: rounded(median(lag)),
        lag_p95_ms: rounded(lag[Math.floor(jobs * 0.95)] as number),
      };
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** A whole command, from Enter to prompt, without its page. */
async function measuredCommand(how: string): Promise<Row> {
  const dir = mkdtempSync(join(tmpdir(), 'rcb-efficiency-'));
  const journal = join(dir, 'journal.jsonl');
  const rows = Array.from({ length: jobs }, (_, seed) => `a lighthouse in a storm,${seed}\n`);
  writeFileSync(join(dir, 'jobs.csv'), `prompt,seed\n${rows.join('')}`);
  try {
    return await withSimulator({ slots, latency, journal, outputBytes: 2_048 }, async (base) => {
      const flags = ['--base-url', base, '--yes', '--no-view', '--poll-rps', '1000', ...how.split(' ')];
      const { ms, cpuMs, treePeakMb } = await measuredRcb(['run', 'jobs.csv', '-o', 'out', ...flags], dir);
      const ideal = idealMs(acceptedIn(journal).map(({ runMs }) => runMs));
      const { calls } = (await (await fetch(`${base}/_simulator/census`)).json()) as Census;
      return {
        what: 'command',
        how,
        ideal_s: rounded(ideal / 1_000, 1),
        real_s: rounded(ms / 1_000, 1),
        efficiency: rounded(ideal / ms, 3),
        polls_per_job: rounded((answered(calls.status) + answered(calls.result)) / jobs, 2),
        cpu_ms_per_job: rounded(cpuMs / jobs, 1),
        peak_mb: Math.round(treePeakMb),
      };
    });
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function answered(endpoint: Readonly<Record<string, number>> = {}): number {
  return Object.values(endpoint).reduce((sum, count) => sum + count, 0);
}

const common = { maxSubmissions: 8, maxPollsPerSecond: 1_000 } as const;
const fixed = { max: slots, adapts: false } as const;
const ways: Readonly<Record<string, BatchLimits>> = {
  '-j 200': { ...common, concurrency: fixed, pace: { everyMs: null } },
  '-j auto': { ...common, concurrency: { max: 2 * slots, adapts: true }, pace: { everyMs: null } },
  '-j 200 --poll 0.5': { ...common, concurrency: fixed, pace: { everyMs: 500 } },
  '-j 200 --poll 1': { ...common, concurrency: fixed, pace: { everyMs: 1_000 } },
};

export const efficiency: Suite = {
  name: 'efficiency',
  title: `${jobs} log-normal jobs (median 4 s, sigma 0.5) on ${slots} slots: the ideal makespan by the real one`,
  async run() {
    const rows: Row[] = [];
    for (const how of ['-j 200', '-j auto --max-concurrency 400']) rows.push(await measuredCommand(how));
    for (const [how, limits] of Object.entries(ways)) rows.push(await measured(how, limits));
    return rows;
  },
};
