import type { Instant } from './job.ts';
import { recentCount } from './turns.ts';

/** How many submits a minute the server takes, learned from those that it answers 429. */
export interface SubmitRate {
  /** 0: no limit is known. */
  spacingMs(): number;
  /** How long no submit is to leave, because the server asked for that. */
  pauseMs(now: Instant): number;
  /** `inFlight` counts this one. */
  accepted(inFlight: number, now: Instant): void;
  /** Whether it is taken to be for the number of submits, of which there are fewer from now on. */
  refused(refusal: SubmitRefusal, now: Instant): boolean;
  /** How many have been refused since one was accepted. */
  refusedInARow(): number;
}

export interface SubmitRefusal {
  /** Its Retry-After. */
  readonly askedMs: number | null;
  readonly inFlight: number;
}

// Unlike seconds, minutes are counted exactly.
const retreat = 0.98;
const nearLimit = 0.97;
const advancePerMinute = 0.002;
// Limits of what is in flight come without a Retry-After, or with a short one.
const longWaitMs = 5_000;
const usualWaitMs = 1_000;
// Refused again and again with so much less in flight than was accepted lately, submits are not refused for that.
const lightLoad = 0.7;
const inARowMany = { light: 3, longWait: 2 } as const;
const minuteMs = 60_000;

export function submitRate(): SubmitRate {
  const lastMinute = recentCount(minuteMs);
  let perMinute: number | null = null;
  // So many in a minute were too much.
  let limit: number | null = null;
  let heldUntil = 0;
  let acceptedAt = 0;
  let inARow = 0;
  let heaviest = { inFlight: 0, at: Number.NEGATIVE_INFINITY };

  function isNearLimit(now: Instant): boolean {
    return limit !== null && lastMinute.at(now) >= limit * nearLimit;
  }

  function isForNumber({ askedMs, inFlight }: SubmitRefusal, now: Instant): boolean {
    if (isNearLimit(now)) return true;
    if (now - heaviest.at <= minuteMs && inFlight < heaviest.inFlight * lightLoad)
      return inARow >= inARowMany.light;
    return (askedMs ?? 0) >= longWaitMs && inARow >= inARowMany.longWait;
  }

  return {
    spacingMs: () => (perMinute === null ? 0 : minuteMs / perMinute),
    pauseMs: (now) => Math.max(0, Math.ceil(heldUntil - now)),
    accepted(inFlight, now) {
      lastMinute.add(now);
      inARow = 0;
      const passedMinutes = Math.min(Math.max(0, now - acceptedAt), minuteMs) / minuteMs;
      acceptedAt = now;
      if (perMinute !== null) perMinute *= 1 + advancePerMinute * passedMinutes;
      // Such as those whose answers came after the first refusal.
      if (limit !== null && lastMinute.at(now) > limit) {
        limit = lastMinute.at(now);
        perMinute = Math.max(perMinute ?? 0, limit * retreat);
      }
      if (inFlight >= heaviest.inFlight || now - heaviest.at > minuteMs) heaviest = { inFlight, at: now };
    },
    refused(refusal, now) {
      inARow += 1;
      if (!isForNumber(refusal, now)) return false;
      // Others that were under way are refused as well: that is one and the same piece of news.
      if (now >= heldUntil) {
        if (!isNearLimit(now)) limit = Math.max(1, lastMinute.at(now));
        perMinute = Math.max(1, (limit as number) * retreat);
      }
      heldUntil = Math.max(heldUntil, now + (refusal.askedMs ?? usualWaitMs));
      return true;
    },
    refusedInARow: () => inARow,
  };
}
