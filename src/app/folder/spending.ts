import { hasNothingLeft } from '../../core/job/tally.ts';
import type { Estimate } from '../../core/money/estimate.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { type Access, tokenOf } from '../access/endpoint.ts';

const jobsWithoutAsking = 20;
const usdWithoutAsking = 1;

/** What is about to be submitted. */
export interface Spending {
  readonly jobs: number;
  /** At base prices, else by what such jobs have cost; null: not known. */
  readonly usd: number | null;
  /** Where the prices come from; left out: the catalogue, or none is known. */
  readonly source?: Exclude<Estimate['source'], null>;
  /** The number of past jobs that prices by history rest on. */
  readonly pastJobs?: number;
  /** Jobs that are paid by the time of a machine; left out: none. */
  readonly byTime?: number;
  /** What starting and idle machines may cost beside, at most; left out: nothing. */
  readonly idleUsd?: number;
  /** What the folder has cost already, in dollars; left out: nothing is known of it. */
  readonly spentUsd?: number;
}

export function spendingOf({ models, estimate, counts }: SpendingView): Spending {
  if (estimate !== undefined) return { ...spendingFor(estimate), jobs: counts.pending };
  const usd = models.reduce<number | null>(
    (total, { baseUsd }) => (total === null || baseUsd === null ? null : total + baseUsd),
    0,
  );
  return { jobs: counts.pending, usd };
}

type SpendingView = Pick<PlanView, 'models' | 'counts' | 'estimate'>;

/** What these jobs would spend. */
export function spendingFor({ jobs, usd, unpriced, source, pastJobs, byTime, idleUsd }: Estimate): Spending {
  return {
    jobs,
    usd: unpriced > 0 ? null : usd,
    ...(source === null ? {} : { source, pastJobs }),
    ...(byTime === undefined ? {} : { byTime }),
    ...(idleUsd === undefined ? {} : { idleUsd }),
  };
}

/**
 * What the user has to agree to before it is submitted; null: it is little, or costs nothing. Throws `UserError`
 * (`token`) where there is no token, before anything is written.
 */
export function needsConsent(spending: Spending, access: Access): Spending | null {
  tokenOf(access);
  return access.loopback || !isMuch(spending) ? null : spending;
}

/** The same for a plan; one with nothing to do needs neither consent nor token. */
export function planNeedsConsent(view: PlanView, access: Access): Spending | null {
  return hasNothingLeft(view) ? null : needsConsent(spendingOf(view), access);
}

/** Whether this much is spent only with a word from the user. */
export function isMuch({ jobs, usd, idleUsd = 0 }: Pick<Spending, 'jobs' | 'usd' | 'idleUsd'>): boolean {
  return jobs > jobsWithoutAsking || (usd ?? 0) + idleUsd > usdWithoutAsking;
}
