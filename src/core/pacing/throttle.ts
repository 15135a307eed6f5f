/*
 * How a run finds its pace
 *
 * A hosted API has limits that it seldom tells: on requests in flight, on submissions per minute, on calls per
 * second. It has a queue, and how long a job takes nobody knows beforehand. The files in this room learn all that
 * from the answers of one run, and decide three things with it: how many jobs are in flight, when the next submission
 * leaves, and which request is polled when. Nothing here waits or calls anything: the engine reports what happened,
 * and asks.
 *
 *   what happens             what is learned                    what is decided                   who asks
 *
 *   submission accepted ─┬─▶ submit-rate ───────────────────▶ when the next submission leaves ─┐
 *   or refused (429)     └─▶ in-flight-limit ─┬─────────────▶ whether there is room for it ────┼─▶ enter.ts
 *   submission answered ───▶ breaker ─────────│─────────────▶ whether any may leave at all ────┘
 *   or not                                    ▼
 *   poll answered ───────┬─▶ server-queue ─▶ window-size ───▶ how many slots there are ─────────▶ window.ts
 *                        │     │  └────────▶ probes ────────▶ which polls the window needs ─────▶ window-probes.ts
 *                        │     ▼
 *                        └─▶ latencies ────▶ poll-times ────▶ when each request is polled ──────▶ poll-schedule.ts
 *   any call refused ──────▶ call-rate ────▶ throttle ──────▶ when the turn of a call comes ────▶ enter.ts, poll-loop.ts
 *
 * `rate-candidates.ts` lists the limits that `submit-rate.ts` considers, and `beliefs.ts` weighs them.
 * `inspection.ts` turns latencies into poll intervals, for what `poll-price.ts` says a poll is worth.
 * `server-view.ts` has the queues of all models together.
 *
 * A submission passes, in this order: the limit on requests in flight (`Window.room`), the breaker (`Outage.pass`),
 * the submit rate together with the pace that the user allows (`submitPauseMs`), and the call rate (`submitTurn`). A
 * poll passes its due time, then the user's polls per second and the call rate (`pollTurn`).
 *
 * Each part is in one of a few modes:
 *
 * - breaker: HEALTHY, until submissions go unanswered; OPEN, when none leaves but now and then a trial; RECOVERING,
 *   when they leave again, few at a time. `breaker.ts` has the diagram.
 * - window-size: FIXED, if the user gave a number. Otherwise RAMPING, when it doubles up to 32 and then grows by half
 *   as long as nothing waits on the server; then FOLLOWING, when it is what is in flight, plus what the queue lacks
 *   of the cushion that hides our delays, and grows by eighths whenever nothing waits. The in-flight limit caps it in
 *   each mode. Once nothing more is submitted its size no longer matters, and probes only tell when requests start.
 * - in-flight-limit and submit-rate: FREE, with no limit known, before the first refusal and again once "there is no
 *   such limit" is 97% certain; else LIMITED, as far as the candidates are believed.
 * - call-rate: FREE, until polls or submissions are refused for the number of calls; then LIMITED to a little less
 *   than was too much, and rising from there for as long as it is used.
 * - server-queue, one for each model: BACKED, when requests were seen to wait; else each is taken to start at once.
 * - poll-times: FIXED, if the user gave an interval. Otherwise LEARNING, with at most ten seconds between polls, or
 *   an eighth of the request's age, until 20 requests of the model have ended; then KNOWN, with the intervals that
 *   cost the least in polls and lag together, up to a minute. A request that waits in the server's queue is polled
 *   once a minute at most, until its turn is near; only the newest of its model is probed, which shows where all
 *   others are.
 *
 * How a refusal is understood
 *
 * A server that answers 429 seldom says why. Three kinds of limit are told apart: on submissions over time
 * (`submit-rate.ts`), on requests in flight (`in-flight-limit.ts`) and on all calls, polls included (`call-rate.ts`).
 * A server may have several of them, or none, and may refuse a submission now and then for no reason that can be
 * learned.
 *
 * The first two are beliefs (`beliefs.ts`). Each has a number of candidates, one for each limit of that kind that the
 * server may have: a bucket that gains a token every 4 s and holds up to 10; 60 in any minute; 32 in flight. A
 * certainty of 1 is shared among the candidates and the chance that there is no such limit. Every answer is evidence.
 * A candidate that would have accepted what was accepted keeps its share; one that would have refused it loses nearly
 * all. A refusal works the other way round, but only as far as nothing else explains it: a candidate that would have
 * accepted keeps as much of its share as the chance that the refusal had another cause, which is what the other kinds
 * expected for that very submission. So one kind explains the refusal away for the others, and if two expected it
 * equally, both gain. No candidates are raised before the first refusal, and then only those whose limit the
 * acceptances so far have just used up: when 10 were accepted in a second and the 11th was refused, a bucket of 10 is
 * a candidate and a bucket of 20 is not. A limit that 600 acceptances would have met by chance starts with a smaller
 * share than one that 10 met. A Retry-After is evidence too: a candidate that implies a different wait loses share.
 * Only the job that received it obeys it.
 *
 * Beliefs decide. A submission leaves when it is likely to be accepted: at 4 to 1, or at even odds if waiting for
 * more certainty would take far longer. That alone makes the pace climb after a refusal: each acceptance rules out
 * all slower candidates, the next submission leaves a little sooner, and the refusal that ends the climb rules out
 * all faster ones. What is in flight is kept below the smallest number that is more likely than not too many. A
 * refusal that could have two causes would tell of neither, so a submission that the in-flight limit doubts waits
 * until no rate would refuse it. And only as many submissions are under way together as can be refused together
 * without harm: one at first, and one again after each refusal that is attributed to their rate.
 *
 * No belief lasts for ever. Shares return to where they began: within half a minute for a new limit, and more slowly
 * the longer it has held (at most two minutes for submissions, five for what is in flight). So a limit that nothing
 * confirms is tried again, which costs one refusal if it still holds and ends it within a few submissions if it does
 * not. And whatever is believed, refusals in a row come ever more slowly, up to half a minute apart: a server that
 * refuses everything is asked twice a minute until `repeats.ts` gives up.
 *
 * Calls are different. Polls are many, and nothing is lost if one is refused, so the call rate simply falls and
 * rises. A submission is as likely to be refused because of it as polls are at that moment.
 */

