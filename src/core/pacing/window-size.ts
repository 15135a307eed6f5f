import type { Instant } from '../job/job.ts';
import type { InFlightLimit } from './in-flight-limit.ts';
import type { ServerQueue } from './server-queue.ts';

/** How many requests may be in flight. */
export interface Concurrency {
  readonly max: number;
  /** Begin small, find out what the server has room for, and let only as many wait there as hide our delays. */
  readonly adapts: boolean;
}

/** What a poll of the newest request of a model has shown. */
export interface QueueSample {
  /** Requests of all models that were accepted and have not been seen to end. */
  readonly inFlight: number;
  /** Requests of this model that wait. 0: the newest one runs. */
  readonly waiting: number;
  /** How many should wait. */
  readonly cushion: number;
  /** Whether enough time has passed to tell that no slot is free: even with a free one a server needs a moment. */
  readonly isSettled: boolean;
}

/** The number of requests that the window lets be in flight. */
export interface WindowSize {
  at(now: Instant): number;
  /** The largest that it may be. */
  limit(now: Instant): number;
  sampled(sample: QueueSample): void;
}

const cautiousStart = 8;
// Until a queue is seen the window doubles, and beyond some size grows by half, so that not too many wait in the end.
// Later it grows by eighths, in case the server has got more slots.
const doublesUpTo = 32;
const rampGrowth = 1 / 2;
const laterGrowth = 1 / 8;

export function firstSize(concurrency: Concurrency): number {
  return concurrency.adapts ? Math.min(cautiousStart, concurrency.max) : concurrency.max;
}

/**
 * The rule: what is in flight, plus what the cushion of waiting requests lacks; while nothing waits, it grows by leaps.
 * The in-flight limit caps it, even if the size is fixed. `concurrency`: what the user wants at the moment.
 */
export function windowSize(
  concurrency: () => Concurrency,
  inFlightLimit: Pick<InFlightLimit, 'at'>,
): WindowSize {
  let size = firstSize(concurrency());
  let isRamping = true;
  let starvedInARow = 0;

  function grown({ inFlight, cushion }: QueueSample): number {
    starvedInARow += 1;
    const ramp = inFlight < doublesUpTo ? 1 : rampGrowth;
    const share = isRamping ? ramp : Math.min(1, laterGrowth * starvedInARow);
    return inFlight + Math.max(cushion, Math.ceil(inFlight * share));
  }

  function limit(now: Instant): number {
    return Math.max(1, Math.min(concurrency().max, inFlightLimit.at(now)));
  }

  return {
    limit,
    at: (now) => (concurrency().adapts ? Math.min(size, limit(now)) : limit(now)),
    sampled(sample) {
      const { adapts, max } = concurrency();
      if (!adapts) return;
      const { inFlight, waiting, cushion, isSettled } = sample;
      if (waiting < 1) {
        size = Math.max(size, grown(sample));
      } else {
        starvedInARow = 0;
        if (isSettled) isRamping = false;
        const wanted = inFlight + cushion - Math.floor(waiting);
        if (isSettled || wanted > size) size = wanted;
      }
      size = Math.min(Math.max(1, size), max);
    },
  };
}

// From the moment at which an end is seen to the arrival of the next request on the server.
const reactionMs = 100;
// A longer start means that there was a queue.
const maxStartMs = 5_000;

/**
 * How many requests should wait on the server so that none of its slots is ever idle: as many as end until we react, as
 * end while the server starts the next one, and as may have ended unseen beyond the usual number.
 */
export function cushionFor(queue: ServerQueue, now: Instant): number {
  const rate = queue.rate(now);
  const startMs = Math.min(queue.minStartMs() ?? 0, maxStartMs);
  return Math.ceil(1 + rate * (reactionMs + startMs) + 2 * Math.sqrt(rate * queue.lagMs()));
}
