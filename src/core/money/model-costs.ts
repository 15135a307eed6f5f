/** What has been seen of the costs of one model's jobs, and what its next ones may cost because of that, in dollars. */
export interface ModelCosts {
  /** `jobs` of them cost `usd` at most. `baseUsd`: what one of them costs at its base price; null: not known. */
  learn(baseUsd: number | null, usd: number, jobs?: number): void;
  /** How many costs speak for the highest one being the highest: those seen since, and itself. 0: none was seen. */
  readonly evidence: number;
  /** As much as any job has cost, in proportion to its base price too, and never below that; null: none was seen. */
  expectedUsd(baseUsd: number | null): number | null;
  /** The same with room for a price that is not what it seems; null: nothing at all is known. */
  cautiousUsd(baseUsd: number | null): number | null;
  /** The one that exceeded its base price by most. */
  readonly dearest: { readonly usd: number; readonly baseUsd: number | null } | null;
}

/** A base price is not a quote: until a real cost has been seen it may be this many times as much. */
export const caution = 10;

// Equal multiples of different prices differ by rounding.
const rounding = 1 + 1e-9;

export function modelCosts(): ModelCosts {
  let [evidence, highestUsd, highestRatio] = [0, 0, 0];
  let dearest: ModelCosts['dearest'] = null;

  function expectedUsd(baseUsd: number | null): number | null {
    if (evidence === 0) return null;
    return Math.max(highestUsd, (baseUsd ?? 0) * Math.max(1, highestRatio));
  }

  return {
    learn(baseUsd, usd, jobs = 1) {
      const ratio = baseUsd === null ? 0 : usd / baseUsd;
      const isHigher =
        baseUsd === null ? usd > highestUsd * rounding : ratio > Math.max(1, highestRatio) * rounding;
      if (isHigher || dearest === null) dearest = { usd, baseUsd };
      evidence = isHigher ? jobs : evidence + jobs;
      highestUsd = Math.max(highestUsd, usd);
      highestRatio = Math.max(highestRatio, ratio);
    },
    get evidence() {
      return evidence;
    },
    expectedUsd,
    cautiousUsd(baseUsd) {
      if (evidence === 0) return baseUsd === null ? null : caution * baseUsd;
      return Math.max(expectedUsd(baseUsd) ?? 0, caution * (baseUsd ?? highestUsd));
    },
    get dearest() {
      return dearest;
    },
  };
}
