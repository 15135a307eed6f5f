import { hasNothingLeft } from '../../core/job/tally.ts';
import { basePriceUsd, type Price } from '../../core/money/prices.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import { type Access, tokenOf } from '../access/endpoint.ts';

const jobsWithoutAsking = 20;
const usdWithoutAsking = 1;

/** What is about to be submitted. */
export interface Spending {
  readonly jobs: number;
  /** At base prices; null: not known. */
  readonly usd: number | null;
}

export function spendingOf({ models, counts }: Pick<PlanView, 'models' | 'counts'>): Spending {
  return { jobs: counts.pending, usd: sum(models.map(({ baseUsd }) => baseUsd)) };
}

/** The same with these jobs too. */
export function spendingWith(
  pending: Spending,
  jobs: readonly HeldJob[],
  prices: ReadonlyMap<string, Price | null>,
): Spending {
  const each = jobs.map(({ job }) => basePriceUsd(prices.get(job.model) ?? null, job.input));
  return { jobs: pending.jobs + jobs.length, usd: sum([pending.usd, ...each]) };
}

function sum(amounts: readonly (number | null)[]): number | null {
  return amounts.reduce((total, usd) => (total === null || usd === null ? null : total + usd), 0);
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
export function isMuch({ jobs, usd }: Spending): boolean {
  return jobs > jobsWithoutAsking || (usd !== null && usd > usdWithoutAsking);
}
