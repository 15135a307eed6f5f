/** Lets a number of calls through in any window; `waitMs` is the time until the next may come, or null for now. */
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

/** Lets a burst through at once and then the rest at an even rate. */
export interface TokenBucket {
  waitMs(perMinute: number, burst: number, now: number): number | null;
  passed(): void;
}

/** A bucket that is full at first. A change of its size or rate counts from the next call on. */
export function tokenBucket(): TokenBucket {
  let tokens: number | null = null;
  let filledAt = 0;
  return {
    waitMs(perMinute, burst, now) {
      const elapsedMs = Math.max(0, now - filledAt);
      tokens = Math.min(burst, (tokens ?? burst) + (elapsedMs * perMinute) / 60_000);
      filledAt = now;
      // Rounding errors do not delay a call.
      return tokens >= 1 - 1e-9 ? null : Math.ceil(((1 - tokens) * 60_000) / perMinute);
    },
    passed() {
      tokens = Math.max(0, (tokens ?? 1) - 1);
    },
  };
}