import type { Instant, JobId } from '../job/job.ts';
import { callRate } from './call-rate.ts';
import { sameCauseMs } from './in-flight-limit.ts';
import { submitRate } from './submit-rate.ts';
import { recentCount, turns } from './turns.ts';

/**
 * Keeps calls within what the user allows and what the server has shown that it takes. Instants are those of a clock
 * that is never set back.
 */
export interface Throttle {
  /** Takes the turn of a poll and returns 0, or returns how long to wait before asking again, in ms. */
  pollTurn(now: Instant): number;
  /**
   * 0: the next submission may take its turn. Otherwise how long to wait before asking again, in ms. `load` is the
   * chance that it is refused because of what is in flight.
   */
  submitPauseMs(load: number, now: Instant): number;
  /** Takes the next turn of all calls for a submission and returns how long to wait for it, in ms. */
  submitTurn(job: JobId, now: Instant): number;
  /** The submission leaves now: it may have waited for its announcement. */
  left(job: JobId, now: Instant): void;
  /** The submission was answered, or never left: it is no longer under way. */
  submitEnded(job: JobId): void;
  /** The number of submissions under way. */
  underWay(): number;
  /** Those of them that have left, and do not wait for their announcement. */
  gone(): number;
  /** A poll was answered other than with 429, or failed in another way. */
  pollAnswered(now: Instant): void;
  /** A submission was answered, and neither accepted nor refused with 429. */
  answered(now: Instant): void;
  /** A submission was accepted. */
  accepted(job: JobId, now: Instant): void;
  /** A poll was refused with 429. true: the call rate also explains the last refused submission; its load does not. */
  pollRefused(now: Instant): boolean;
  /** A submission was refused with 429. Returns the chance of that if nothing limits what is in flight. */
  submitRefused(refusal: SubmitRefusal, now: Instant): number;
}

interface SubmitRefusal {
  readonly job: JobId;
  /** Its Retry-After. */
  readonly askedMs: number | null;
  /** How likely it was to be refused because of what is in flight. */
  readonly load: number;
}

interface ThrottleLimits {
  readonly maxPollsPerSecond: number;
}

