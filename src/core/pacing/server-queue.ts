import type { Instant } from '../job/job.ts';

/**
 * The server's queue for one model, as far as is known. It is taken to be first come, first served, so that a poll of
 * one request tells of all that came before it. Requests are numbered from 0 in the order of their acceptance.
 * Everything here is an estimate: it decides when to poll and how many to submit, never what state a request is in.
 */
export interface ServerQueue {
  /** Returns the number of the request. `acceptedAt` may lie before this run. */
  accepted(acceptedAt: Instant, now: Instant): number;
  /** A poll found it running, or ended. */
  started(number: number, at: Instant): void;
  /** A poll found it waiting. `position` counts from 1; null: the server does not tell it. */
  queued(number: number, position: number | null, at: Instant): void;
  /** A poll found it ended, `lagMs` after the end; null: nobody knows how long after. */
  ended(number: number, lagMs: number | null, at: Instant): void;
  /** When it started, or will start. */
  startOf(number: number): Instant;
  /** When it was last known to wait, by its own polls or those of requests before it; else when it was accepted. */
  waitedUntil(number: number): Instant;
  /** The number of requests that wait. */
  waiting(at: Instant): number;
  /** The number of requests that were accepted and have not been seen to end. */
  inFlight(): number;
  /** Recent ends per ms; 0 before the first. */
  rate(at: Instant): number;
  /** How long after its end a request has recently been seen to end. */
  lagMs(): number;
  /** The shortest time from acceptance to a poll that found a request running: what a server with a free slot needs. */
  minStartMs(): number | null;
}

interface QueuedRequest {
  readonly acceptedAt: Instant;
  /** null: it waits, as far as is known. */
  startedAt: Instant | null;
}

/** At that instant the request with this number was the first that waited. */
interface HeadSample {
  readonly at: Instant;
  readonly head: number;
}

const maxSamples = 16;
const recentEnds = 64;
// The weight of the latest lag.
const lagShare = 1 / 16;
// While nobody knows how fast a queue moves, since its machines are yet to start, the first that waits is expected to
// start after this share of the time for which nothing has moved, and the others not before it has, or for a minute.
const still = { share: 1 / 8, maxMs: 5_000, othersMs: 60_000 } as const;

export function serverQueue(): ServerQueue {
  const requests = new Map<number, QueuedRequest>();
  const ends = recentlyEnded();
  let samples: HeadSample[] = [];
  /** When a request, and so all behind it, was seen to wait. */
  let sightings: readonly HeadSample[] = [];
  let [count, head] = [0, 0];
  // Until a request is seen to wait, each is taken to start when it is accepted.
  let [isBacked, hasMoved] = [false, false];
  let firstAt: Instant | null = null;
  let [headAt, movedAt] = [0 as Instant, 0];
  let minStart: number | null = null;

  /** All before `to` have started: at even intervals since the head was last seen, and not before their acceptance. */
  function advance(to: number, at: Instant): void {
    const since = headAt;
    for (let number = head; number < to; number += 1) {
      const request = requests.get(number);
      if (request === undefined || request.startedAt !== null) continue;
      const passedAt = since + ((number - head + 1) / (to - head)) * (at - since);
      request.startedAt = isBacked ? (Math.max(request.acceptedAt, passedAt) as Instant) : request.acceptedAt;
    }
    if (to > head) {
      // Until now its machines may have been starting, which says nothing of how fast it moves.
      if (!hasMoved) samples = [];
      [hasMoved, movedAt] = [true, at];
    }
    head = Math.max(head, to);
    headAt = at;
  }

  function noteStart(number: number, at: Instant): void {
    const request = requests.get(number);
    if (request === undefined || firstAt === null || request.acceptedAt < firstAt) return;
    const ageMs = Math.max(0, at - request.acceptedAt);
    minStart = Math.min(minStart ?? ageMs, ageMs);
  }

  return {
    accepted(acceptedAt, now) {
      firstAt ??= now;
      requests.set(count, { acceptedAt, startedAt: null });
      count += 1;
      return count - 1;
    },
    started(number, at) {
      noteStart(number, at);
      if (number < head) return;
      advance(number + 1, at);
      if (head === count) {
        [isBacked, hasMoved, samples] = [false, false, []];
      }
    },
    queued(number, position, at) {
      const request = requests.get(number);
      if (request === undefined) return;
      if (number < head) {
        // It was overtaken, so that its position says nothing about the others.
        request.startedAt = (at + (position ?? 1) / (drainPerMs(samples) ?? 1)) as Instant;
        return;
      }
      const first = position === null ? number : Math.max(head, number - Math.ceil(position) + 1);
      advance(position === null ? head : first, at);
      isBacked = true;
      sightings = [...sightings.slice(1 - maxSamples), { head: first, at }];
      if (position === null) return;
      samples = [...samples.slice(1 - maxSamples), { at, head }];
    },
    ended(number, lagMs, at) {
      requests.delete(number);
      movedAt = at;
      ends.saw(lagMs, at);
    },
    startOf(number) {
      const request = requests.get(number);
      if (request === undefined) return headAt;
      if (request.startedAt !== null) return request.startedAt;
      if (!isBacked) return request.acceptedAt;
      const drain = drainPerMs(samples);
      const startAt =
        drain === null
          ? startOfStill(number, requests, { head, headAt, movedAt })
          : headAt + (number - head + 1) / drain;
      return Math.max(request.acceptedAt, startAt) as Instant;
    },
    waitedUntil(number) {
      const acceptedAt = requests.get(number)?.acceptedAt ?? headAt;
      const seen = sightings.findLast(({ head: first }) => first <= number);
      return Math.max(acceptedAt, seen?.at ?? acceptedAt) as Instant;
    },
    waiting(at) {
      if (!isBacked) return 0;
      return Math.max(0, count - head - (drainPerMs(samples) ?? 0) * (at - headAt));
    },
    inFlight: () => requests.size,
    rate: (at) => ends.rate(firstAt, at),
    lagMs: ends.lagMs,
    minStartMs: () => minStart,
  };
}

/** How fast the head moves, in requests per ms; null: unknown. */
function drainPerMs(samples: readonly HeadSample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at || last.head <= first.head)
    return null;
  return (last.head - first.head) / (last.at - first.at);
}

/** When the first that waits, or one behind it, may start, by when the queue has last moved. */
function startOfStill(
  number: number,
  requests: ReadonlyMap<number, QueuedRequest>,
  { head, headAt, movedAt }: { readonly head: number; readonly headAt: number; readonly movedAt: number },
): number {
  let first = head;
  while (first < number && requests.get(first)?.startedAt !== null) first += 1;
  if (first < number) return headAt + still.othersMs;
  const since = Math.max(movedAt, requests.get(number)?.acceptedAt ?? headAt);
  return headAt + Math.min(Math.max(0, headAt - since) * still.share, still.maxMs);
}

/** How often requests have ended recently, and how long after that it was seen. */
function recentlyEnded() {
  const ends: Instant[] = [];
  let lag = 0;
  return {
    saw(lagMs: number | null, at: Instant): void {
      ends.push(at);
      if (ends.length > recentEnds) ends.shift();
      if (lagMs !== null) lag += (lagMs - lag) * Math.max(lagShare, 1 / ends.length);
    },
    /** Per ms, where the first request was accepted at `firstAt`. */
    rate(firstAt: Instant | null, at: Instant): number {
      const since = ends.length < recentEnds ? firstAt : ends[0];
      return since === undefined || since === null || at <= since ? 0 : ends.length / (at - since);
    },
    lagMs: () => lag,
  };
}
