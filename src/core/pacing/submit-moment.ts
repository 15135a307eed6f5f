import { type Beliefs, even } from './beliefs.ts';
import type { RateCandidate } from './rate-candidates.ts';

interface Moment {
  readonly at: number;
  /** Of being accepted. */
  readonly chance: number;
}

interface Moments {
  readonly now: number;
  /** When the last one left. */
  readonly since: number;
  readonly ahead: number;
  readonly isDoubted: boolean;
}

// A submission leaves if it is this likely to be accepted; or somewhat less likely, if that saves far more time than a
// refusal costs, which is given as part of an acceptance.
const likely = 0.8;
const refusalCost = 0.5;
// No wait is counted as shorter: no submission is answered sooner.
const minAnswerMs = 20;
const never = Number.POSITIVE_INFINITY;

/** When the next submission should leave, by what it gains in the time since the last one. */
export function bestMoment(limit: Beliefs<RateCandidate>, { now, since, ahead, isDoubted }: Moments): Moment {
  const free = limit
    .all()
    .map(({ candidate, share }) => ({ at: Math.max(now, candidate.freeAt(ahead, now)), share }))
    .sort((a, b) => a.at - b.at);
  const none = limit.none();
  const minChance = isDoubted ? none + likely * (1 - none) : even;
  let [chance, at, maxWorth] = [none, now, 0];
  let best: Moment | null = null;
  for (let next = 0; ; ) {
    for (; (free[next]?.at ?? never) <= at; next += 1) chance += free[next]?.share ?? 0;
    const worth = (chance - refusalCost * (1 - chance)) / (at - since + minAnswerMs);
    if (chance >= minChance && worth > maxWorth) [best, maxWorth] = [{ at, chance }, worth];
    const following = free[next];
    if (chance >= Math.max(likely, minChance) || following === undefined) return best ?? { at, chance };
    at = following.at;
  }
}
