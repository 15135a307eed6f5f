import type { Instant } from './job.ts';
import { sameCauseMs } from './window-size.ts';

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
  /** A look was answered, and not with 429. */
  looked(now: Instant): void;
  /** A submit was accepted; `inFlight` counts it. */
  accepted(inFlight: number, now: Instant): void;
  /** A look was answered 429. true: so was the last submit, then, for its rate and not for the load. */
  lookRefused(now: Instant): boolean;
  /**
   * A submit was answered 429. Tells whether that was for the rate of the calls, which are slower from now on, or for
   * the `load`: what is in flight.
   */
  submitRefused(refusal: SubmitRefusal, now: Instant): Cause;
}

export interface SubmitRefusal {
  /** Its Retry-After. */
  readonly askedMs: number | null;
  readonly inFlight: number;
}

export type Cause = 'rate' | 'load';

export interface ThrottleLimits {
  /** Looks a second at most. */
  readonly looksPerSecond: number;
}

// A turn this near is taken at once: no timer is more exact.
const timerMs = 4;
// Below what was just too much, and from there up again while it is used: at first by so much a second, so that the
// limit is not met again at once, and faster the longer it is not met.
const retreat = 0.95;
// Minutes are counted exactly.
const minuteRetreat = 0.98;
const advance = { perSecond: 0.002, perSecondSquared: 0.0005 } as const;
// What is refused so soon after was under way, or is refused for what was sent before.
const cutPauseMs = 1_500;
// Limits of what is in flight come without a Retry-After or with a short one.
const longWaitMs = 5_000;
// Refused with so much less in flight than was accepted lately: it is not for what is in flight.
const lightLoad = 0.7;

const longAgo = Number.NEGATIVE_INFINITY;

export function throttle(limits: ThrottleLimits): Throttle {
  const lastSecond = recentCalls(1_000);
  const lastMinute = recentCalls(60_000);
  const lookGate = gate();
  const callGate = gate();
  const submitGate = gate();
  let callsPerSecond: number | null = null;
  let submitsPerMinute: number | null = null;
  let [grownAt, submitsFrom] = [0, 0];
  let [cutAt, lookRefusedAt, loadBlamedAt] = [longAgo, longAgo, longAgo];
  let heaviest = { inFlight: 0, at: longAgo };

  function cut(now: Instant): void {
    if (now - cutAt < cutPauseMs) return;
    cutAt = now;
    const counted = lastSecond.count(now);
    // Fewer than were meant are no measure: others were refused, or nobody wanted more.
    const taken = callsPerSecond === null ? counted : Math.max(counted, callsPerSecond * 0.9);
    callsPerSecond = Math.max(0.1, Math.min(taken, callsPerSecond ?? taken) * retreat);
  }

  function grow(now: Instant): void {
    const passedSeconds = Math.min(Math.max(0, now - grownAt), 1_000) / 1_000;
    grownAt = now;
    const calmSeconds = Math.max(0, now - cutAt) / 1_000;
    const growth = 1 + passedSeconds * (advance.perSecond + advance.perSecondSquared * calmSeconds);
    if (callsPerSecond !== null && lastSecond.count(now) > callsPerSecond * 0.95) callsPerSecond *= growth;
    if (submitsPerMinute !== null) submitsPerMinute *= 1 + (advance.perSecond / 10) * passedSeconds;
  }

  const callMs = (): number => (callsPerSecond === null ? 0 : 1_000 / callsPerSecond);

  return {
    lookTurn(now) {
      const waitMs = Math.max(lookGate.waitMs(now), callGate.waitMs(now));
      if (waitMs > 0) return waitMs;
      lookGate.take(now, 1_000 / limits.looksPerSecond);
      callGate.take(now, callMs());
      return 0;
    },
    pauseMs: (now) => Math.max(0, Math.ceil(submitsFrom - now)),
    submitTurn(now) {
      const waitMs = Math.max(submitGate.waitMs(now), callGate.waitMs(now));
      if (submitsPerMinute !== null) submitGate.take(now, 60_000 / submitsPerMinute);
      callGate.take(now, callMs());
      return waitMs;
    },
    looked(now) {
      lastSecond.add(now);
      grow(now);
    },
    accepted(inFlight, now) {
      lastSecond.add(now);
      lastMinute.add(now);
      grow(now);
      if (inFlight >= heaviest.inFlight || isOver(heaviest.at, now)) heaviest = { inFlight, at: now };
    },
    lookRefused(now) {
      lookRefusedAt = now;
      cut(now);
      return now - loadBlamedAt < sameCauseMs;
    },
    submitRefused({ askedMs, inFlight }, now) {
      if (now - lookRefusedAt < sameCauseMs) {
        cut(now);
        return 'rate';
      }
      const isLight = !isOver(heaviest.at, now) && inFlight < heaviest.inFlight * lightLoad;
      if ((askedMs ?? 0) < longWaitMs && !isLight) {
        loadBlamedAt = now;
        // It counts where calls are counted.
        lastSecond.add(now);
        return 'load';
      }
      if (now >= submitsFrom) {
        const taken = Math.min(lastMinute.count(now), submitsPerMinute ?? Number.POSITIVE_INFINITY);
        submitsPerMinute = Math.max(1, taken * minuteRetreat);
      }
      submitsFrom = Math.max(submitsFrom, now + (askedMs ?? 1_000));
      return 'rate';
    },
  };
}

function isOver(at: number, now: Instant): boolean {
  return now - at > 60_000;
}

/** Spaces turns evenly, without bursts: the generic cell rate algorithm. */
interface Gate {
  waitMs(now: Instant): number;
  take(now: Instant, spacingMs: number): void;
}

function gate(): Gate {
  let freeAt = longAgo;
  return {
    waitMs: (now) => (freeAt - now > timerMs ? Math.ceil(freeAt - now) : 0),
    take(now, spacingMs) {
      freeAt = Math.max(freeAt, now) + spacingMs;
    },
  };
}

/** Counts calls of the last `windowMs`. */
function recentCalls(windowMs: number): { add(now: Instant): void; count(now: Instant): number } {
  let calls: Instant[] = [];
  let first = 0;
  return {
    add: (now) => void calls.push(now),
    count(now) {
      while (first < calls.length && now - (calls[first] as Instant) >= windowMs) first += 1;
      if (first > 1_024) {
        calls = calls.slice(first);
        first = 0;
      }
      return calls.length - first;
    },
  };
}
