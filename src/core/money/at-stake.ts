import type { AttemptGroup, PastAttempts, Priced } from './budget.ts';
import { modelCosts } from './model-costs.ts';

/** Attempts of unknown cost that may be charged, or may have been. */
export interface AtStake {
  readonly attempts: number;
  /** What they may cost in dollars: what their model's jobs have cost, else the base price. */
  readonly usd: number;
  /** Those of them for which neither is known; `usd` leaves them out. */
  readonly unvalued: number;
}

export const nothingAtStake: AtStake = { attempts: 0, usd: 0, unvalued: 0 };

/** A fair estimate for people; a cap allows for more: see `budget`. */
export function atStake(
  { named, unnamed }: Pick<PastAttempts, 'named' | 'unnamed'>,
  priceOf: (job: Priced) => number | null,
): AtStake {
  const models = new Map(unnamed.map(({ model }) => [model, modelCosts()]));
  for (const group of named) models.get(group.model)?.learn(priceOf(group), group.usd, group.attempts);
  function add(sum: AtStake, group: AttemptGroup): AtStake {
    const baseUsd = priceOf(group);
    const each = models.get(group.model)?.expectedUsd(baseUsd) ?? baseUsd;
    return {
      attempts: sum.attempts + group.attempts,
      usd: sum.usd + group.attempts * (each ?? 0),
      unvalued: sum.unvalued + (each === null ? group.attempts : 0),
    };
  }
  return unnamed.reduce(add, nothingAtStake);
}
