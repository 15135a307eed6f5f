import type { Instant } from '../job/job.ts';

/** When an open breaker tries a submission. */
interface Trials {
  /** Plans the next trial after one more submission was left unanswered: `lost` of them in an outage since `since`. */
  plan(lost: number, since: number, now: Instant): void;
  /** The next trial may be made now. */
  planNow(now: Instant): void;
  /** When the next trial is due, after `lost` submissions were left unanswered. */
  dueAt(lost: number): number;
  /** Free calls are no longer answered. */
  away(): void;
  /** Free calls are answered again. */
  back(now: Instant): void;
}

interface TrialRules {
  /** Submissions that an outage may leave unanswered. */
  readonly budget: number;
  /** How long an outage may take. All times here are shares of it. */
  readonly outageMs: number;
  /** The last trial waits for this much certainty that the API is back. */
  readonly calmMs: number;
}

// In brackets what the shares of `outageMs` come to for two hours.
const shares = {
  /** The last trial (1 h): a run survives an outage of half the time, whatever it cost at first. */
  lastTrial: 1 / 2,
  /** The first trial of many (5 s for eight, 80 s for two). */
  firstTrial: 1 / 22.5,
} as const;
// The next trial waits at least this much longer than the outage has taken so far.
const minGrowth = 1.3;

/** Spreads the trials that the budget still allows over half of the time that an outage may take, close together first. */
export function breakerTrials({ budget, outageMs, calmMs }: TrialRules): Trials {
  let plannedAt = 0;
  // Since when free calls are answered again, in an outage in which they were not.
  let backAt = Number.POSITIVE_INFINITY;

  return {
    plan(lost, since, now) {
      const left = budget - lost;
      const firstMs = (outageMs * shares.firstTrial) / left ** 2;
      const lastMs = shares.lastTrial * outageMs;
      const tookMs = now - since;
      if (left <= 1) {
        plannedAt = since + Math.max(lastMs, tookMs * minGrowth);
        return;
      }
      const growth = Math.max(minGrowth, (lastMs / Math.max(tookMs, 1)) ** (1 / left));
      plannedAt = since + Math.max(firstMs, tookMs * growth);
    },
    planNow(now) {
      plannedAt = now;
    },
    dueAt: (lost) => Math.min(plannedAt, backAt + (budget - lost <= 1 ? calmMs : 0)),
    away() {
      backAt = Number.POSITIVE_INFINITY;
    },
    back(now) {
      backAt = now;
    },
  };
}
