import type { Instant } from '../job/job.ts';
import { type Beliefs, beliefs } from './beliefs.ts';
import { type RateSuspect, rateSuspects } from './rate-suspects.ts';

/** What is believed of how many submissions the server takes in a time. `throttle.ts` tells of the model. */
export interface SubmitRate {
  /**
   * How long a submission should wait behind `ahead` others that are under way; to be asked again when one is answered.
   * `isDoubted`: it may be refused for something else, so that it should leave when no limit of this kind would refuse it.
   */
  waitMs(ahead: number, isDoubted: boolean, now: Instant): number;
  /** How likely it was that one which left at that moment would be refused for their number. */
  expected(leftAt: Instant, askedMs: number | null): number;
  /** One that left at `leftAt` was accepted. */
  accepted(leftAt: Instant, now: Instant): void;
  /** One was answered otherwise, and not for their number. */
  answered(): void;
  /** One was refused, which had this chance of it without any such limit. `expected` was asked before. */
  refused(leftAt: Instant, askedMs: number | null, otherwise: number, now: Instant): void;
  /** The last refusal was for something else. */
  excused(): void;
}

// A limit of this kind before the first refusal; less where so many had been accepted that it could have been any.
const priors = { limit: 0.25, tellingMany: 10 } as const;
// A submission leaves if it is this likely to be accepted; or somewhat less likely, where that saves far more time than
// a refusal costs, as part of an acceptance.
const likely = 0.8;
export const even = 0.5;
const refusalCost = 0.5;
// Of several under way, no more refusals than this are risked.
const maxRisked = 0.6;
// Submissions leave one by one at first, and after each refusal that is taken to be for their number; then one more of
// them together for each so many accepted: what the next refusal comes too late for is refused as well.
const openedBy = 4;
const untilAnswered = Number.POSITIVE_INFINITY;
// After more refusals in a row than this the pause after each doubles, as far as half a minute.
const refusalsAtWill = 3;
const maxPauseMs = 30_000;
// Chances of what should not be: an acceptance beyond the limit, a Retry-After beside what is missing; and of any
// Retry-After from a server of which nothing is known.
const surprise = { accepted: 0.05, asked: 0.1, anyAsked: 0.3 } as const;
// Retry-After comes in whole seconds, rounded up or down.
const askedToleranceMs = 1_000;
const minToleranceMs = 20;
// Limits change: what was learned is worth less from minute to minute, the less so the longer it has held.
const ageing = { minMs: 25_000, maxMs: 120_000 } as const;
// Surer than this that there is no limit, everything starts anew at the next refusal.
export const free = 0.97;
const minuteMs = 60_000;
const longAgo = Number.NEGATIVE_INFINITY;
const rememberedMs = 2 * minuteMs;
const maxRemembered = 4_096;
// No wait is counted as shorter: no submission is answered sooner.
const quickestMs = 20;

