import type { Instant } from '../job/job.ts';
import { recentCount } from './turns.ts';

/** How many calls per second the server takes, learned from those that it answers with 429. */
interface CallRate {
  /** The time between two calls; 0: no limit is known. */
  spacingMs(): number;
  passed(now: Instant): void;
  /** Returns whether the refusal is attributed to the call rate, which is lower from now on. */
  refused(now: Instant): boolean;
}

// The rate falls to a little less than was too much, and rises from there while it is used: slowly at first, so that it
// does not meet the limit at once, and faster the longer it has not met it.
const retreat = 0.97;
const advance = { perSecond: 0.002, perSecondSquared: 0.0005 } as const;
const usedShare = 0.95;
// Calls refused this soon after a cut were under way, or are refused because of what was sent before it.
const pauseMs = 1_500;
// Some servers refuse a call now and then. It is because of the rate if several in a row are refused, or many of the
// latest, or any when there are nearly as many calls as were too much before.
const inARowMany = 4;
const many = { share: 0.1, atLeast: 5, withinMs: 4_000 } as const;
const nearLimit = 0.92;
// If fewer calls were made than the rate allows, their number does not measure the limit: others were refused, or
// nobody wanted more.
const minMeasuredShare = 0.9;

export function callRate(): CallRate {
  const lastSecond = recentCount(1_000);
  const passedLately = recentCount(many.withinMs);
  const refusedLately = recentCount(many.withinMs);
  let perSecond: number | null = null;
  // This many in a second were too much.
  let limit: number | null = null;
  let cutAt = Number.NEGATIVE_INFINITY;
  let passedAt = 0;
  let inARow = 0;

  function isNearLimit(now: Instant): boolean {
    return limit !== null && lastSecond.at(now) >= limit * nearLimit;
  }

  function areMany(now: Instant): boolean {
    const refused = refusedLately.at(now);
    return refused >= many.atLeast && refused > many.share * (refused + passedLately.at(now));
  }

  function grow(now: Instant): void {
    if (perSecond === null || limit === null) return;
    const passedSeconds = Math.min(Math.max(0, now - passedAt), 1_000) / 1_000;
    const calmSeconds = Math.max(0, now - cutAt) / 1_000;
    const taken = lastSecond.at(now);
    limit = Math.max(limit, taken);
    if (taken <= perSecond * usedShare) return;
    perSecond *= 1 + passedSeconds * (advance.perSecond + advance.perSecondSquared * calmSeconds);
  }

  return {
    spacingMs: () => (perSecond === null ? 0 : 1_000 / perSecond),
    passed(now) {
      lastSecond.add(now);
      passedLately.add(now);
      inARow = 0;
      grow(now);
      passedAt = now;
    },
    refused(now) {
      refusedLately.add(now);
      inARow += 1;
      const isAsBefore = isNearLimit(now);
      if (!isAsBefore && inARow < inARowMany && !areMany(now)) return false;
      if (now - cutAt < pauseMs) return true;
      cutAt = now;
      if (!isAsBefore) limit = Math.max(1, lastSecond.at(now), (perSecond ?? 0) * minMeasuredShare);
      perSecond = (limit as number) * retreat;
      return true;
    },
  };
}
