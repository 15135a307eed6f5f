/*
 * How the pace is found
 *
 * A server answers 429 and seldom says what of. Three kinds of limit are told apart here: on the submissions in a time
 * (`submit-rate.ts`), on what is in flight (`ceiling.ts`) and on all calls, polls included (`call-rate.ts`). A server may
 * have several at once, or none, and may refuse a submission now and then for no reason that anybody could learn.
 *
 * The first two are beliefs (`beliefs.ts`). Each holds a number of suspects, one for each limit that the server may have
 * of that kind: a bucket that gets a token every 4 s and keeps up to 10; 60 in any minute; 32 in flight. A share of
 * certainty is spread over them and over there being no such limit. Every answer is evidence. A suspect that said "yes"
 * to what was accepted keeps its share; one that said "no" to it loses nearly all. With a refusal it is the other way
 * round, but only as far as nothing else explains it: a suspect that would have accepted keeps as much of its share as
 * the chance that the refusal had another cause, which is what the other kinds expected of that very submission. So one
 * kind explains the refusal away for the others, and where two expected it equally, both gain. Suspects are raised by
 * the first refusal, not before, and only those that what had been accepted until then has just used up: after 10
 * acceptances in a second, the 11th refused, a bucket of 10 is a suspect and a bucket of 20 is not. A limit that 600
 * acceptances would have met by chance starts with a smaller share than one that 10 met. A Retry-After is evidence too:
 * a suspect that had another wait in mind loses share. It is not obeyed beyond the job that got it.
 *
 * What is believed decides what is done. A submission leaves when it is likely to be accepted: at 4 to 1, or at even odds
 * where waiting for more certainty would take far longer. That alone makes the pace climb after a refusal: each
 * acceptance at some pace rules out all slower suspects, the next submission leaves a little sooner, and the refusal
 * that ends the climb rules out all faster ones. What is in flight is kept below the least number that is more likely
 * than not too many. Where a refusal could have two causes it would tell of neither, so a submission that the ceiling
 * doubts waits until no pace would refuse it. Only as many are under way together as can be refused together without
 * harm: one at first, and one again after each refusal that is taken to be for their number.
 *
 * Nothing is believed for ever. Shares go back to where they began: within half a minute after a limit was learned, and
 * the more slowly the longer it has held (two minutes for submissions, five for what is in flight, at most). So a limit
 * that nothing confirms is tried again, at the price of one refusal if it still holds, and given up within a few
 * submissions if it does not. And whatever is believed, refusals in a row come more slowly, as far as half a minute apart:
 * a server that refuses everything is asked twice a minute until `repeats.ts` gives it up.
 *
 * Calls are different. There are many polls and nothing is lost if one is refused, so their rate is found by a plain rise
 * and fall. A submission is taken to be refused for it as often as polls are refused at that moment.
 */

import type { Instant, JobId } from '../job/job.ts';
import { callRate } from './call-rate.ts';
import { sameCauseMs } from './in-flight-limit.ts';
import { submitRate } from './submit-rate.ts';
import { recentCount, turns } from './turns.ts';

/**
 * Keeps calls within what the user allows and what the server has shown to take. Instants are those of a clock that is
 * never set back.
 */
export interface Throttle {
  /** Takes the turn of a look and gives 0, or gives how long to wait before asking again, in ms. */
  pollTurn(now: Instant): number;
  /**
   * 0: the next submission may take its turn. Else how long to wait before asking again, in ms. `load` is the chance
   * that it is refused for what is in flight.
   */
  submitPauseMs(load: number, now: Instant): number;
  /** Takes the next turn of all for a submission and gives how long to wait for it, in ms. */
  submitTurn(job: JobId, now: Instant): number;
  /** The submission was answered, or never left: it is under way no more. */
  submitEnded(job: JobId): void;
  /** How many submissions are. */
  underWay(): number;
  /** A look was answered, and not with 429, or failed otherwise. */
  pollAnswered(now: Instant): void;
  /** A submission was, and not accepted. */
  answered(now: Instant): void;
  /** A submission was so, and accepted. */
  accepted(job: JobId, now: Instant): void;
  /** A look was answered 429. true: so was the last submit, then, for the rate of the calls and not for the load. */
  pollRefused(now: Instant): boolean;
  /** A submission was answered 429. Gives the chance of that without a limit on what is in flight. */
  submitRefused(refusal: SubmitRefusal, now: Instant): number;
}

