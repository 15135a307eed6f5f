import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drawLatencyMs } from '../src/simulator/faults/latency.ts';
import type { Census } from '../src/simulator/simulator.ts';
import { diceOf } from '../test/support/dice.ts';
import { runJobs } from './batch.ts';
import { bestRate } from './best-rate.ts';
import { type Row, rounded, type Suite } from './suite.ts';
import { withSimulator } from './with-simulator.ts';

const jobs = 600;
const slots = 64;
const latency = { kind: 'lognormal', medianMs: 4_000, sigma: 0.5 } as const;
const unlimited = Number.POSITIVE_INFINITY;

interface Limited {
  readonly server: string;
  readonly options: {
    readonly inFlightLimit?: number;
    readonly submitsPerMinute?: number;
    readonly requestsPerSecond?: number;
  };
  /** What came before is not counted: the first seconds, and with them the minute that the first burst used up. */
  readonly warmUpMs: number;
}

const servers: readonly Limited[] = [
  {
    server: '32 in flight, 50 requests/s',
    options: { inFlightLimit: 32, requestsPerSecond: 50 },
    warmUpMs: 10_000,
  },
  { server: '32 in flight', options: { inFlightLimit: 32 }, warmUpMs: 10_000 },
  { server: '240 submits/min', options: { submitsPerMinute: 240 }, warmUpMs: 70_000 },
];

// Enough that no schedule can be made for the sample instead of for what it is drawn from.
const sampleSize = 50_000;

/** Of the run times of all jobs, in ms. */
function meanOf(journal: string): number {
  const lines = readFileSync(journal, 'utf8').trimEnd().split('\n');
  return mean(lines.map((line) => (JSON.parse(line) as { readonly runMs: number }).runMs));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

interface Counted {
  readonly calls: number;
  readonly refused: number;
  readonly accepted: number;
  readonly early: number;
}

async function census(base: string): Promise<Counted> {
  const seen = (await (await fetch(`${base}/_simulator/census`)).json()) as Census;
  const api = ['submit', 'status', 'result'].flatMap((name) => Object.entries(seen.calls[name] ?? {}));
  const sum = (counts: readonly (readonly [string, number])[]): number =>
    counts.reduce((total, [, count]) => total + count, 0);
  return {
    calls: sum(api),
    refused: sum(api.filter(([outcome]) => outcome === '429')),
    accepted: seen.acceptedTotal,
    early: seen.early,
  };
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function measured({ server, options, warmUpMs }: Limited, journal: string): Promise<Row> {
  return withSimulator({ slots, latency, outputBytes: 2_048, journal, ...options }, async (base) => {
    const limits = {
      concurrency: { max: slots, adapts: true },
      maxSubmissions: 8,
      pace: { everyMs: null },
      maxPollsPerSecond: 50,
    } as const;
    const batch = runJobs(`${journal}-run`, base, jobs, limits, (work) => work());
    await pause(warmUpMs);
    const [before, from] = [await census(base), performance.now()];
    // Until the last ones are in: from then on the limits do not matter.
    let after = before;
    while (after.accepted < jobs * 0.95) {
      await pause(250);
      after = await census(base);
    }
    const seconds = (performance.now() - from) / 1_000;
    await batch;
    const end = await census(base);
    const rate = (after.accepted - before.accepted) / seconds;
    const { inFlightLimit = slots, requestsPerSecond = unlimited, submitsPerMinute = unlimited } = options;
    const allowed = { inFlight: inFlightLimit, submitsPerSecond: submitsPerMinute / 60 };
    const dice = diceOf(1);
    const sample = Array.from({ length: sampleSize }, () => drawLatencyMs(latency, dice));
    // Of a few hundred jobs the mean is a little different each time.
    const scale = meanOf(journal) / mean(sample);
    const sampleMs = sample.map((ms) => ms * scale);
    const atOnce = bestRate({ ...allowed, callsPerSecond: unlimited }, sampleMs);
    const best = bestRate({ ...allowed, callsPerSecond: requestsPerSecond }, sampleMs);
    return {
      server,
      jobs_per_second: rounded(rate, 2),
      best_by_polling: rounded(best, 2),
      ratio: rounded(rate / best, 3),
      ratio_known_at_once: rounded(rate / atOnce, 3),
      calls_per_job: rounded((after.calls - before.calls) / (after.accepted - before.accepted), 2),
      refused_later_percent: rounded((100 * (end.refused - before.refused)) / (end.calls - before.calls), 2),
      before_retry_after: end.early,
    };
  });
}

export const limits: Suite = {
  name: 'limits',
  title: `${jobs} such jobs on servers that answer 429 beyond their limits, past the warm-up`,
  async run() {
    const rows: Row[] = [];
    const dir = mkdtempSync(join(tmpdir(), 'rcb-limits-'));
    try {
      for (const [nth, limited] of servers.entries()) {
        rows.push(await measured(limited, join(dir, `journal-${nth}.jsonl`)));
      }
    } finally {
      rmSync(dir, { recursive: true });
    }
    return rows;
  },
};
