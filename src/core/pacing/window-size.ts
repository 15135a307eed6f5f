import type { Instant } from '../job/job.ts';
import type { InFlightLimit } from './in-flight-limit.ts';
import type { ServerQueue } from './server-queue.ts';

/** How many requests may be at the API at once. */
export interface Concurrency {
  readonly max: number;
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
}

const cautiousStart = 8;
// Until a queue was seen the window doubles, and from some size on it grows by half, so that not too many wait then;
// later it grows by shares, should the server have got more slots.
const doublesUpTo = 32;
const rampGrowth = 1 / 2;
const laterGrowth = 1 / 8;

export function firstSize(concurrency: Concurrency): number {
  return concurrency.adapts ? Math.min(cautiousStart, concurrency.max) : concurrency.max;
}

/**
 * The rule: as many as are in flight, and as many more as the cushion of waiting requests lacks; while nothing waits,
 * more by leaps. All of it below the ceiling, a fixed size as well.
 */
export function windowSize(concurrency: Concurrency, inFlightLimit: Pick<InFlightLimit, 'at'>): WindowSize {
  let size = firstSize(concurrency);
  let isRamping = true;
  let starvedInARow = 0;

  function grown({ inFlight, cushion }: QueueSight): number {
    starvedInARow += 1;
    const ramp = inFlight < doublesUpTo ? 1 : rampGrowth;
    const share = isRamping ? ramp : Math.min(1, laterGrowth * starvedInARow);
    return inFlight + Math.max(cushion, Math.ceil(inFlight * share));
  }

  function limit(now: Instant): number {
    return Math.max(1, Math.min(concurrency.max, inFlightLimit.at(now)));
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
        const wanted = inFlight + cushion - Math.floor(waiting);
        if (isSettled || wanted > size) size = wanted;
      }
      size = Math.min(Math.max(1, size), concurrency.max);
    },
  };
}

// From the end of a request to the next one at the server, beyond the time until the end is seen.
const reactionMs = 100;
// A start that took longer tells of a queue, not of what a server takes.
const maxStartMs = 5_000;

/**
 * How many requests should wait at the server so that no slot ever does: what ends until we react, what ends while the
 * server gets the next one going, and the chance of more ends than usual that nobody has seen yet.
 */
export function cushionFor(queue: ServerQueue, now: Instant): number {
  const rate = queue.rate(now);
  const startMs = Math.min(queue.minStartMs() ?? 0, maxStartMs);
  return Math.ceil(1 + rate * (reactionMs + startMs) + 2 * Math.sqrt(rate * queue.lagMs()));
}