const longAgo = Number.NEGATIVE_INFINITY;
// Some servers refuse a submission now and then for no reason that can be learned. How often they do is learned.
const noReason = { min: 0.02, max: 0.3, amongLatest: 100 } as const;
// The chance that a submission is refused if another one that was under way with it was.
const sameReason = 0.3;
// A submission with a greater chance than this to be refused because of what is in flight is doubted.
const doubtful = 0.2;
// A pause is computed again at least this often: an answer may have changed what is expected.
const reconsiderMs = 1_000;

export function throttle(limits: ThrottleLimits): Throttle {
  const calls = callRate();
  const submissions = submitRate();
  const [pollTurns, callTurns] = [turns(), turns()];
  const [pollsPassed, pollsRefused] = [recentCount(sameCauseMs), recentCount(sameCauseMs)];
  const underWay = new Map<JobId, Instant>();
  const gone = new Set<JobId>();
  let refusedWithoutReason: number = noReason.min;
  let [loadBlamedAt, callsBlamedAt] = [longAgo, longAgo];

  /** Learns how many submissions are refused for no reason that can be learned. */
  function noteReason(unexplained: number): void {
    const share = refusedWithoutReason + (unexplained - refusedWithoutReason) / noReason.amongLatest;
    refusedWithoutReason = Math.min(Math.max(share, noReason.min), noReason.max);
  }

  /** The chance that a submission is refused just now because of the call rate: as many polls are. */
  function callChance(now: Instant): number {
    const refused = pollsRefused.at(now);
    return (refused + noReason.min) / (refused + pollsPassed.at(now) + 1);
  }

  return {
    pollTurn(now) {
      const waitMs = Math.max(pollTurns.waitMs(now), callTurns.waitMs(now));
      if (waitMs > 0) return waitMs;
      pollTurns.take(now, 1_000 / limits.maxPollsPerSecond);
      callTurns.take(now, calls.spacingMs());
      return 0;
    },
    // A refusal that could have two causes would tell of neither.
    submitPauseMs: (load, now) =>
      Math.min(submissions.waitMs(underWay.size, load > doubtful, now), reconsiderMs),
    submitTurn(job, now) {
      const waitMs = callTurns.waitMs(now);
      callTurns.take(now, calls.spacingMs());
      underWay.set(job, (now + waitMs) as Instant);
      return waitMs;
    },
    left(job, now) {
      if (underWay.has(job)) underWay.set(job, now);
      gone.add(job);
    },
    submitEnded(job) {
      underWay.delete(job);
      gone.delete(job);
    },
    underWay: () => underWay.size,
    gone: () => gone.size,
    answered(now) {
      calls.passed(now);
      submissions.answered();
    },
    pollAnswered(now) {
      calls.passed(now);
      pollsPassed.add(now);
    },
    accepted(job, now) {
      calls.passed(now);
      noteReason(0);
      submissions.accepted(underWay.get(job) ?? now, now);
    },
    pollRefused(now) {
      pollsRefused.add(now);
      if (!calls.refused(now)) return false;
      callsBlamedAt = now;
      if (now - loadBlamedAt >= sameCauseMs) return false;
      submissions.excused();
      return true;
    },
    submitRefused({ job, askedMs, load }, now) {
      const leftAt = underWay.get(job) ?? now;
      const askedThen = askedMs === null || askedMs <= 0 ? null : now + askedMs - leftAt;
      const call = callChance(now);
      const pace = submissions.expected(leftAt, askedThen);
      // A submission that left before the last refusal came is refused for the same reason, whatever that is.
      const chance = leftAt <= loadBlamedAt ? sameReason : refusedWithoutReason;
      submissions.refused(leftAt, askedThen, oneOf(load, call, chance), now);
      // A call that is refused for another reason counts towards the call rate as well.
      if (now - callsBlamedAt < sameCauseMs) calls.refused(now);
      else calls.passed(now);
      loadBlamedAt = now;
      const known = oneOf(pace, call, load);
      noteReason(1 - known / oneOf(known, refusedWithoutReason));
      return oneOf(pace, call, refusedWithoutReason);
    },
  };
}

/** The chance that at least one of these is so. */
function oneOf(...chances: readonly number[]): number {
  return 1 - chances.reduce((none, chance) => none * (1 - chance), 1);
}
