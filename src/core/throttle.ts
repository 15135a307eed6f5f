import { callRate } from './call-rate.ts';
import { sameCauseMs } from './ceiling.ts';
import type { Instant } from './job.ts';
import { type SubmitRefusal, submitRate } from './submit-rate.ts';
import { turns } from './turns.ts';

/**
 * Keeps calls within what the user allows and what the server has shown to take, spread evenly. Instants are those of
 * a clock that is never set back.
 */
export interface Throttle {
  /** Takes the turn of a look and gives 0, or gives how long to wait before asking again, in ms. */
  lookTurn(now: Instant): number;
  /** How long no submit is to leave, in ms, because the server asked for that. */
  pauseMs(now: Instant): number;
  /** Takes the next turn of all for a submit and gives how long to wait for it, in ms. */
  submitTurn(now: Instant): number;
  /** A look or a submit was answered, and not with 429, or failed otherwise. */
  answered(now: Instant): void;
  /** A submit was so, and accepted; `inFlight` counts it. */
  accepted(inFlight: number, now: Instant): void;
  /** A look was answered 429. true: so was the last submit, then, for the rate of the calls and not for the load. */
  lookRefused(now: Instant): boolean;
  /** A submit was answered 429. */
  submitRefused(refusal: SubmitRefusal, now: Instant): Cause;
}

/** Of a refusal: how many calls there are; or the load, which is what is in flight, as long as nothing else is known. */
export type Cause = 'rate' | 'load';

export interface ThrottleLimits {
  /** Looks a second at most. */
  readonly looksPerSecond: number;
}

const longAgo = Number.NEGATIVE_INFINITY;

export function throttle(limits: ThrottleLimits): Throttle {
  const calls = callRate();
  const submits = submitRate();
  const [lookTurns, callTurns, submitTurns] = [turns(), turns(), turns()];
  let [lookRefusedAt, loadBlamedAt] = [longAgo, longAgo];

  return {
    lookTurn(now) {
      const waitMs = Math.max(lookTurns.waitMs(now), callTurns.waitMs(now));
      if (waitMs > 0) return waitMs;
      lookTurns.take(now, 1_000 / limits.looksPerSecond);
      callTurns.take(now, calls.spacingMs());
      return 0;
    },
    pauseMs: submits.pauseMs,
    submitTurn(now) {
      const waitMs = Math.max(submitTurns.waitMs(now), callTurns.waitMs(now));
      submitTurns.take(now, submits.spacingMs());
      callTurns.take(now, calls.spacingMs());
      return waitMs;
    },
    answered: calls.passed,
    accepted(inFlight, now) {
      calls.passed(now);
      submits.accepted(inFlight, now);
    },
    lookRefused(now) {
      if (!calls.refused(now)) return false;
      lookRefusedAt = now;
      return now - loadBlamedAt < sameCauseMs;
    },
    submitRefused(refusal, now) {
      const isForNumber = submits.refused(refusal, now);
      if (now - lookRefusedAt < sameCauseMs) {
        calls.refused(now);
        return 'rate';
      }
      // Where calls are counted, one that is refused for something else counts as well.
      calls.passed(now);
      if (isForNumber) return 'rate';
      loadBlamedAt = now;
      return 'load';
    },
  };
}
