import type { Suspicion } from './beliefs.ts';

/**
 * One limit that a server may keep on how many submissions it takes in a time. All of them are simulated beside the
 * server: what each would have answered is compared with what came. Instants and durations are in ms.
 */
export interface RateSuspect {
  /** When it would let one more pass, behind `ahead` others that are under way. At or before `now`: at once. */
  freeAt(ahead: number, now: number): number;
  /**
   * A submission of that moment was accepted, even if this one would have refused it. What was too early by no more
   * than `toleranceMs` is owed; what was earlier shows that there was room.
   */
  accepted(at: number, toleranceMs: number): void;
  /** One was refused that this one would have let pass: it is used up all the same. */
  corrected(at: number, askedMs: number | null): void;
}

const minuteMs = 60_000;
// Rates from 50 a second to 1 a minute, each so much slower than the one before.
const rates = { quickestMs: 20, slowdown: 1.02, slowestMs: minuteMs } as const;
// Fewer in a minute than this are seldom meant.
const rareMs = 10_000;
const shares = { buckets: 0.5, sliding: 0.2, fixed: 0.2 } as const;
// A limit that was not there before: of as little burst as there can be, since nothing is known of it.
const newly = 0.2;
// When the server's own minute ends is told this exactly where it does not say so.
const phaseMs = 5_000;
// A Retry-After may be cut to whole seconds.
const askedWithinMs = 1_000;

/**
 * What may have refused a submission just now, if it was for the number of them in a time: every bucket of tokens, and
 * every count by the minute, that those accepted until now have used up, and that had let all of these pass.
 */
export function rateSuspects(
  accepted: readonly number[],
  now: number,
  askedMs: number | null,
): readonly Suspicion<RateSuspect>[] {
  return [
    ...usedUpBuckets(accepted, now),
    ...slidingMinutes(accepted, now),
    ...fixedMinutes(accepted, now, askedMs),
  ];
}

function usedUpBuckets(accepted: readonly number[], now: number): readonly Suspicion<RateSuspect>[] {
  const spacings: number[] = [];
  for (let ms: number = rates.quickestMs; ms <= rates.slowestMs; ms *= rates.slowdown) spacings.push(ms);
  const weights = spacings.map((ms) => Math.min(1, (rareMs / ms) ** 2));
  const all = weights.reduce((sum, weight) => sum + weight, 0);
  return spacings.flatMap((everyMs, nth) => {
    const prior = (shares.buckets * (weights[nth] as number)) / all;
    let [fullAt, maxTaken] = [Number.NEGATIVE_INFINITY, 0];
    for (const at of accepted) {
      fullAt = Math.max(fullAt, at) + everyMs;
      maxTaken = Math.max(maxTaken, Math.ceil((fullAt - at) / everyMs));
    }
    const size = Math.ceil((fullAt - now) / everyMs);
    const used = { suspect: bucket(everyMs, size, fullAt), prior };
    const fresh = { suspect: bucket(everyMs, 1, now + everyMs), prior: prior * (size === 0 ? 1 : newly) };
    return size >= Math.max(2, maxTaken) ? [used, fresh] : size === 1 && maxTaken === 1 ? [used] : [fresh];
  });
}

/** A token comes every so many ms, and up to `size` are kept. */
function bucket(everyMs: number, size: number, fullAt: number): RateSuspect {
  const spareMs = (size - 1) * everyMs;
  let full = fullAt;
  return {
    freeAt: (ahead) => full - spareMs + ahead * everyMs,
    accepted(at, toleranceMs) {
      const earlyMs = full - spareMs - at;
      full = (earlyMs > toleranceMs ? at + spareMs : Math.max(full, at)) + everyMs;
    },
    corrected(at, askedMs) {
      full = at + spareMs + Math.min(askedMs ?? everyMs / 2, everyMs);
    },
  };
}

/** So many within a minute of each other. */
function slidingMinutes(accepted: readonly number[], now: number): readonly Suspicion<RateSuspect>[] {
  const most = accepted.length - firstAfter(accepted, now - minuteMs);
  if (most === 0 || accepted.some((at, nth) => at - (accepted[nth - most] ?? -minuteMs) < minuteMs))
    return [];
  return [{ suspect: slidingMinute(accepted.slice(-most)), prior: shares.sliding * seldom(most) }];
}

/** As many as these are, which have used it up. */
function slidingMinute(used: readonly number[]): RateSuspect {
  const most = used.length;
  let latest = used;
  return {
    freeAt(ahead, now) {
      if (ahead >= most) return now + minuteMs;
      const before = latest[latest.length - most + ahead];
      return before === undefined ? now : before + minuteMs;
    },
    accepted(at) {
      latest = [...latest, at].slice(-most);
    },
    corrected() {},
  };
}

/** So many from one minute of the server's clock to the next. */
function fixedMinutes(
  accepted: readonly number[],
  now: number,
  askedMs: number | null,
): readonly Suspicion<RateSuspect>[] {
  const isTold = askedMs !== null && askedMs > phaseMs && askedMs <= minuteMs;
  const untilEnd = isTold
    ? [askedMs, askedMs + askedWithinMs]
    : Array.from({ length: minuteMs / phaseMs }, (_, nth) => (nth + 1) * phaseMs);
  return untilEnd.flatMap((ms) => {
    const most = accepted.length - firstAfter(accepted, now + ms - minuteMs);
    return most === 0
      ? []
      : [{ suspect: fixedMinute(most, now + ms), prior: (shares.fixed * seldom(most)) / untilEnd.length }];
  });
}

function fixedMinute(most: number, endsAt: number): RateSuspect {
  let [end, taken] = [endsAt, most];

  function turn(now: number): void {
    if (now < end) return;
    end += Math.ceil((now - end + 1) / minuteMs) * minuteMs;
    taken = 0;
  }

  return {
    freeAt(ahead, now) {
      turn(now);
      return taken + ahead < most ? now : end;
    },
    accepted(at) {
      turn(at);
      taken += 1;
    },
    corrected(at) {
      turn(at);
      taken = Math.max(taken, most);
    },
  };
}

function seldom(perMinute: number): number {
  return Math.min(1, ((perMinute * rareMs) / minuteMs) ** 2);
}

function firstAfter(sorted: readonly number[], at: number): number {
  const index = sorted.findIndex((each) => each > at);
  return index < 0 ? sorted.length : index;
}
