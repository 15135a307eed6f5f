import type { Estimator } from './estimator.ts';
import type { AttemptGroup } from './past-attempts.ts';

/** Attempts of unknown cost that may be charged, or may have been. */
export interface AtStake {
  readonly attempts: number;
  /** What they may cost in dollars: their base price, else what such jobs have cost. */
  readonly usd: number;
  /** Those of them for which neither is known; `usd` leaves them out. */
  readonly unvalued: number;
}

export const nothingAtStake: AtStake = { attempts: 0, usd: 0, unvalued: 0 };

/** A fair estimate for people; a cap allows for more: see `budget`. */
export function atStake(unnamed: readonly AttemptGroup[], { likely }: Pick<Estimator, 'likely'>): AtStake {
  return unnamed.reduce((sum, group) => {
    const { usd } = likely(group);
    return {
      attempts: sum.attempts + group.attempts,
      usd: sum.usd + group.attempts * (usd ?? 0),
      unvalued: sum.unvalued + (usd === null ? group.attempts : 0),
    };
  }, nothingAtStake);
}
