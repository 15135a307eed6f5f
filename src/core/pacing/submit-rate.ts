import type { Instant } from '../job/job.ts';
import { beliefs, certain, even } from './beliefs.ts';
import { firstAfter, type RateCandidate, rateCandidates } from './rate-candidates.ts';
import { bestMoment } from './submit-moment.ts';

/** How many submissions the server takes over time, as far as is believed. The head of `throttle.ts` explains it. */
interface SubmitRate {
  /**
   * How long a submission should wait behind `ahead` others that are under way; to be asked again when one of them is
   * answered. `isDoubted`: it may be refused for another reason, so it should leave when no limit of this kind would
   * refuse it.
   */
  waitMs(ahead: number, isDoubted: boolean, now: Instant): number;
  /** The chance that a submission that left at that instant is refused because of the rate. */
  expected(leftAt: Instant, askedMs: number | null): number;
  /** A submission that left at `leftAt` was accepted. */
  accepted(leftAt: Instant, now: Instant): void;
  /** One was answered in another way, and not refused because of the rate. */
  answered(): void;
  /** One was refused; `otherwise` is its chance of that without any such limit. `expected` was asked before. */
  refused(leftAt: Instant, askedMs: number | null, otherwise: number, now: Instant): void;
  /** The last refusal had another cause. */
  excused(): void;
}

// The chance of a limit of this kind before the first refusal; less if many were accepted, since then it could be any.
const priors = { limit: 0.25, fullUpTo: 10 } as const;
// Of several submissions under way, no more expected refusals than this are risked.
const maxRisked = 0.6;
// Submissions leave one by one at first, and after each refusal that is attributed to their rate; then one more of them
// together for each of this many accepted. What the next refusal comes too late for is refused as well.
const openedBy = 4;
const untilAnswered = Number.POSITIVE_INFINITY;
// After more refusals in a row than this the pause after each doubles, up to half a minute.
const refusalsAtWill = 3;
const maxPauseMs = 30_000;
// Chances of what should not happen: an acceptance beyond the limit; a Retry-After that differs from the wait that the
// limit implies; and any Retry-After from a server of which nothing is known.
const surprise = { accepted: 0.05, asked: 0.1, anyAsked: 0.3 } as const;
// Retry-After comes in whole seconds, rounded up or down.
const askedToleranceMs = 1_000;
const minToleranceMs = 20;
// Limits change: what was learned loses weight over time, more slowly the longer it has held.
const ageing = { minMs: 25_000, maxMs: 120_000 } as const;
const minuteMs = 60_000;
const longAgo = Number.NEGATIVE_INFINITY;
const rememberedMs = 2 * minuteMs;
const maxRemembered = 4_096;