export function submitRate(): SubmitRate {
  const accepted: number[] = [];
  const limit = beliefs<RateSuspect>(ageing);
  let bornAt = longAgo;
  let latestAt = 0;
  let inARow = 0;
  let [refusalsInARow, heardAt] = [0, longAgo];
  // How often such a limit was believed in and there was none.
  let [isBelieved, mistakes] = [false, 0];
  // Since all were suspected, as long as none that left later was accepted.
  let first: Refusal[] = [];

  function suspectAll(now: number, askedMs: number | null): void {
    const lately = accepted.slice(firstAfter(accepted, now - rememberedMs));
    const minute = lately.length - firstAfter(lately, now - minuteMs);
    const share = (priors.limit / (1 + mistakes)) * Math.min(1, priors.tellingMany / Math.max(1, minute));
    limit.clear();
    limit.raise(
      rateSuspects(lately, now, askedMs).map(({ suspect, prior }) => ({ suspect, prior: share * prior })),
      now,
    );
    bornAt = now;
    first = [];
  }

  /** Whatever is believed, refusal after refusal has to come more slowly. */
  function minPauseMs(): number {
    const beyond = refusalsInARow - refusalsAtWill;
    return beyond <= 0 ? 0 : Math.min(1_000 * 2 ** beyond, maxPauseMs);
  }

  /** In the order in which they left. */
  function remember(leftAt: number): void {
    let index = accepted.length;
    while (index > 0 && (accepted[index - 1] as number) > leftAt) index -= 1;
    accepted.splice(index, 0, leftAt);
    if (accepted.length >= 2 * maxRemembered) accepted.splice(0, maxRemembered);
  }

  function judge({ leftAt, askedMs, otherwise }: Refusal): void {
    const unexpected = otherwise * (askedMs === null ? 1 : surprise.anyAsked);
    const passed = limit.all().filter(({ suspect }) => suspect.freeAt(0, leftAt) <= leftAt);
    limit.weigh((suspect) => {
      const waitMs = suspect.freeAt(0, leftAt) - leftAt;
      if (waitMs <= 0) return unexpected;
      return askedMs === null || isAsked(askedMs, waitMs) ? 1 : surprise.asked;
    }, unexpected);
    for (const { suspect } of passed) suspect.corrected(leftAt, askedMs);
  }

  /** Its answer came after that of one which left later and was refused: what can be suspected is seen again. */
  function suspectAgain(): void {
    const [refusals, earliest] = [first, first[0]];
    if (earliest === undefined) return;
    suspectAll(bornAt, earliest.askedMs);
    for (const refusal of refusals) judge(refusal);
    first = refusals;
  }

  return {
    waitMs(ahead, isDoubted, now) {
      if (ahead > inARow / openedBy) return untilAnswered;
      if (limit.all().length === 0) return 0;
      limit.age(now);
      const moments = { now, since: Math.min(latestAt, now), ahead, isDoubted };
      const plan = bestMoment(limit, moments);
      const waitMs = Math.ceil(Math.max(plan.at, heardAt + minPauseMs()) - now);
      return waitMs === 0 && ahead > 0 && (ahead + 1) * (1 - plan.chance) > maxRisked
        ? untilAnswered
        : waitMs;
    },
    expected(leftAt, askedMs) {
      limit.age(leftAt);
      if (limit.none() > free) suspectAll(leftAt, askedMs);
      return limit.sum((suspect) => suspect.freeAt(0, leftAt) > leftAt);
    },
    accepted(leftAt, now) {
      remember(leftAt);
      inARow += 1;
      refusalsInARow = 0;
      latestAt = Math.max(latestAt, leftAt);
      if (limit.all().length === 0) return;
      if (leftAt <= bornAt && first.length > 0) {
        suspectAgain();
        return;
      }
      first = [];
      limit.age(leftAt);
      const toleranceMs = minToleranceMs + (now - leftAt) / 8;
      limit.weigh(
        (suspect) =>
          leftAt > bornAt && suspect.freeAt(0, leftAt) - leftAt > toleranceMs ? surprise.accepted : 1,
        1,
      );
      if (limit.none() > free) {
        if (isBelieved) mistakes += 1;
        isBelieved = false;
        limit.clear();
      }
      for (const { suspect } of limit.all()) suspect.accepted(leftAt, toleranceMs);
    },
    answered() {
      inARow += 1;
    },
    refused(leftAt, askedMs, otherwise, now) {
      limit.mark();
      if (leftAt > heardAt) refusalsInARow += 1;
      heardAt = now;
      latestAt = Math.max(latestAt, leftAt);
      const refusal = { leftAt, askedMs, otherwise };
      if (leftAt <= bornAt || first.length > 0) first.push(refusal);
      judge(refusal);
      if (limit.none() > even) return;
      inARow = 0;
      isBelieved = true;
    },
    excused: () => limit.takeBack(),
  };
}

function firstAfter(sorted: readonly number[], at: number): number {
  const index = sorted.findIndex((each) => each > at);
  return index < 0 ? sorted.length : index;
}

function isAsked(askedMs: number, waitMs: number): boolean {
  return Math.abs(askedMs - waitMs) <= Math.max(askedToleranceMs, waitMs / 32);
}

interface Refusal {
  readonly leftAt: number;
  readonly askedMs: number | null;
  /** Its chance, if there is no limit of this kind. */
  readonly otherwise: number;
}

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

/** When the next one should leave, by what it gains in the time since the last one. */
function bestMoment(limit: Beliefs<RateSuspect>, { now, since, ahead, isDoubted }: Moments): Moment {
  const free = limit
    .all()
    .map(({ suspect, share }) => ({ at: Math.max(now, suspect.freeAt(ahead, now)), share }))
    .sort((a, b) => a.at - b.at);
  const none = limit.none();
  const least = isDoubted ? none + likely * (1 - none) : even;
  let [chance, at, maxWorth] = [none, now, 0];
  let best: Moment | null = null;
  for (let next = 0; ; ) {
    for (; (free[next]?.at ?? untilAnswered) <= at; next += 1) chance += free[next]?.share ?? 0;
    const worth = (chance - refusalCost * (1 - chance)) / (at - since + quickestMs);
    if (chance >= least && worth > maxWorth) [best, maxWorth] = [{ at, chance }, worth];
    const following = free[next];
    if (chance >= Math.max(likely, least) || following === undefined) return best ?? { at, chance };
    at = following.at;
  }
}
