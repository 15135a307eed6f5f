import type { PageJob } from '../../page-data.ts';

/** How long the jobs took that finished within `[from, to)`. Instants are ms since the epoch. */
export interface LatencyBin {
  readonly from: number;
  readonly to: number;
  readonly jobs: number;
  /** From submission until the server has finished. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

interface Latency {
  readonly finishedAt: number;
  readonly tookMs: number;
}

/** Only of jobs that succeeded: quick failures would make models look fast. A clock that was set back gives no latency. */
export function latenciesOf(jobs: readonly PageJob[]): Latency[] {
  return jobs.flatMap(({ state, submittedAt, finishedAt }) => {
    const isFinished = state === 'done' || state === 'succeeded';
    if (!isFinished || submittedAt === null || finishedAt === null || finishedAt < submittedAt) return [];
    return [{ finishedAt, tookMs: finishedAt - submittedAt }];
  });
}

/**
 * Bins of one round width, the narrowest that gives no more than `maxBins`, earliest first. `maxBins` is at least 2,
 * since a border may fall between any two instants. Bins in which no job finished are left out.
 */
export function latencyBins(latencies: readonly Latency[], maxBins: number): LatencyBin[] {
  if (latencies.length === 0) return [];
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { finishedAt } of latencies) {
    first = Math.min(first, finishedAt);
    last = Math.max(last, finishedAt);
  }
  const widthMs = binWidthMs(first, last, maxBins);
  const bins = new Map<number, number[]>();
  for (const { finishedAt, tookMs } of latencies) {
    const number = Math.floor(finishedAt / widthMs);
    const known = bins.get(number);
    if (known === undefined) bins.set(number, [tookMs]);
    else known.push(tookMs);
  }
  return [...bins]
    .sort(([a], [b]) => a - b)
    .map(([number, times]) => ({
      from: number * widthMs,
      to: (number + 1) * widthMs,
      jobs: times.length,
      p50Ms: quantile(times, 0.5),
      p95Ms: quantile(times, 0.95),
    }));
}

/** The smallest value that at least this share of the values do not exceed (nearest rank). Needs at least one value. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new RangeError('A quantile needs at least one value.');
  return value;
}

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const widthsMs = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  day,
];

function binWidthMs(first: number, last: number, maxBins: number): number {
  const fits = (widthMs: number): boolean =>
    Math.floor(last / widthMs) - Math.floor(first / widthMs) + 1 <= maxBins;
  let widthMs = widthsMs.find(fits) ?? 2 * day;
  // Instants that are not numbers would never fit into any bins.
  while (!fits(widthMs) && Number.isFinite(widthMs)) widthMs *= 2;
  return widthMs;
}
