import type { Instant } from './job.ts';
import type { ServerQueue } from './server-queue.ts';

/** How many requests may be at the API at once. */
export interface Concurrency {
  readonly atMost: number;
  /** Begin small, find out what the server has room for, and keep no more waiting there than hides our delays. */
  readonly adapts: boolean;
}

/** What a look at the newest request of a model has shown. */
export interface QueueSight {
  /** Requests that were accepted and are not yet seen to have ended, of all models. */
  readonly inFlight: number;
  /** Those of this model that wait. 0: the newest one runs. */
  readonly waiting: number;
  /** How many should wait. */
  readonly cushion: number;
  /** Whether it can be told that slots are taken: a server needs a moment to start even where one is free. */
  readonly isSettled: boolean;
}

/** The size of a window that follows what the server takes. */
export interface WindowSize {
  at(now: Instant): number;
  /** How large it may be. */
  limit(now: Instant): number;
  sighted(sight: QueueSight): void;
  /** A submit was accepted; `inFlight` counts it. */
  accepted(inFlight: number, now: Instant): void;
  /** Whether more are in flight than were found to be accepted, to try it. */
  isTrial(inFlight: number, now: Instant): boolean;
  /** A submit was refused, because so many were in flight for all that is known. */
  refused(inFlight: number, now: Instant): void;
  /** What was refused lately was refused for its rate, not for what was in flight. */
  excused(now: Instant): void;
}

const cautiousStart = 8;
// Whether what seems to be the server's limit still is one is tried, at first soon, then more and more rarely.
const firstTrialMs = 2_000;
const rarestTrialMs = 5 * 60_000;
// Refusals so near each other have one cause.
export const sameCauseMs = 1_500;
// A little beyond it is accepted as well while some have ended that nobody has seen yet: that proves nothing.
const proof = { share: 1.25, jobs: 2 } as const;
// Until a queue was seen the window doubles; later it grows by shares, should the server have got more slots.
const laterGrowth = 1 / 8;

export function firstSize(concurrency: Concurrency): number {
  return concurrency.adapts ? Math.min(cautiousStart, concurrency.atMost) : concurrency.atMost;
}

/**
 * The rule: as many as are in flight, and as many more as the cushion of waiting requests lacks. While nothing waits,
 * more by leaps. Refusals set a ceiling, which is tried again after a while, more and more rarely while it holds.
 */
export function windowSize(concurrency: Concurrency): WindowSize {
  let size = firstSize(concurrency);
  let isRamping = true;
  let starvedInARow = 0;
  let ceiling = Number.POSITIVE_INFINITY;
  let trialMs = firstTrialMs;
  let trialAt = Number.POSITIVE_INFINITY;
  let step = 1;
  // With so many in flight the last submit was refused, and when; and what the ceiling was before.
  let refusedWith = Number.POSITIVE_INFINITY;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let ceilingBefore = ceiling;

  function grown({ inFlight, cushion }: QueueSight): number {
    starvedInARow += 1;
    const share = isRamping ? 1 : Math.min(1, laterGrowth * starvedInARow);
    return inFlight + Math.max(cushion, Math.ceil(inFlight * share));
  }

  function limit(now: Instant): number {
    return Math.max(1, Math.min(concurrency.atMost, now >= trialAt ? ceiling + step : ceiling));
  }

  function isTrial(inFlight: number, now: Instant): boolean {
    return now >= trialAt && inFlight >= ceiling;
  }

  return {
    limit,
    at: (now) => Math.min(size, limit(now)),
    sighted(sight) {
      if (!concurrency.adapts) return;
      const { inFlight, waiting, cushion, isSettled } = sight;
      if (waiting < 1) {
        size = Math.max(size, grown(sight));
      } else {
        starvedInARow = 0;
        if (isSettled) isRamping = false;
        if (isSettled || inFlight + cushion - waiting > size) size = inFlight + cushion - Math.floor(waiting);
      }
      size = Math.min(Math.max(1, size), concurrency.atMost);
    },
    accepted(inFlight, now) {
      if (inFlight <= ceiling) return;
      ceiling = inFlight;
      step *= 2;
      if (inFlight > refusedWith * proof.share + proof.jobs) trialMs = firstTrialMs;
      trialAt = now + firstTrialMs;
    },
    isTrial,
    refused(inFlight, now) {
      if (now - refusedAt > sameCauseMs) ceilingBefore = ceiling;
      if (isTrial(inFlight, now)) trialMs = Math.min(trialMs * 2, rarestTrialMs);
      [refusedWith, refusedAt] = [inFlight, now];
      ceiling = Math.max(1, Math.min(ceiling, inFlight));
      size = Math.min(size, Math.max(firstSize(concurrency), ceiling));
      step = 1;
      trialAt = now + trialMs;
    },
    excused(now) {
      if (now - refusedAt <= sameCauseMs) ceiling = ceilingBefore;
    },
  };
}

// From the end of a request to the next one at the server, beyond the time until the end is seen.
const reactionMs = 100;
// A start that took longer tells of a queue, not of what a server takes.
const longestStartMs = 5_000;

/**
 * How many requests should wait at the server so that no slot ever does: what ends until we react, what ends while the
 * server gets the next one going, and the chance of more ends than usual that nobody has seen yet.
 */
export function cushionFor(queue: ServerQueue, now: Instant): number {
  const rate = queue.rate(now);
  const startMs = Math.min(queue.quickestStartMs() ?? 0, longestStartMs);
  return Math.ceil(1 + rate * (reactionMs + startMs) + 2 * Math.sqrt(rate * queue.lagMs()));
}
