import type { Instant } from '../../core/job/job.ts';

const shortestWindowMs = 60_000;
const maxWindowMs = 15 * 60_000;
// A minute that saw fewer than this says little: then the window grows.
const enough = 20;
// Below this nothing is said: a rate from one or two jobs is a guess.
const fewest = 3;

export interface SettlingPace {
  /** A job came to rest. */
  settled(at: Instant): void;
  /** Jobs a minute that came to rest of late; null until that can be said. */
  perMinute(now: Instant): number | null;
}

/**
 * How fast jobs come to rest, over a window that slides: the last minute, or as much more (up to a quarter of an
 * hour) as slow jobs need for a steady figure. Counts per second are kept, so memory does not grow with the run.
 */
export function settlingPace(startedAt: Instant): SettlingPace {
  const seconds: { second: number; count: number }[] = [];

  return {
    settled(at) {
      const second = Math.floor(at / 1_000);
      const last = seconds.at(-1);
      // A clock that was set back counts towards the second in which it happened.
      if (last && second <= last.second) last.count += 1;
      else seconds.push({ second, count: 1 });
      while ((seconds[0]?.second ?? second) < second - maxWindowMs / 1_000) seconds.shift();
    },
    perMinute(now) {
      const born = Math.max(startedAt, now - maxWindowMs);
      let from = Math.max(born, now - shortestWindowMs);
      let count = 0;
      for (const bucket of seconds.toReversed()) {
        const at = bucket.second * 1_000;
        if (at < born - 999) break;
        if (at < from) {
          if (count >= enough) break;
          from = Math.max(born, at);
        }
        count += bucket.count;
      }
      if (count < enough) from = born;
      const spanMs = now - from;
      return count < fewest || spanMs <= 0 ? null : (count * 60_000) / spanMs;
    },
  };
}

/** How long `left` jobs take at this pace, in ms; null where there is no pace to go by. */
export function etaMs(left: number, perMinute: number | null): number | null {
  if (left === 0) return 0;
  return perMinute === null || perMinute === 0 ? null : (left * 60_000) / perMinute;
}
