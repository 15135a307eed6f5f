import type { Instant } from '../job/job.ts';
import type { Dice } from '../ports.ts';
import type { RemoteStatus } from '../provider.ts';
import { type Latencies, latencies, type PastLatencies } from './latencies.ts';
import { type PollPace, priceFactorAfter, withinPollBounds } from './pace.ts';
import { pollPrice } from './poll-price.ts';
import type { ServerView, TrackedRequest } from './server-view.ts';

/** Says when a request is to be looked at, and learns from what is seen. */
export interface PollTimes {
  dueAt(request: PolledRequest, now: Instant): number;
  /** A look that was due is in vain: by what is known now, it waits at the server still. */
  isTooSoon(request: PolledRequest, now: Instant): boolean;
  /** Whether it is thought to wait at the server. */
  waits(request: PolledRequest, now: Instant): boolean;
  learn(request: PolledRequest, shown: PolledStatus, now: Instant): void;
  /** A look that was meant to be made after `meantMs` was made `lateMs` later, since others had to be made first. */
  wasLate(lateMs: number, meantMs: number): void;
}

export interface PolledRequest {
  readonly tracked: TrackedRequest;
  /** When it was last seen unfinished; null: never in this run. */
  readonly unfinishedAt: Instant | null;
}

/** What a look has shown. */
export interface PolledStatus {
  readonly phase: RemoteStatus['phase'];
  /** Where a request that is queued stands, if the server says so. */
  readonly position: number | null;
}

export interface PollTimesPorts {
  readonly pace: PollPace;
  readonly past: PastLatencies;
  readonly dice: Dice;
  readonly view: ServerView;
  /** Whether nothing more will be submitted. */
  readonly isClosed: () => boolean;
}

// Requests that wait at the server are passed over until their turn is near; how near is thought over again when half of
// that has passed, within these bounds, since what wait there is may be over sooner than it seems.
const rethoughtMs = { least: 250, most: 2_000 } as const;
const maxUnseenMs = 60_000;

/** By what is learned of latencies and of the server's queue, or at the user's own intervals. */
export function pollTimes({ pace, past, dice, view, isClosed }: PollTimesPorts): PollTimes {
  const learned = new Map<string, Latencies>();
  let priceFactor = 1;

  function latenciesOf(model: string): Latencies {
    const known = learned.get(model) ?? latencies(past.get(model));
    learned.set(model, known);
    return known;
  }

  function startOf({ queue, number }: TrackedRequest): Instant {
    return queue.startOf(number);
  }

  function waits({ tracked }: PolledRequest, now: Instant): boolean {
    return startOf(tracked) > now;
  }

  return {
    waits,
    dueAt({ tracked, unfinishedAt }, now) {
      if (unfinishedAt === null) return now;
      if (pace.everyMs !== null) return now + pace.everyMs * (0.9 + 0.2 * dice());
      const market = { queue: tracked.queue, inFlight: view.inFlight(), isClosed: isClosed() };
      const known = latenciesOf(tracked.model);
      const startAt = startOf(tracked);
      const ageMs = Math.max(0, unfinishedAt - startAt);
      const delayMs = startAt + known.nextPollAt(ageMs, pollPrice(market, now) * priceFactor) - now;
      if (startAt > now) {
        const { least, most } = rethoughtMs;
        return now + Math.min(delayMs, most, Math.max(least, (startAt - now) / 2));
      }
      return now + withinPollBounds(delayMs, now - startAt, known.isKnown());
    },
    isTooSoon(request, now) {
      const { unfinishedAt } = request;
      if (pace.everyMs !== null || unfinishedAt === null) return false;
      return waits(request, now) && now - unfinishedAt < maxUnseenMs;
    },
    learn({ tracked, unfinishedAt }, { phase, position }, now) {
      const { queue, number } = tracked;
      if (phase === 'queued') queue.queued(number, position, now);
      else if (phase !== 'unrecognised') queue.started(number, now);
      const startAt = startOf(tracked);
      const [fromMs, toMs] = [Math.max(0, (unfinishedAt ?? now) - startAt), Math.max(0, now - startAt)];
      // What ended while nobody looked teaches nothing.
      const isNews = unfinishedAt !== null && startAt <= now;
      if (isNews && phase === 'finished') latenciesOf(tracked.model).ended(fromMs, toMs);
      else if (isNews) latenciesOf(tracked.model).unfinished(fromMs, toMs);
      if (phase === 'finished') view.left(tracked.job, isNews ? (toMs - fromMs) / 2 : null, now);
    },
    wasLate(lateMs, meantMs) {
      priceFactor = priceFactorAfter(priceFactor, lateMs, meantMs);
    },
  };
}
