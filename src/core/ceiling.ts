import type { Instant } from './job.ts';

/** How many in flight the server bears, learned from submits that it refuses for that. */
export interface Ceiling {
  /** Infinite as long as nothing was refused. */
  at(now: Instant): number;
  /** Whether anything was refused. */
  isKnown(): boolean;
  /** A submit was accepted; `inFlight` counts it. */
  accepted(inFlight: number, now: Instant): void;
  refused(inFlight: number, now: Instant): void;
  /** What was refused just now was refused for something else. */
  excused(now: Instant): void;
}

// Whether it still holds is tried, at first soon, then more and more rarely while it does.
const firstTrialMs = 2_000;
const rarestTrialMs = 5 * 60_000;
// Refusals so near each other have one cause.
export const sameCauseMs = 1_500;
// A little more than it is accepted as well while some have ended that nobody has seen yet: that proves nothing.
const proof = { share: 1.25, jobs: 2 } as const;

export function ceiling(): Ceiling {
  let height = Number.POSITIVE_INFINITY;
  let heightBefore = height;
  let step = 1;
  let trialMs = firstTrialMs;
  let trialAt = Number.POSITIVE_INFINITY;
  // With so many in flight the last submit was refused, and when.
  let refusedWith = Number.POSITIVE_INFINITY;
  let refusedAt = Number.NEGATIVE_INFINITY;

  function isTrial(inFlight: number, now: Instant): boolean {
    return now >= trialAt && inFlight >= height;
  }

  return {
    isKnown: () => Number.isFinite(height),
    at: (now) => (now >= trialAt ? height + step : height),
    accepted(inFlight, now) {
      if (inFlight <= height) return;
      height = inFlight;
      step *= 2;
      if (inFlight > refusedWith * proof.share + proof.jobs) trialMs = firstTrialMs;
      trialAt = now + firstTrialMs;
    },
    refused(inFlight, now) {
      if (now - refusedAt > sameCauseMs) heightBefore = height;
      if (isTrial(inFlight, now)) trialMs = Math.min(trialMs * 2, rarestTrialMs);
      [refusedWith, refusedAt] = [inFlight, now];
      height = Math.max(1, Math.min(height, inFlight));
      step = 1;
      trialAt = now + trialMs;
    },
    excused(now) {
      if (now - refusedAt <= sameCauseMs) height = heightBefore;
    },
  };
}
