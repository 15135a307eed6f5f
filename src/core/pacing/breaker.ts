import type { Instant } from '../job/job.ts';

/**
 * Decides how many submissions may be under way while the API leaves some of them unanswered.
 *
 * A submission without an answer may have been paid for, and only a person can settle it. So an outage may cost a
 * handful of them, whatever its length and whatever the number of rows: `submits + 2`, the budget of an outage.
 *
 *     healthy ──2 in a row, or too many──▶ open ──one trial answered──▶ recovering ──calm──▶ healthy
 *                                           ▲ └─trial unanswered─▶ open      │
 *                                           └──────────unanswered────────────┘
 *
 * - Healthy: the number under way grows by one with each answer, up to `submits`. It starts at one, so that an API that
 *   is down from the start costs two submissions and not eight. One that leaves every second or third unanswered is
 *   out as well, though never twice in a row: suspicion grows with each of them, and fades with the answers.
 * - Open: nothing leaves. Free calls ask whether the API is there. When the time for a trial has come and a free call
 *   is answered then, one submission leaves. The trials that the budget still allows are spread over half of the time
 *   that an outage may take, close together first: an outage of submissions alone cannot be seen to end in any other
 *   way. Where free calls failed and are answered again, the end was seen, and the trial need not wait for its time.
 * - Recovering: submissions leave again, never more at once than would use up the budget but for one. An outage that
 *   comes back (an API that flaps) makes them leave one by one, further and further apart.
 * - Calm: answers in a row, enough of them and for long enough. The outage is over.
 *
 * What provably was not accepted (429, no connection) costs nothing: it is not in the budget. No connection opens the
 * breaker as well, since asking by a free call is as good as asking by a submission.
 *
 * Instants are those of a clock that is never set back and does not count the time that the machine slept.
 */
export interface Breaker {
  /** How many submissions may be under way at this moment. */
  allowance(now: Instant): number;
  /** One leaves. */
  left(now: Instant): void;
  /** One was accepted, or refused by the API itself. */
  answered(now: Instant): void;
  /** One left, and no usable answer came. */
  unanswered(now: Instant): void;
  /** One never reached the API, which had been reached before. */
  unreachable(now: Instant): void;
  /** A free call was made: `isThere` tells whether the API answered it. */
  heard(isThere: boolean, now: Instant): void;
  /** How long until one more may leave, or a free call should ask for it, in ms; infinite where neither helps. */
  waitMs(now: Instant): number;
  /** Nothing leaves; `isThere`: free calls are answered. null: healthy, or recovering. */
  outage(): OpenBreaker | null;
  /** Nothing will leave any more: the budget is used up, or the outage takes too long. */
  isHopeless(now: Instant): boolean;
}

export interface OpenBreaker {
  readonly since: Instant;
  readonly isThere: boolean;
  /** Submissions that this outage has left unanswered. */
  readonly unanswered: number;
  /** When it is given up. */
  readonly until: Instant;
}

export interface BreakerRules {
  /** Submissions under way at once, at most. */
  readonly maxSubmissions: number;
  /** How long an outage may take. All other times are shares of it. */
  readonly outageMs: number;
}

// Two in a row are a pattern; one may be bad luck.
const inARow = 2;
/** Unanswered submissions in excess of a quarter of all: more are no bad luck. */
const grows = { by: 3, upTo: 9 } as const;
const fadesBy = 1;
/** What an outage may leave unanswered beyond what was under way when it began. */
const extraTrials = 2;
// Shares of `outageMs`; in brackets what they come to for two hours.
const shares = {
  /** After nothing but answers for this long the outage is over (1 min). */
  calm: 1 / 120,
  /** The last trial (1 h): an outage of half the time is outlived whatever it cost at first. */
  lastTrial: 1 / 2,
  /** The first trial of many (5 s for eight, 80 s for two). */
  firstTrial: 1 / 22.5,
} as const;
// The next trial waits at least this much longer than the outage took so far.
const minGrowth = 1.3;

