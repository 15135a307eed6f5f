import { type ErrorClass, type Failure, failureRule } from './failures.ts';
import type { Instant, JobId, JobStatus } from './job.ts';
import { isAtRest } from './state-facts.ts';

/** As many as can be spread over a large grid within a second or two. */
export const maxCanary = 1_000;

/** The jobs that are run before all others, to learn what a run will cost and how long it will take. */
export interface CanaryRecord {
  /** When they were chosen: jobs that are planned later are not what they stand for. */
  readonly at: Instant;
  readonly jobs: readonly JobId[];
  /** The user has agreed to the rest. */
  readonly agreed: boolean;
}

/** One of these jobs. Instants are null where they are unknown. */
export interface CanaryJob {
  readonly model: string;
  readonly state: JobStatus;
  readonly costUsd: number | null;
  /** The cost follows from the time of a machine; left out: the server has named it. */
  readonly isEstimated?: boolean;
  /** Where it is so, it is when the job started: to wait costs nothing. */
  readonly submittedAt: number | null;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly failure: Failure | null;
}

/** How they went, and what is left to submit. */
export interface CanaryFigures {
  readonly jobs: readonly CanaryJob[];
  /** By model: jobs of the plan that are still to be submitted. */
  readonly remaining: ReadonlyMap<string, number>;
}

/** What limits how fast the rest can go. */
interface CanaryPace {
  /** Requests in flight at the same time. */
  readonly window: number;
  readonly submitsPerMinute: number | null;
}

interface CanaryReason {
  readonly class: ErrorClass;
  readonly message: string;
  readonly jobs: number;
}

/** What the canary tells of the rest. Money in dollars; null: the server named no cost, or nothing finished. */
export interface CanaryReport {
  readonly jobs: number;
  readonly done: number;
  /** Failed, cancelled, lost or unclear. */
  readonly failed: number;
  /** Not at rest yet. */
  readonly open: number;
  readonly costUsd: number | null;
  /** What of it is estimated; left out: nothing. */
  readonly estimatedUsd?: number;
  readonly costPerJobUsd: number | null;
  readonly projectedUsd: number | null;
  readonly p50Ms: number | null;
  /** Nine of ten are as fast or faster. */
  readonly p90Ms: number | null;
  readonly projectedMs: number | null;
  /** The same if all are as slow as `p90Ms`. */
  readonly projectedSlowMs: number | null;
  readonly remaining: number;
  /** Why jobs failed, most frequent first. */
  readonly reasons: readonly CanaryReason[];
}

export function canaryReport({ jobs, remaining }: CanaryFigures, pace: CanaryPace): CanaryReport {
  const done = jobs.filter(({ state }) => state === 'done').length;
  const open = jobs.filter(({ state }) => !isAtRest(state)).length;
  const left = [...remaining.values()].reduce((sum, count) => sum + count, 0);
  return {
    jobs: jobs.length,
    done,
    failed: jobs.length - done - open,
    open,
    ...moneyOf(jobs, remaining),
    ...timeOf(jobs, left, pace),
    remaining: left,
    reasons: reasonsOf(jobs),
  };
}

function moneyOf(jobs: readonly CanaryJob[], remaining: ReadonlyMap<string, number>) {
  const overall = meanCost(jobs);
  const projected = [...remaining].map(([model, count]) => {
    const each = meanCost(jobs.filter((job) => job.model === model)) ?? overall;
    return each === null ? null : each * count;
  });
  const estimatedUsd = jobs.reduce(
    (sum, { costUsd, isEstimated }) => sum + (isEstimated === true ? (costUsd ?? 0) : 0),
    0,
  );
  return {
    ...(estimatedUsd > 0 ? { estimatedUsd } : {}),
    costUsd: jobs.every(({ costUsd }) => costUsd === null)
      ? null
      : jobs.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0),
    costPerJobUsd: overall,
    projectedUsd: projected.reduce((sum, usd) => (sum === null || usd === null ? null : sum + usd), 0),
  };
}

/** Of those whose cost the server has named. */
function meanCost(jobs: readonly CanaryJob[]): number | null {
  const costs = jobs.flatMap(({ costUsd }) => (costUsd === null ? [] : [costUsd]));
  return costs.length === 0 ? null : costs.reduce((sum, usd) => sum + usd, 0) / costs.length;
}

// A request that waits on the server for more than this share of its time tells that there is no room for more.
const queuedShare = 0.25;

function timeOf(jobs: readonly CanaryJob[], left: number, { window, submitsPerMinute }: CanaryPace) {
  const timed = jobs.filter(
    (job): job is CanaryJob & { submittedAt: number; finishedAt: number } =>
      job.submittedAt !== null && job.finishedAt !== null && job.finishedAt > job.submittedAt,
  );
  const latencies = timed
    .map(({ submittedAt, finishedAt }) => finishedAt - submittedAt)
    .sort((a, b) => a - b);
  if (timed.length === 0) return { p50Ms: null, p90Ms: null, projectedMs: null, projectedSlowMs: null };
  const [p50Ms, p90Ms] = [quantile(latencies, 0.5), quantile(latencies, 0.9)];
  const submitMs = submitsPerMinute === null ? 0 : (left * 60_000) / submitsPerMinute;
  const waits = timed
    .map(({ submittedAt, startedAt }) => (startedAt === null ? 0 : startedAt - submittedAt))
    .sort((a, b) => a - b);
  const first = Math.min(...timed.map(({ submittedAt }) => submittedAt));
  const last = Math.max(...timed.map(({ finishedAt }) => finishedAt));
  // Where they had to queue, the rest goes no faster than they did.
  const isQueued = quantile(waits, 0.5) > queuedShare * p50Ms;
  const atOnce = isQueued ? (timed.length * p50Ms) / (last - first) : window;
  const whole = (eachMs: number): number =>
    Math.round(Math.max(eachMs, submitMs, (left * eachMs) / Math.max(1, Math.min(atOnce, window))));
  return {
    p50Ms,
    p90Ms,
    projectedMs: left === 0 ? 0 : whole(p50Ms),
    projectedSlowMs: left === 0 ? 0 : whole(p90Ms),
  };
}

function quantile(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] as number;
}

function reasonsOf(jobs: readonly CanaryJob[]): readonly CanaryReason[] {
  const reasons = new Map<string, { class: ErrorClass; message: string; jobs: number }>();
  for (const { failure, state } of jobs) {
    if (failure === null || state === 'done') continue;
    const { class: word } = failureRule(failure.kind);
    const key = `${word} ${failure.message}`;
    const seen = reasons.get(key) ?? { class: word, message: failure.message, jobs: 0 };
    seen.jobs += 1;
    reasons.set(key, seen);
  }
  return [...reasons.values()].sort((a, b) => b.jobs - a.jobs);
}
