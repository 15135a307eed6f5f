import { rateGate } from '../../src/simulator/faults/rate-gates.ts';

/** A limit on submissions per time; null: one may pass now. */
export interface SubmissionGate {
  waitMs(now: number): number | null;
  passed(now: number): void;
}

const minuteMs = 60_000;

/** Full at first. */
export function tokenBucket(perMinute: number, burst: number): SubmissionGate {
  let [level, at] = [burst, 0];
  function fill(now: number): void {
    if (at > 0) level = Math.min(burst, level + ((now - at) * perMinute) / minuteMs);
    at = now;
  }
  return {
    waitMs(now) {
      fill(now);
      // A hair less than one is one: what a clock of whole ms rounds away.
      return level >= 1 - 1e-6 ? null : ((1 - level) * minuteMs) / perMinute;
    },
    passed(now) {
      fill(now);
      level -= 1;
    },
  };
}

/** So many within any minute. */
export function slidingMinute(most: number): SubmissionGate {
  const gate = rateGate(minuteMs);
  return { waitMs: (now) => gate.waitMs(most, now), passed: gate.passed };
}

/** So many from one full minute of the server's clock to the next, which is `ahead` ms before ours. */
export function fixedMinute(most: number, ahead: number): SubmissionGate {
  let [minute, taken] = [0, 0];
  function turn(now: number): number {
    const current = Math.floor((now + ahead) / minuteMs);
    if (current !== minute) [minute, taken] = [current, 0];
    return (current + 1) * minuteMs - ahead - now;
  }
  return {
    waitMs(now) {
      const leftMs = turn(now);
      return taken < most ? null : leftMs;
    },
    passed(now) {
      turn(now);
      taken += 1;
    },
  };
}

/** What a server makes of the wait until it would accept: its Retry-After, as rcb reads it. */
export type Hint = 'none' | 'seconds' | 'date' | 'exact';

export function hinted(hint: Hint, waitMs: number): number | null {
  switch (hint) {
    case 'none':
      return null;
    case 'seconds':
      return Math.max(1_000, Math.ceil(waitMs / 1_000) * 1_000);
    case 'date':
      // Cut to whole seconds, so that it may be over too soon.
      return Math.floor(waitMs / 1_000) * 1_000;
    case 'exact':
      return Math.ceil(waitMs);
  }
}
