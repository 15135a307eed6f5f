/** What one model's jobs have cost, and what its next ones may therefore cost, in dollars. */
export interface ModelCosts {
  /** `jobs` jobs cost at most `usd` each. `baseUsd`: the base price of one of them; null: unknown. */
  learn(baseUsd: number | null, usd: number, jobs?: number): void;
  /** How many costs support the highest one as the highest: itself, and those seen since. 0: none was seen. */
  readonly evidence: number;
  /** The highest cost of any job, also in proportion to the base price, and never below that; null: none was seen. */
  expectedUsd(baseUsd: number | null): number | null;
  /** The same with room for a misleading price; null: nothing is known at all. */
  cautiousUsd(baseUsd: number | null): number | null;
  /** The one that exceeded its base price by the greatest ratio. */
  readonly highestExcess: { readonly usd: number; readonly baseUsd: number | null } | null;
}

/** A base price is not a quote: until a real cost has been seen, a job may cost this many times as much. */
export const caution = 10;

// Equal multiples of different prices differ by rounding.
const rounding = 1 + 1e-9;

/** `guessUsd`: what a job may cost where no base price tells; it counts until a cost is known. null: nobody can guess. */
export function modelCosts(guessUsd: number | null = null): ModelCosts {
  let [evidence, highestUsd, highestRatio] = [0, 0, 0];
  let highestExcess: ModelCosts['highestExcess'] = null;

  function expectedUsd(baseUsd: number | null): number | null {
    if (evidence === 0) return null;
    return Math.max(highestUsd, (baseUsd ?? 0) * Math.max(1, highestRatio));
  }

  return {
    learn(baseUsd, usd, jobs = 1) {
      const ratio = baseUsd === null ? 0 : usd / baseUsd;
      const isHigher =
        baseUsd === null ? usd > highestUsd * rounding : ratio > Math.max(1, highestRatio) * rounding;
      if (isHigher || highestExcess === null) highestExcess = { usd, baseUsd };
      evidence = isHigher ? jobs : evidence + jobs;
      highestUsd = Math.max(highestUsd, usd);
      highestRatio = Math.max(highestRatio, ratio);
    },
    get evidence() {
      return evidence;
    },
    expectedUsd,
    cautiousUsd(baseUsd) {
      if (evidence === 0) {
        const usd = baseUsd ?? guessUsd;
        return usd === null ? null : caution * usd;
      }
      return Math.max(expectedUsd(baseUsd) ?? 0, caution * (baseUsd ?? highestUsd));
    },
    get highestExcess() {
      return highestExcess;
    },
  };
}
