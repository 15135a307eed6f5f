import type { Instant } from '../job/job.ts';
import { beliefs } from './beliefs.ts';
import { even, free } from './submit-rate.ts';

/** How many in flight the server bears, learned from submissions that it refuses. */
export interface InFlightLimit {
  /** Infinite as long as too little was refused. */
  at(now: Instant): number;
  /** How likely it is that a submission beside so many is refused for them. */
  expected(inFlight: number, now: Instant): number;
  /** A submission was accepted; `inFlight` counts it, and `unseen` may have ended that nobody has seen yet. */
  accepted(inFlight: number, unseen: number, now: Instant): void;
  /** One was refused beside so many in flight, which had this chance of it whatever is in flight. */
  refused(inFlight: number, otherwise: number, now: Instant): void;
  /** What was refused just now was refused for something else. */
  excused(now: Instant): void;
}

// That so many are the limit, when a submission is refused beside them for the first time: beside more than were ever
// taken, the less telling the more there are; and beside as many as were taken lately.
const priors = { uncharted: 0.1, tellingMany: 10, taken: 0.015 } as const;
const latelyMs = 60_000;
// Accepted beyond the limit, while enough may have ended unseen for that, and else.
const surprise = { unseen: 0.85, more: 0.05 } as const;
// Surer than this that so many are too many, the ceiling is below; less sure, submissions beside them leave one by one.
const risk = 0.05;
// Whether it still holds is tried, at first soon, then more and more rarely while it does.
const ageing = { minMs: 3_000, maxMs: 5 * 60_000 } as const;
// Levels are told apart this finely, and one by one where they are small.
const levelsPerDoubling = 16;
// Refusals so near each other have one cause.
export const sameCauseMs = 1_500;

export function inFlightLimit(): InFlightLimit {
  // A suspect is the number of them that is too many for one more.
  const limit = beliefs<number>(ageing);
  let taken = { inFlight: 0, at: Number.NEGATIVE_INFINITY };
  // Beside so many the last one was refused, and what was accepted beside more since.
  let grown = 0;
  let refusedAt = Number.NEGATIVE_INFINITY;

  function prior(inFlight: number, now: number): number {
    if (inFlight === 0) return 0;
    if (inFlight + 1 < taken.inFlight && now - taken.at < latelyMs) return priors.taken;
    return priors.uncharted * Math.min(1, priors.tellingMany / Math.max(1, inFlight));
  }

  function sumTo(inFlight: number): number {
    return limit.sum((most) => most <= inFlight);
  }

  /** The lowest level at which the chance of a refusal is above this. */
  function lowest(chance: number): number {
    const levels = limit.all().map(({ suspect }) => suspect);
    return Math.min(...levels.filter((most) => sumTo(most) > chance));
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
      const isKnown = limit.all().some(({ suspect }) => suspect === key);
      return Math.min(sumTo(inFlight) + (isKnown ? 0 : prior(inFlight, now) * limit.none()), 1);
    },
    accepted(inFlight, unseen, now) {
      const before = inFlight - 1;
      grown = Math.max(grown, inFlight);
      if (inFlight >= taken.inFlight || now - taken.at >= latelyMs) taken = { inFlight, at: now };
      if (limit.all().length === 0) return;
      limit.age(now);
      limit.weigh((most) => {
        if (most > before) return 1;
        return before - unseen < most ? surprise.unseen : surprise.more;
      }, 1);
      if (limit.none() > free) limit.clear();
    },
    refused(inFlight, otherwise, now) {
      limit.age(now);
      const key = keyOf(inFlight);
      if (inFlight > 0 && !limit.all().some(({ suspect }) => suspect === key))
        limit.raise([{ suspect: key, prior: prior(inFlight, now) }], now);
      limit.mark();
      limit.weigh((most) => (most <= inFlight ? 1 : otherwise), otherwise);
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