export interface SubmitRefusal {
  readonly job: JobId;
  /** Its Retry-After. */
  readonly askedMs: number | null;
  /** How likely it was to be refused for what is in flight. */
  readonly load: number;
}

export interface ThrottleLimits {
  /** Looks a second at most. */
  readonly maxPollsPerSecond: number;
}

const longAgo = Number.NEGATIVE_INFINITY;
// Some servers refuse a submission now and then, for no reason that anybody could learn: how many is learned.
const noReason = { least: 0.02, most: 0.3, amongLatest: 100 } as const;
// Of one more among several that were under way together, where one was.
const sameReason = 0.3;
// Likelier than this to be refused for what is in flight, a submission is doubted.
const doubtful = 0.2;
// A new pause is looked for at least so often: an answer may have changed what is to be expected.
const reconsiderMs = 1_000;

export function throttle(limits: ThrottleLimits): Throttle {
  const calls = callRate();
  const submits = submitRate();
  const [pollTurns, callTurns] = [turns(), turns()];
  const [pollsPassed, pollsRefused] = [recentCount(sameCauseMs), recentCount(sameCauseMs)];
  const underWay = new Map<JobId, Instant>();
  let refusedForNothing: number = noReason.least;
  let [loadBlamedAt, callsBlamedAt] = [longAgo, longAgo];

  /** Learns how many are refused for nothing that could be learned. */
  function noteReason(unexplained: number): void {
    const share = refusedForNothing + (unexplained - refusedForNothing) / noReason.amongLatest;
    refusedForNothing = Math.min(Math.max(share, noReason.least), noReason.most);
  }

  /** That a submission was refused just now for the number of all calls: as many of the looks are. */
  function callChance(now: Instant): number {
    const refused = pollsRefused.at(now);
    return (refused + noReason.least) / (refused + pollsPassed.at(now) + 1);
  }

  return {
    pollTurn(now) {
      const waitMs = Math.max(pollTurns.waitMs(now), callTurns.waitMs(now));
      if (waitMs > 0) return waitMs;
      pollTurns.take(now, 1_000 / limits.maxPollsPerSecond);
      callTurns.take(now, calls.spacingMs());
      return 0;
    },
    // Where one refusal could have two reasons, it would tell of neither.
    submitPauseMs: (load, now) => Math.min(submits.waitMs(underWay.size, load > doubtful, now), reconsiderMs),
    submitTurn(job, now) {
      const waitMs = callTurns.waitMs(now);
      callTurns.take(now, calls.spacingMs());
      underWay.set(job, (now + waitMs) as Instant);
      return waitMs;
    },
    submitEnded(job) {
      underWay.delete(job);
    },
    underWay: () => underWay.size,
    answered(now) {
      calls.passed(now);
      submits.answered();
    },
    pollAnswered(now) {
      calls.passed(now);
      pollsPassed.add(now);
    },
    accepted(job, now) {
      calls.passed(now);
      noteReason(0);
      submits.accepted(underWay.get(job) ?? now, now);
    },
    pollRefused(now) {
      pollsRefused.add(now);
      if (!calls.refused(now)) return false;
      callsBlamedAt = now;
      if (now - loadBlamedAt >= sameCauseMs) return false;
      submits.excused();
      return true;
    },
    submitRefused({ job, askedMs, load }, now) {
      const leftAt = underWay.get(job) ?? now;
      const askedThen = askedMs === null || askedMs <= 0 ? null : now + askedMs - leftAt;
      const call = callChance(now);
      const pace = submits.expected(leftAt, askedThen);
      // One that had left before the last refusal was heard of is refused for the same reason, whatever that is.
      const chance = leftAt <= loadBlamedAt ? sameReason : refusedForNothing;
      submits.refused(leftAt, askedThen, oneOf(load, call, chance), now);
      // Where calls are counted, one that is refused for something else counts as well.
      if (now - callsBlamedAt < sameCauseMs) calls.refused(now);
      else calls.passed(now);
      loadBlamedAt = now;
      const known = oneOf(pace, call, load);
      noteReason(1 - known / oneOf(known, refusedForNothing));
      return oneOf(pace, call, refusedForNothing);
    },
  };
}

/** The chance that one of these at least is so. */
function oneOf(...chances: readonly number[]): number {
  return 1 - chances.reduce((none, chance) => none * (1 - chance), 1);
}
