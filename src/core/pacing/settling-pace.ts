import type { Instant } from '../job/job.ts';

const minWindowMs = 60_000;
const maxWindowMs = 15 * 60_000;
// With fewer than this in the last minute, the window grows.
const minForLastMinute = 20;
// Below this there is no rate: one or two jobs would be a guess.
const minForRate = 3;

interface SettlingPace {
  /** One job or more came to rest in the same second. */
  settled(at: Instant, jobs?: number): void;
  /** Jobs per minute that came to rest recently; null until there are enough. */
  perMinute(now: Instant): number | null;
}

/**
 * How fast jobs come to rest, over a sliding window: the last minute, or up to a quarter of an hour where slow jobs
 * need more for a steady figure. Counts per second are kept, so memory does not grow with the run.
 */
export function settlingPace(startedAt: Instant): SettlingPace {
  const seconds: { second: number; count: number }[] = [];

  return {
    settled(at, jobs = 1) {
      const second = Math.floor(at / 1_000);
      const last = seconds.at(-1);
      // A clock that was set back counts towards the second in which it happened.
      if (last && second <= last.second) last.count += jobs;
      else seconds.push({ second, count: jobs });
      while ((seconds[0]?.second ?? second) < second - maxWindowMs / 1_000) seconds.shift();
    },
    perMinute(now) {
      const born = Math.max(startedAt, now - maxWindowMs);
      let from = Math.max(born, now - minWindowMs);
      let count = 0;
      for (const bucket of seconds.toReversed()) {
        const at = bucket.second * 1_000;
        if (at < born - 999) break;
        if (at < from) {
          if (count >= minForLastMinute) break;
          from = Math.max(born, at);
        }
        count += bucket.count;
      }
      if (count < minForLastMinute) from = born;
      const spanMs = now - from;
      return count < minForRate || spanMs <= 0 ? null : (count * 60_000) / spanMs;
    },
  };
}

/** Jobs that came to rest in one second since the epoch. */
export interface SettledSecond {
  readonly second: number;
  readonly jobs: number;
}

/** The same pace of a run that somebody else has watched. `settledSince`: what came to rest at `from` or later. */
export function paceOf(
  startedAt: Instant,
  now: Instant,
  settledSince: (from: Instant) => readonly SettledSecond[],
): number | null {
  const lastMinute = settledSince(Math.max(startedAt, now - minWindowMs) as Instant);
  const isEnough = lastMinute.reduce((sum, { jobs }) => sum + jobs, 0) >= minForLastMinute;
  const born = Math.max(startedAt, now - maxWindowMs) as Instant;
  const pace = settlingPace(startedAt);
  for (const { second, jobs } of isEnough ? lastMinute : settledSince(born)) {
    pace.settled((second * 1_000) as Instant, jobs);
  }
  return pace.perMinute(now);
}

/** The same of a run whose start nobody here knows: it counts from the first job that came to rest recently. */
export function paceOfOthers(
  now: Instant,
  settledSince: (from: Instant) => readonly SettledSecond[],
): number | null {
  const [first] = settledSince((now - maxWindowMs) as Instant);
  return first === undefined ? null : paceOf((first.second * 1_000) as Instant, now, settledSince);
}

/** How long `left` jobs take at this pace, in ms; null where the pace is unknown. */
export function etaMs(left: number, perMinute: number | null): number | null {
  if (left === 0) return 0;
  return perMinute === null || perMinute === 0 ? null : (left * 60_000) / perMinute;
}
