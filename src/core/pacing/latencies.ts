import { ageEdges, ageGroup, ageGroups, inspectionAges, minAgeMs, nextAgeMs } from './inspection.ts';

/** How long the requests of one model take from start to end, as far as is known, and when to poll them. */
export interface Latencies {
  /** It was unfinished at both of these ages. */
  unfinished(fromMs: number, toMs: number): void;
  /** It ended between these ages: those of the last poll that found it unfinished and the poll that found it ended. */
  ended(fromMs: number, toMs: number): void;
  /**
   * The age at which a request that is unfinished at `ageMs` is polled next, if a poll costs as much as `price` times a
   * usual latency of not knowing that it has ended: the higher the price, the fewer polls and the more lag.
   */
  nextPollAt(ageMs: number, price: number): number;
  /** Whether enough requests were seen to end for long intervals. */
  isKnown(): boolean;
  /** Whether nothing is known at all. */
  isBlank(): boolean;
  /** Whether a request has usually ended before the first age at which it would be polled. */
  endsAtOnce(): boolean;
}

// Before anything is known: a few seconds, and a request that is unfinished by then may take as long again.
const guessMs = 4_000;
const guessWeight = 0.3;
// Neighbouring age groups are blurred, since an end is only known to lie between two polls.
const blur = 30;
// After this many ends all that is known is halved: a server changes in the course of a night.
const memory = 400;
const enough = 20;
// How finely prices are told apart.
const priceStep = 1.1;
// Past latencies tell when an end was seen; it came earlier, at about this share.
const pastLag = 0.93;

/** By model: how long its latest requests took in an earlier run, in ms and no particular order. */
export type PastLatencies = ReadonlyMap<string, readonly number[]>;

/**
 * Learns from every poll (the Nelson–Aalen estimate: ends by time at risk, for each age group), beginning with what is
 * known of the `past`.
 */
export function latencies(past: readonly number[] = []): Latencies {
  const ends = new Float64Array(ageGroups);
  const atRiskMs = new Float64Array(ageGroups);
  let [count, sumMs, countAtPlan] = [0, 0, 0];
  // By price step; computed when asked for, from what is known then.
  const plans = new Map<number, Float64Array>();
  for (const tookMs of past.slice(0, memory)) learn(tookMs * pastLag, tookMs, tookMs * pastLag);

  /** `isEnded`: it ended in this time, at any moment of it with the same likelihood. */
  function pass(fromMs: number, toMs: number, isEnded: boolean): void {
    for (let at = fromMs, group = ageGroup(fromMs); at < toMs && group < ageGroups; group += 1) {
      const until = Math.min(toMs, ageEdges[group + 1] as number);
      const share = (until - at) / (toMs - fromMs);
      const unfinished = isEnded ? 1 - ((at + until) / 2 - fromMs) / (toMs - fromMs) : 1;
      atRiskMs[group] = (atRiskMs[group] as number) + (until - at) * unfinished;
      if (isEnded) ends[group] = (ends[group] as number) + share;
      at = until;
    }
  }

  /** `waitedMs`: time before `fromMs` that has not been counted yet. */
  function learn(fromMs: number, toMs: number, waitedMs = 0): void {
    pass(fromMs - waitedMs, fromMs, false);
    pass(fromMs, Math.max(toMs, fromMs + 1), true);
    count += 1;
    sumMs += (fromMs + toMs) / 2;
    if (count > memory) forget();
  }

  function forget(): void {
    for (let group = 0; group < ageGroups; group += 1) {
      ends[group] = (ends[group] as number) / 2;
      atRiskMs[group] = (atRiskMs[group] as number) / 2;
    }
    count /= 2;
    sumMs /= 2;
    countAtPlan /= 2;
  }

  function planned(step: number): Float64Array {
    const usualMs = count === 0 ? guessMs : sumMs / count;
    const plan = inspectionAges(hazards(ends, atRiskMs), usualMs * priceStep ** step);
    plans.set(step, plan);
    return plan;
  }

  return {
    unfinished: (fromMs, toMs) => pass(fromMs, toMs, false),
    ended: (fromMs, toMs) => learn(fromMs, toMs),
    isKnown: () => count >= enough,
    isBlank: () => count === 0,
    endsAtOnce: () => count > 0 && sumMs / count < minAgeMs,
    nextPollAt(ageMs, price) {
      if (count >= countAtPlan * 1.15 + 1) {
        plans.clear();
        countAtPlan = count;
      }
      const step = Math.round(Math.log(price) / Math.log(priceStep));
      return nextAgeMs(plans.get(step) ?? planned(step), ageMs);
    },
  };
}

/** The chance to end in the next ms, by age group; as guessed where little is known. */
function hazards(ends: Float64Array, atRiskMs: Float64Array): Float64Array {
  return Float64Array.from({ length: ageGroups }, (_, group) => {
    let [ended, waitedMs] = [guessWeight, 0];
    for (let other = Math.max(0, group - blur); other <= Math.min(ageGroups - 1, group + blur); other += 1) {
      const weight = 1 - Math.abs(other - group) / (blur + 1);
      ended += weight * (ends[other] as number);
      waitedMs += weight * (atRiskMs[other] as number);
    }
    const middleMs = ((ageEdges[group] as number) + (ageEdges[group + 1] as number)) / 2;
    return ended / (waitedMs + guessWeight * Math.max(middleMs, guessMs));
  });
}
