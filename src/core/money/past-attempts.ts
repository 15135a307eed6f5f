import type { Job } from '../job/job.ts';

/** What a price depends on. */
export type Priced = Pick<Job, 'model' | 'input'>;

/** The attempts of all earlier runs of a run folder, without the jobs that are in flight: see `hold`. */
export interface PastAttempts {
  readonly spentUsd: number;
  /** The runs before this one, which may have begun already; left out: none. */
  readonly runs?: number;
  /** Attempts of named cost; `usd` is the highest of each group. */
  readonly named: readonly (AttemptGroup & { readonly usd: number })[];
  /** Attempts of unknown cost that may have been charged. */
  readonly unnamed: readonly AttemptGroup[];
}

/** Attempts that agree in everything that their price depends on. */
export interface AttemptGroup extends Priced {
  readonly attempts: number;
}
