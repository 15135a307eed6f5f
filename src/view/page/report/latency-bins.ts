import type { PageJob } from '../../page-data.ts';

/** How long the jobs took that finished within `[from, to)`. Instants are ms since the epoch. */
export interface LatencyBin {
  readonly from: number;
  readonly to: number;
  readonly jobs: number;
  /** From the submit to the end at the server. */
  readonly p50Ms: number;
  readonly p95Ms: number;
}

export interface Latency {
  readonly finishedAt: number;
  readonly tookMs: number;
}

/** Of jobs that ended well: what failed at once would make the models look quick. A clock set back gives no latency. */
export function latenciesOf(jobs: readonly PageJob[]): Latency[] {
  return jobs.flatMap(({ state, submittedAt, finishedAt }) => {
    const isFinished = state === 'done' || state === 'succeeded';
    if (!isFinished || submittedAt === null || finishedAt === null || finishedAt < submittedAt) return [];
    return [{ finishedAt, tookMs: finishedAt - submittedAt }];
  });
}

/**
 * Bins of one width, a time that people count in, as narrow as gives `most` (2 or more: a border may fall between
 * any two instants) at the most; earliest first. Bins in which nothing finished are left out.
 */
export function latencyBins(latencies: readonly Latency[], most: number): LatencyBin[] {
  if (latencies.length === 0) return [];
  let [first, last] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { finishedAt } of latencies) {
    first = Math.min(first, finishedAt);
    last = Math.max(last, finishedAt);
  }
  const widthMs = binWidthMs(first, last, most);
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

/** The smallest of the values that at least this share of them do not exceed (the nearest rank). Needs one value. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = Float64Array.from(values).sort();
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new RangeError('A quantile of nothing was asked for.');
  return value;
}

const [second, minute, hour, day] = [1_000, 60_000, 3_600_000, 86_400_000];
const widthsMs = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  day,
];

function binWidthMs(first: number, last: number, most: number): number {
  const fits = (widthMs: number): boolean =>
    Math.floor(last / widthMs) - Math.floor(first / widthMs) + 1 <= most;
  let widthMs = widthsMs.find(fits) ?? 2 * day;
  // Instants that are no numbers would fit into no bins at all.
  while (!fits(widthMs) && Number.isFinite(widthMs)) widthMs *= 2;
  return widthMs;
}