export function submitRate(): SubmitRate {
  const accepted = acceptances();
  const row = refusalRow();
  const limit = beliefs<RateCandidate>(ageing);
  let [firstAt, latestAt, inARow] = [longAgo, 0, 0];
  // How often such a limit was believed in that did not exist.
  let [isBelieved, mistakes] = [false, 0];
  // Since all candidates were raised, until one that left later was accepted.
  let first: Refusal[] = [];

  function raiseAll(now: number, askedMs: number | null): void {
    const lately = accepted.since(now - rememberedMs);
    const minute = lately.length - firstAfter(lately, now - minuteMs);
    const share = (priors.limit / (1 + mistakes)) * Math.min(1, priors.fullUpTo / Math.max(1, minute));
    const candidates = rateCandidates(lately, now, askedMs);
    const shared = candidates.map(({ candidate, prior }) => ({ candidate, prior: share * prior }));
    limit.clear();
    limit.raise(shared, now);
    firstAt = now;
    first = [];
  }

  function judge({ leftAt, askedMs, otherwise }: Refusal): void {
    const unexpected = otherwise * (askedMs === null ? 1 : surprise.anyAsked);
    const passed = limit.all().filter(({ candidate }) => candidate.freeAt(0, leftAt) <= leftAt);
    limit.weigh((candidate) => {
      const waitMs = candidate.freeAt(0, leftAt) - leftAt;
      if (waitMs <= 0) return unexpected;
      return askedMs === null || isAsked(askedMs, waitMs) ? 1 : surprise.asked;
    }, unexpected);
    for (const { candidate } of passed) candidate.corrected(leftAt, askedMs);
  }

  /** An acceptance came after the refusal of a submission that left later: the candidates are raised once more. */
  function raiseAgain(): void {
    const [refusals, earliest] = [first, first[0]];
    if (earliest === undefined) return;
    raiseAll(firstAt, earliest.askedMs);
    for (const refusal of refusals) judge(refusal);
    first = refusals;
  }

  return {
    waitMs(ahead, isDoubted, now) {
      if (ahead > inARow / openedBy) return untilAnswered;
      if (limit.all().length === 0) return 0;
      limit.age(now);
      const plan = bestMoment(limit, { now, since: Math.min(latestAt, now), ahead, isDoubted });
      const waitMs = Math.ceil(Math.max(plan.at, row.pausedUntil()) - now);
      const risksMuch = waitMs === 0 && ahead > 0 && (ahead + 1) * (1 - plan.chance) > maxRisked;
      return risksMuch ? untilAnswered : waitMs;
    },
    expected(leftAt, askedMs) {
      limit.age(leftAt);
      if (limit.none() > certain) raiseAll(leftAt, askedMs);
      return limit.sum((candidate) => candidate.freeAt(0, leftAt) > leftAt);
    },
    accepted(leftAt, now) {
      accepted.add(leftAt);
      inARow += 1;
      row.end();
      latestAt = Math.max(latestAt, leftAt);
      if (limit.all().length === 0) return;
      if (leftAt <= firstAt && first.length > 0) {
        raiseAgain();
        return;
      }
      first = [];
      limit.age(leftAt);
      const toleranceMs = minToleranceMs + (now - leftAt) / 8;
      limit.weigh((candidate) => {
        const isEarly = leftAt > firstAt && candidate.freeAt(0, leftAt) - leftAt > toleranceMs;
        return isEarly ? surprise.accepted : 1;
      }, 1);
      if (limit.none() > certain) {
        if (isBelieved) mistakes += 1;
        isBelieved = false;
        limit.clear();
      }
      for (const { candidate } of limit.all()) candidate.accepted(leftAt, toleranceMs);
    },
    answered() {
      inARow += 1;
    },
    refused(leftAt, askedMs, otherwise, now) {
      limit.mark();
      row.refused(leftAt, now);
      latestAt = Math.max(latestAt, leftAt);
      const refusal = { leftAt, askedMs, otherwise };
      if (leftAt <= firstAt || first.length > 0) first.push(refusal);
      judge(refusal);
      if (limit.none() > even) return;
      inARow = 0;
      isBelieved = true;
    },
    excused: () => limit.takeBack(),
  };
}

interface Refusal {
  readonly leftAt: number;
  readonly askedMs: number | null;
  /** Its chance, if there is no limit of this kind. */
  readonly otherwise: number;
}

function isAsked(askedMs: number, waitMs: number): boolean {
  return Math.abs(askedMs - waitMs) <= Math.max(askedToleranceMs, waitMs / 32);
}

/** When accepted submissions left, in that order. */
function acceptances() {
  const instants: number[] = [];
  return {
    since: (at: number): readonly number[] => instants.slice(firstAfter(instants, at)),
    add(leftAt: number): void {
      let index = instants.length;
      while (index > 0 && (instants[index - 1] as number) > leftAt) index -= 1;
      instants.splice(index, 0, leftAt);
      if (instants.length >= 2 * maxRemembered) instants.splice(0, maxRemembered);
    },
  };
}

/** Refusals in a row, which have to come ever more slowly, whatever is believed. */
function refusalRow() {
  let [count, heardAt] = [0, longAgo];
  return {
    /** What left before the last refusal came does not count. */
    refused(leftAt: number, now: number): void {
      if (leftAt > heardAt) count += 1;
      heardAt = now;
    },
    end(): void {
      count = 0;
    },
    pausedUntil(): number {
      const beyond = count - refusalsAtWill;
      return heardAt + (beyond <= 0 ? 0 : Math.min(1_000 * 2 ** beyond, maxPauseMs));
    },
  };
}
