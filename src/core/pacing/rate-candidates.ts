import type { Candidacy } from './beliefs.ts';

/**
 * One limit that a server may have on submissions over time. All of them are simulated beside the server, and what each
 * would have answered is compared with what the server answered. Instants and durations are in ms.
 */
export interface RateCandidate {
  /** When it would accept one more, behind `ahead` others that are under way. At or before `now`: at once. */
  freeAt(ahead: number, now: number): number;
  /**
   * A submission of that moment was accepted, even if this limit would have refused it. If it was early by at max
   * `toleranceMs`, the limit counts it as a debt; if it was earlier than that, there was room.
   */
  accepted(at: number, toleranceMs: number): void;
  /** One was refused that this limit would have accepted: it is used up nonetheless. */
  corrected(at: number, askedMs: number | null): void;
}

const minuteMs = 60_000;
// Rates from 50 per second to 1 per minute, each slower than the one before by this factor.
const rates = { minMs: 20, slowdown: 1.02, maxMs: minuteMs } as const;
// Limits with longer intervals than this are rare.
const rareMs = 10_000;
const shares = { buckets: 0.5, sliding: 0.2, fixed: 0.2 } as const;
// The weight of a limit that was not there before: without any burst, since nothing is known of it.
const newly = 0.2;
// The resolution of the moment at which the server's own minute ends, if the server does not tell it.
const phaseMs = 5_000;
// A Retry-After may be cut to whole seconds.
const askedWithinMs = 1_000;

/**
 * The limits that may have refused a submission just now if its rate was the reason: every token bucket, and every
 * count per minute, that the acceptances until now have used up, and that would have accepted all of them.
 */
export function rateCandidates(
  accepted: readonly number[],
  now: number,
  askedMs: number | null,
): readonly Candidacy<RateCandidate>[] {
  return [
    ...usedUpBuckets(accepted, now),
    ...slidingMinutes(accepted, now),
    ...fixedMinutes(accepted, now, askedMs),
  ];
}

function usedUpBuckets(accepted: readonly number[], now: number): readonly Candidacy<RateCandidate>[] {
  const spacings: number[] = [];
  for (let ms: number = rates.minMs; ms <= rates.maxMs; ms *= rates.slowdown) spacings.push(ms);
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
    const used = { candidate: bucket(everyMs, size, fullAt), prior };
    const fresh = { candidate: bucket(everyMs, 1, now + everyMs), prior: prior * (size === 0 ? 1 : newly) };
    return size >= Math.max(2, maxTaken) ? [used, fresh] : size === 1 && maxTaken === 1 ? [used] : [fresh];
  });
}

/** A token is added every `everyMs`, and up to `size` are kept. */
function bucket(everyMs: number, size: number, fullAt: number): RateCandidate {
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

/** A number of submissions within any minute. */
function slidingMinutes(accepted: readonly number[], now: number): readonly Candidacy<RateCandidate>[] {
  const max = accepted.length - firstAfter(accepted, now - minuteMs);
  if (max === 0 || accepted.some((at, nth) => at - (accepted[nth - max] ?? -minuteMs) < minuteMs)) return [];
  return [{ candidate: slidingMinute(accepted.slice(-max)), prior: shares.sliding * seldom(max) }];
}

/** `used`: the submissions that have used it up, which tell the number. */
function slidingMinute(used: readonly number[]): RateCandidate {
  const max = used.length;
  let latest = used;
  return {
    freeAt(ahead, now) {
      if (ahead >= max) return now + minuteMs;
      const before = latest[latest.length - max + ahead];
      return before === undefined ? now : before + minuteMs;
    },
    accepted(at) {
      latest = [...latest, at].slice(-max);
    },
    corrected() {},
  };
}

/** A number of submissions in each minute of the server's clock. */
function fixedMinutes(
  accepted: readonly number[],
  now: number,
  askedMs: number | null,
): readonly Candidacy<RateCandidate>[] {
  const isTold = askedMs !== null && askedMs > phaseMs && askedMs <= minuteMs;
  const untilEnd = isTold
    ? [askedMs, askedMs + askedWithinMs]
    : Array.from({ length: minuteMs / phaseMs }, (_, nth) => (nth + 1) * phaseMs);
  return untilEnd.flatMap((ms) => {
    const max = accepted.length - firstAfter(accepted, now + ms - minuteMs);
    return max === 0
      ? []
      : [{ candidate: fixedMinute(max, now + ms), prior: (shares.fixed * seldom(max)) / untilEnd.length }];
  });
}

function fixedMinute(max: number, endsAt: number): RateCandidate {
  let [end, taken] = [endsAt, max];

  function turn(now: number): void {
    if (now < end) return;
    end += Math.ceil((now - end + 1) / minuteMs) * minuteMs;
    taken = 0;
  }

  return {
    freeAt(ahead, now) {
      turn(now);
      return taken + ahead < max ? now : end;
    },
    accepted(at) {
      turn(at);
      taken += 1;
    },
    corrected(at) {
      turn(at);
      taken = Math.max(taken, max);
    },
  };
}

function seldom(perMinute: number): number {
  return Math.min(1, ((perMinute * rareMs) / minuteMs) ** 2);
}

/** The index of the first instant after `at`, or the length. */
export function firstAfter(sorted: readonly number[], at: number): number {
  const index = sorted.findIndex((each) => each > at);
  return index < 0 ? sorted.length : index;
}
