import type { Instant } from '../job/job.ts';
import type { TrackedRequest } from './server-view.ts';
import { cushionFor } from './window-size.ts';

/**
 * When to poll the newest request of a model: this one poll tells how many wait before it, and so how many have started
 * since the last one, and whether the window has the right size.
 */
interface Probes {
  /** null: it would tell nothing new. */
  dueAt(newest: TrackedRequest, goal: ProbeGoal, now: Instant): Instant | null;
  probed(newest: TrackedRequest, waits: boolean, now: Instant): void;
}

/** `size`: the window is used up and may have to grow. `starts`: only the starts of requests have to be known. */
export type ProbeGoal = 'size' | 'starts';

interface LastProbe {
  readonly number: number;
  readonly at: Instant;
  readonly waits: boolean;
  /** How often in a row it waited. */
  readonly waited: number;
}

// No server starts a request before this age; and the shortest time between two probes.
const minAgeMs = 20;
const probePauseMs = 30;
const gaps = { size: { minMs: 100, maxMs: 5_000 }, starts: { minMs: 500, maxMs: 10_000 } } as const;
// While the rate of ends is unknown: soon at first, since a free slot starts a request within moments.
const blindGapMs = { first: 50, max: 2_000 } as const;

export function probes(): Probes {
  const lastOf = new Map<string, LastProbe>();

  return {
    dueAt(newest, goal, now) {
      const last = lastOf.get(newest.model);
      const earliestAt = newest.acceptedAt + minAgeMs;
      if (last === undefined) return earliestAt as Instant;
      if (last.waits) return (last.at + gapMs(newest, goal, last, now)) as Instant;
      if (newest.number <= last.number) return null;
      return Math.max(earliestAt, last.at + probePauseMs) as Instant;
    },
    probed({ model, number }, waits, at) {
      const waited = waits ? (lastOf.get(model)?.waited ?? 0) + 1 : 0;
      lastOf.set(model, { number, at, waits, waited });
    },
  };
}

/** A share of the time in which the waiting requests would be used up. */
function gapMs({ queue }: TrackedRequest, goal: ProbeGoal, { waited }: LastProbe, now: Instant): number {
  const rate = queue.rate(now);
  if (rate === 0) return Math.min(blindGapMs.first * 2 ** (waited - 1), blindGapMs.max);
  const { minMs, maxMs } = gaps[goal];
  const shareMs = goal === 'size' ? cushionFor(queue, now) / rate / 2 : queue.waiting(now) / rate / 4;
  return Math.min(Math.max(shareMs, minMs), maxMs);
}
