/** Lets so many through in any window; `waitMs` says how long until the next may come, or null for 'now'. */
export interface RateGate {
  waitMs(limit: number | null, now: number): number | null;
  passed(now: number): void;
}

/** Counts what passed in the last `windowMs` milliseconds. */
export function rateGate(windowMs: number): RateGate {
  let passedAt: number[] = [];
  let head = 0;
  return {
    waitMs(limit, now) {
      while (head < passedAt.length && (passedAt[head] as number) <= now - windowMs) head += 1;
      if (head > 4_096) {
        passedAt = passedAt.slice(head);
        head = 0;
      }
      if (limit === null || passedAt.length - head < limit) return null;
      const next = passedAt[passedAt.length - limit] as number;
      return next + windowMs - now;
    },
    passed(now) {
      passedAt.push(now);
    },
  };
}
