import type { Instant } from '../job/job.ts';
import { beliefs, certain, even } from './beliefs.ts';

/** How many requests in flight the server allows, learned from the submissions that it refuses. */
export interface InFlightLimit {
  /** Infinite as long as too few were refused. */
  at(now: Instant): number;
  /** The chance that a submission is refused because this many others are in flight. */
  expected(inFlight: number, now: Instant): number;
  /** A submission was accepted. `inFlight` includes it; `unseen` of them may have ended without being seen yet. */
  accepted(inFlight: number, unseen: number, now: Instant): void;
  /** One was refused with `inFlight` others; `otherwise` is its chance of that whatever is in flight. */
  refused(inFlight: number, otherwise: number, now: Instant): void;
  /** The latest refusal had another cause. */
  excused(now: Instant): void;
}

// The chance that a number is the limit when a submission is first refused with that many in flight. For more than were
// ever accepted, it falls with their number; for as many as were accepted recently, it is small.
const priors = { beyond: 0.1, fullUpTo: 10, within: 0.015 } as const;
const latelyMs = 60_000;
// The chance of an acceptance beyond the limit: if enough may have ended unseen to explain it, and if not.
const surprise = { unseen: 0.85, more: 0.05 } as const;
// With more certainty than this that a number is too many, the limit is below it; with less, submissions that would
// reach it leave one by one.
const risk = 0.05;
// Whether a limit still holds is tried soon at first, and less and less often while it does.
const ageing = { minMs: 3_000, maxMs: 5 * 60_000 } as const;
// How finely levels are told apart; small ones one by one.
const levelsPerDoubling = 16;
// Refusals this close to each other have one cause.
export const sameCauseMs = 1_500;

export function inFlightLimit(): InFlightLimit {
  // A candidate is the number in flight beside which one more is refused.
  const limit = beliefs<number>(ageing);
  let taken = { inFlight: 0, at: Number.NEGATIVE_INFINITY };
  // The number beside which the last one was refused, or the greatest that was reached since.
  let grown = 0;
  let refusedAt = Number.NEGATIVE_INFINITY;

  function prior(inFlight: number, now: number): number {
    if (inFlight === 0) return 0;
    if (inFlight + 1 < taken.inFlight && now - taken.at < latelyMs) return priors.within;
    return priors.beyond * Math.min(1, priors.fullUpTo / Math.max(1, inFlight));
  }

  function sumTo(inFlight: number): number {
    return limit.sum((level) => level <= inFlight);
  }

  /** The lowest level at which the chance of a refusal is above this. */
  function lowest(chance: number): number {
    const levels = limit.all().map(({ candidate }) => candidate);
    return Math.min(...levels.filter((level) => sumTo(level) > chance));
  }

  return {
    at(now) {
      if (limit.all().length === 0) return Number.POSITIVE_INFINITY;
      limit.age(now);
      return Math.max(1, Math.min(lowest(even), Math.max(lowest(risk), grown) + 1));
    },
    expected(inFlight, now) {
      limit.age(now);
      const key = keyOf(inFlight);
      const isKnown = limit.all().some(({ candidate }) => candidate === key);
      return Math.min(sumTo(inFlight) + (isKnown ? 0 : prior(inFlight, now) * limit.none()), 1);
    },
    accepted(inFlight, unseen, now) {
      const before = inFlight - 1;
      grown = Math.max(grown, inFlight);
      if (inFlight >= taken.inFlight || now - taken.at >= latelyMs) taken = { inFlight, at: now };
      if (limit.all().length === 0) return;
      limit.age(now);
      limit.weigh((level) => {
        if (level > before) return 1;
        return before - unseen < level ? surprise.unseen : surprise.more;
      }, 1);
      if (limit.none() > certain) limit.clear();
    },
    refused(inFlight, otherwise, now) {
      limit.age(now);
      const key = keyOf(inFlight);
      if (inFlight > 0 && !limit.all().some(({ candidate }) => candidate === key))
        limit.raise([{ candidate: key, prior: prior(inFlight, now) }], now);
      limit.mark();
      limit.weigh((level) => (level <= inFlight ? 1 : otherwise), otherwise);
      [refusedAt, grown] = [now, inFlight];
    },
    excused(now) {
      if (now - refusedAt <= sameCauseMs) limit.takeBack();
    },
  };
}

function keyOf(inFlight: number): number {
  if (inFlight < 2 * levelsPerDoubling) return Math.max(0, inFlight);
  const rung = Math.floor(Math.log2(inFlight) * levelsPerDoubling);
  return Math.ceil(2 ** (rung / levelsPerDoubling));
}
