import type { Instant } from '../job/job.ts';

/** Spaces turns evenly, without bursts: the generic cell rate algorithm. */
interface Turns {
  /** Until the next turn, in ms. */
  waitMs(now: Instant): number;
  take(now: Instant, spacingMs: number): void;
}

// A turn this near is taken at once: no timer is more precise.
const timerMs = 4;

export function turns(): Turns {
  let freeAt = Number.NEGATIVE_INFINITY;
  return {
    waitMs: (now) => (freeAt - now > timerMs ? Math.ceil(freeAt - now) : 0),
    take(now, spacingMs) {
      freeAt = Math.max(freeAt, now) + spacingMs;
    },
  };
}

/** Counts what happened in the last `windowMs`. */
interface RecentCount {
  add(now: Instant): void;
  at(now: Instant): number;
}

/** Holds what lies in the window and little more, however often it is asked. */
export function recentCount(windowMs: number): RecentCount {
  let instants: Instant[] = [];
  let first = 0;

  function forget(now: Instant): void {
    while (first < instants.length && now - (instants[first] as Instant) >= windowMs) first += 1;
    if (first <= 1_024 || first < instants.length / 2) return;
    instants = instants.slice(first);
    first = 0;
  }

  return {
    add(now) {
      forget(now);
      instants.push(now);
    },
    at(now) {
      forget(now);
      return instants.length - first;
    },
  };
}
