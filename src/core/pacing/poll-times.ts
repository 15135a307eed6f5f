import type { Instant, JobId } from '../job/job.ts';
import type { Dice } from '../ports.ts';
import type { RemoteStatus } from '../provider.ts';
import { type Latencies, latencies, type PastLatencies } from './latencies.ts';
import { type PollPace, priceFactorAfter, withinPollBounds } from './pace.ts';
import { pollPrice } from './poll-price.ts';
import type { ServerView, TrackedRequest } from './server-view.ts';

/** Says when a request is polled, and learns from what the polls show. */
export interface PollTimes {
  dueAt(request: PolledRequest, now: Instant): number;
  /** By what is known now, the request still waits on the server: a poll that was due would be wasted. */
  isTooSoon(request: PolledRequest, now: Instant): boolean;
  /** Whether the request is thought to wait in the server's queue. */
  waits(request: PolledRequest, now: Instant): boolean;
  /** Returns when it started, for the first time that a poll finds it running or ended; null: it waits yet. */
  learn(request: PolledRequest, shown: PolledStatus, now: Instant): Start | null;
  /** How many models turned out to end requests at once, with the first end that was seen: all others are due earlier. */
  instantModels(): number;
  /** A poll that was due after `meantMs` was made `lateMs` later, because others had to be made first. */
  wasLate(lateMs: number, meantMs: number): void;
}

/** Between which instants a request started. `latestAt` null: no poll has found it running. */
export interface Start {
  readonly earliestAt: Instant;
  readonly latestAt: Instant | null;
}

/** A request that is polled. */
export interface PolledRequest {
  readonly tracked: TrackedRequest;
  /** When a poll last found it unfinished; null: none has in this run. */
  readonly unfinishedAt: Instant | null;
}

/** What a poll has shown. */
export interface PolledStatus {
  readonly phase: RemoteStatus['phase'];
  /** Its position in the server's queue, if the server says it. */
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

// Requests that wait on the server are passed over until their turn is near. How near it is, is reconsidered after half
// of the time that is left, within these bounds, since the queue may move faster than it seems.
const reconsideredMs = { min: 250, max: 2_000 } as const;
const maxUnseenMs = 60_000;
// Of a model that nothing is known of, one request is polled at this age and each time it has doubled, so that the
// others need not wait for long to be polled in time.
const scoutMs = 20;

/** By what is learned of latencies and of the server's queue, or at the interval that the user gave. */
export function pollTimes({ pace, past, dice, view, isClosed }: PollTimesPorts): PollTimes {
  const learned = new Map<string, Latencies>();
  /** By model: the request that is polled early. */
  const scouts = new Map<string, JobId>();
  let priceFactor = 1;
  let instantModels = 0;

  function isScout({ model, job }: TrackedRequest, known: Latencies): boolean {
    if (!known.isBlank()) return false;
    if (!scouts.has(model)) scouts.set(model, job);
    return scouts.get(model) === job;
  }

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
      const situation = { queue: tracked.queue, inFlight: view.inFlight(), isClosed: isClosed() };
      const known = latenciesOf(tracked.model);
      const startAt = startOf(tracked);
      const ageMs = Math.max(0, unfinishedAt - startAt);
      if (ageMs === 0 && startAt <= now && known.endsAtOnce()) return now;
      const delayMs = startAt + known.nextPollAt(ageMs, pollPrice(situation, now) * priceFactor) - now;
      if (startAt > now) {
        const { min, max } = reconsideredMs;
        return now + Math.min(delayMs, max, Math.max(min, (startAt - now) / 2));
      }
      const boundedMs = withinPollBounds(delayMs, now - startAt, known.isKnown());
      return now + (isScout(tracked, known) ? Math.min(boundedMs, Math.max(scoutMs, ageMs)) : boundedMs);
    },
    isTooSoon(request, now) {
      const { unfinishedAt } = request;
      if (pace.everyMs !== null || unfinishedAt === null) return false;
      return waits(request, now) && now - unfinishedAt < maxUnseenMs;
    },
    learn({ tracked, unfinishedAt }, { phase, position }, now) {
      const { queue, number } = tracked;
      const earliestAt = queue.waitedUntil(number);
      if (phase === 'queued') queue.queued(number, position, now);
      else if (phase !== 'unrecognised') queue.started(number, now);
      const startAt = startOf(tracked);
      const [fromMs, toMs] = [Math.max(0, (unfinishedAt ?? now) - startAt), Math.max(0, now - startAt)];
      // A request that ended while nobody polled it teaches nothing.
      const isNews = unfinishedAt !== null && startAt <= now;
      if (isNews && phase === 'finished') {
        const known = latenciesOf(tracked.model);
        const isFirst = known.isBlank();
        known.ended(fromMs, toMs);
        if (isFirst && known.endsAtOnce()) instantModels += 1;
      } else if (isNews) latenciesOf(tracked.model).unfinished(fromMs, toMs);
      if (phase === 'finished') view.left(tracked.job, isNews ? (toMs - fromMs) / 2 : null, now);
      if (phase !== 'running' && phase !== 'finished') return null;
      // Where nothing waits, it started when it was accepted. What an earlier run has submitted may have waited.
      const isAtOnce = startAt === tracked.acceptedAt && unfinishedAt !== null;
      return { earliestAt, latestAt: isAtOnce ? startAt : phase === 'running' ? now : null };
    },
    instantModels: () => instantModels,
    wasLate(lateMs, meantMs) {
      priceFactor = priceFactorAfter(priceFactor, lateMs, meantMs);
    },
  };
}