export function breaker({ maxSubmissions: submits, outageMs }: BreakerRules): Breaker {
  const budget = submits + extraTrials;
  const calmMs = outageMs * shares.calm;
  let mode: 'healthy' | 'open' | 'recovering' = 'healthy';
  let since = 0;
  // Of this outage; while healthy, those in a row.
  let lost = 0;
  let suspicion = 0;
  // Since there was no suspicion.
  let doubted = 0;
  let answers = 0;
  let unreached = 0;
  let relapses = 0;
  let isThere = true;
  let plannedAt = 0;
  let heardAt = Number.NEGATIVE_INFINITY;
  // Since when free calls are answered again, in an outage in which they were not.
  let backAt = Number.POSITIVE_INFINITY;
  // The first answer since the last unanswered submission.
  let answeredFrom = 0;
  let leftAt = Number.NEGATIVE_INFINITY;

  function isOut(): boolean {
    return lost >= Math.min(inARow, submits) || suspicion >= Math.min(grows.upTo, grows.by * submits);
  }

  function open(now: Instant): void {
    if (mode === 'healthy') {
      // Spread over a long time they are not this outage's alone: then it has its trials all the same.
      lost = Math.max(lost, doubted < budget ? doubted : submits);
      since = now;
      relapses = 0;
      backAt = Number.POSITIVE_INFINITY;
    }
    mode = 'open';
  }

  function plan(now: Instant): void {
    const trials = budget - lost;
    const firstMs = (outageMs * shares.firstTrial) / trials ** 2;
    const lastMs = shares.lastTrial * outageMs;
    const tookMs = now - since;
    if (trials <= 1) {
      plannedAt = since + Math.max(lastMs, tookMs * minGrowth);
      return;
    }
    const growth = Math.max(minGrowth, (lastMs / Math.max(tookMs, 1)) ** (1 / trials));
    plannedAt = since + Math.max(firstMs, tookMs * growth);
  }

  /** The last trial is worth a minute of certainty. */
  function trialAt(): number {
    return Math.min(plannedAt, backAt + (budget - lost <= 1 ? calmMs : 0));
  }

  /** How long a submission waits for the one before it. */
  function gapMs(): number {
    return relapses === 0 ? 0 : Math.min(calmMs, (calmMs / submits) * 2 ** (relapses - 1));
  }

  return {
    allowance(now) {
      switch (mode) {
        case 'healthy':
          return Math.max(1, Math.min(submits, 1 + answers) - lost);
        case 'open':
          return isThere && lost < budget && heardAt >= trialAt() ? 1 : 0;
        case 'recovering':
          if (now < leftAt + gapMs()) return 0;
          return Math.max(1, Math.min(submits, 1 + answers, budget - lost - 1));
      }
    },
    left(now) {
      leftAt = now;
    },
    answered(now) {
      if (answers === 0) answeredFrom = now;
      answers += 1;
      unreached = 0;
      isThere = true;
      if (mode === 'healthy') {
        lost = 0;
        suspicion = Math.max(0, suspicion - fadesBy);
        if (suspicion === 0) doubted = 0;
      }
      if (mode === 'open') mode = 'recovering';
      if (mode === 'recovering' && answers >= submits && now - answeredFrom >= calmMs) {
        mode = 'healthy';
        [lost, suspicion, doubted] = [0, 0, 0];
      }
    },
    unanswered(now) {
      if (mode === 'recovering') relapses += 1;
      answers = 0;
      lost += 1;
      if (mode === 'healthy') {
        suspicion += grows.by;
        doubted += 1;
        if (!isOut()) return;
      }
      open(now);
      plan(now);
    },
    unreachable(now) {
      unreached += 1;
      if (mode === 'healthy' && unreached < inARow) return;
      isThere = false;
      open(now);
      backAt = Number.POSITIVE_INFINITY;
      if (lost === 0) plannedAt = now;
      answers = 0;
    },
    heard(nowIsThere, now) {
      if (mode === 'open' && nowIsThere && !isThere) backAt = now;
      if (!nowIsThere) backAt = Number.POSITIVE_INFINITY;
      isThere = nowIsThere;
      heardAt = now;
      if (nowIsThere) unreached = 0;
    },
    waitMs(now) {
      if (mode === 'recovering') return Math.max(0, leftAt + gapMs() - now);
      if (mode !== 'open' || !isThere || lost >= budget) return Number.POSITIVE_INFINITY;
      return Math.max(0, trialAt() - now);
    },
    outage() {
      if (mode !== 'open') return null;
      return {
        since: since as Instant,
        isThere,
        unanswered: lost,
        until: (since + outageMs) as Instant,
      };
    },
    isHopeless: (now) => mode === 'open' && (lost >= budget || now - since >= outageMs),
  };
}
