import type { Instant } from '../job/job.ts';
import { breakerTrials } from './breaker-trials.ts';

/**
 * Decides how many submissions may be under way while the API leaves some of them unanswered.
 *
 * A submission without an answer may have been paid for, and only a person can settle it. So an outage may cost a
 * handful of them, whatever its length and whatever the number of rows: `maxSubmissions + 2`, the budget of an outage.
 *
 *     healthy ──2 in a row, or too many──▶ open ──one trial answered──▶ recovering ──calm──▶ healthy
 *                                           ▲ └─trial unanswered─▶ open      │
 *                                           └──────────unanswered────────────┘
 *
 * - Healthy: the number under way grows by one with each answer, up to `maxSubmissions`. It starts at one, so that an
 *   API that is down from the start costs two submissions and not eight. An API that leaves every second or third
 *   unanswered, though never two in a row, opens the breaker as well: suspicion grows with each of them and fades with
 *   the answers.
 * - Open: nothing leaves. Free calls ask whether the API is there. When the time for a trial has come and a free call is
 *   answered then, one submission leaves. An outage of submissions alone cannot be seen to end in any other way. If free
 *   calls failed and are answered again, the end was seen, and the trial need not wait for its time.
 * - Recovering: submissions leave again, never more at once than would use up all but one of the budget. If the outage
 *   comes back (an API that flaps), they leave one by one, further and further apart.
 * - Calm: answers in a row, enough of them and for long enough. The outage is over.
 *
 * A submission that provably was not accepted (429, no connection) costs nothing and is not in the budget. A missing
 * connection opens the breaker as well, since a free call is as good as a submission for asking.
 *
 * Instants are those of a clock that is never set back and does not count the time that the machine slept.
 */
export interface Breaker {
  /** How many submissions may be under way now. */
  allowance(now: Instant): number;
  /** A submission leaves. */
  left(now: Instant): void;
  /** One was accepted, or refused by the API itself. */
  answered(now: Instant): void;
  /** One left, and no usable answer came. */
  unanswered(now: Instant): void;
  /** One never reached the API, which had been reached before. */
  unreachable(now: Instant): void;
  /** A free call was made: `isThere` tells whether the API answered it. */
  heard(isThere: boolean, now: Instant): void;
  /** How long until one more may leave, or a free call should ask for it, in ms; infinite if neither helps. */
  waitMs(now: Instant): number;
  /** null: the breaker is not open. */
  outage(): OpenBreaker | null;
  /** Nothing will leave any more: the budget is used up, or the outage takes too long. */
  isHopeless(now: Instant): boolean;
}

/** Nothing leaves. */
export interface OpenBreaker {
  readonly since: Instant;
  /** Whether free calls are answered. */
  readonly isThere: boolean;
  /** Submissions that this outage has left unanswered. */
  readonly unanswered: number;
  /** When the run gives up. */
  readonly until: Instant;
}

interface BreakerRules {
  /** Submissions under way at once. */
  readonly maxSubmissions: number;
  /** How long an outage may take. All other times are shares of it. */
  readonly outageMs: number;
}

// Two in a row are a pattern; one may be bad luck.
const inARow = 2;
/** What an outage may leave unanswered beyond what was under way when it began. */
const extraTrials = 2;
/** After nothing but answers for this share of `outageMs` the outage is over (1 min for two hours). */
const calmShare = 1 / 120;

const longAgo = Number.NEGATIVE_INFINITY;

export function breaker({ maxSubmissions, outageMs }: BreakerRules): Breaker {
  const budget = maxSubmissions + extraTrials;
  const calmMs = outageMs * calmShare;
  const trials = breakerTrials({ budget, outageMs, calmMs });
  const suspicion = suspicionOf(maxSubmissions);
  let mode: 'healthy' | 'open' | 'recovering' = 'healthy';
  let isThere = true;
  // `lost`: unanswered in this outage; while healthy, in a row.
  let [since, lost, answers, unreached, relapses] = [0, 0, 0, 0, 0];
  // `answeredFrom`: the first answer since the last unanswered submission.
  let [answeredFrom, leftAt, heardAt] = [0, longAgo, longAgo];

  function open(now: Instant): void {
    if (mode === 'healthy') {
      // If they are spread over a long time, not all of them belong to this outage, which keeps its trials.
      const doubted = suspicion.count();
      lost = Math.max(lost, doubted < budget ? doubted : maxSubmissions);
      since = now;
      relapses = 0;
      trials.away();
    }
    mode = 'open';
  }

  /** How long a submission waits for the one before it. */
  const gapMs = (): number =>
    relapses === 0 ? 0 : Math.min(calmMs, (calmMs / maxSubmissions) * 2 ** (relapses - 1));

  return {
    allowance(now) {
      switch (mode) {
        case 'healthy':
          return Math.max(1, Math.min(maxSubmissions, 1 + answers) - lost);
        case 'open':
          return isThere && lost < budget && heardAt >= trials.dueAt(lost) ? 1 : 0;
        case 'recovering':
          if (now < leftAt + gapMs()) return 0;
          return Math.max(1, Math.min(maxSubmissions, 1 + answers, budget - lost - 1));
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
        suspicion.answered();
      }
      if (mode === 'open') mode = 'recovering';
      if (mode !== 'recovering' || answers < maxSubmissions || now - answeredFrom < calmMs) return;
      [mode, lost] = ['healthy', 0];
      suspicion.clear();
    },
    unanswered(now) {
      if (mode === 'recovering') relapses += 1;
      answers = 0;
      lost += 1;
      if (mode === 'healthy') {
        suspicion.unanswered();
        if (lost < Math.min(inARow, maxSubmissions) && !suspicion.isGreat()) return;
      }
      open(now);
      trials.plan(lost, since, now);
    },
    unreachable(now) {
      unreached += 1;
      if (mode === 'healthy' && unreached < inARow) return;
      isThere = false;
      open(now);
      trials.away();
      if (lost === 0) trials.planNow(now);
      answers = 0;
    },
    heard(nowIsThere, now) {
      if (!nowIsThere) trials.away();
      else if (mode === 'open' && !isThere) trials.back(now);
      isThere = nowIsThere;
      heardAt = now;
      if (nowIsThere) unreached = 0;
    },
    waitMs(now) {
      if (mode === 'recovering') return Math.max(0, leftAt + gapMs() - now);
      if (mode !== 'open' || !isThere || lost >= budget) return Number.POSITIVE_INFINITY;
      return Math.max(0, trials.dueAt(lost) - now);
    },
    outage() {
      if (mode !== 'open') return null;
      const until = (since + outageMs) as Instant;
      return { since: since as Instant, isThere, unanswered: lost, until };
    },
    isHopeless: (now) => mode === 'open' && (lost >= budget || now - since >= outageMs),
  };
}

/** More unanswered submissions than a quarter are not bad luck: each adds 3, each answer takes 1 away, 9 is great. */
const suspicionGrows = { by: 3, upTo: 9 } as const;

function suspicionOf(maxSubmissions: number) {
  const great = Math.min(suspicionGrows.upTo, suspicionGrows.by * maxSubmissions);
  let level = 0;
  // Since there was no suspicion.
  let count = 0;

  return {
    unanswered(): void {
      level += suspicionGrows.by;
      count += 1;
    },
    answered(): void {
      level = Math.max(0, level - 1);
      if (level === 0) count = 0;
    },
    isGreat: () => level >= great,
    /** Submissions left unanswered since there was no suspicion. */
    count: () => count,
    clear(): void {
      [level, count] = [0, 0];
    },
  };
}
