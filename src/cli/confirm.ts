import { createInterface } from 'node:readline/promises';
import { UserError } from '../core/complaints.ts';
import { showUsd } from '../core/prices.ts';
import type { PlanView } from '../report/plan-text.ts';
import type { Surroundings } from './surroundings.ts';

const jobsWithoutAsking = 20;
const usdWithoutAsking = 1;

/** What a run is about to submit. */
export interface Spending {
  readonly jobs: number;
  /** At base prices; null: not known. */
  readonly usd: number | null;
}

export function spendingOf({ models, counts }: PlanView): Spending {
  const known = models.map(({ baseUsd }) => baseUsd);
  const usd = known.every((share) => share !== null) ? known.reduce((sum, share) => sum + share, 0) : null;
  return { jobs: counts.pending, usd };
}

/** Whether this much is spent without a word from the user. */
export function needsConsent({ jobs, usd }: Spending): boolean {
  return jobs > jobsWithoutAsking || (usd !== null && usd > usdWithoutAsking);
}

/**
 * Asks on a terminal whether to go ahead. Throws `UserError` (`usage`) where there is no terminal to ask on.
 */
export async function consents(spending: Spending, { stdin, stderr }: Surroundings): Promise<boolean> {
  const { jobs, usd } = spending;
  const price = usd === null ? 'at a price that is not known' : `for about ${showUsd(usd)} (base price)`;
  if (!stdin.isTTY || !stderr.isTTY) {
    throw new UserError(
      'usage',
      `This submits ${jobs} jobs ${price}, and there is no terminal to ask on.`,
      'Add --yes to go ahead, or --rehearse to try it for nothing.',
    );
  }
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await lines.question(`Submit ${jobs} jobs ${price}? [y/N] `);
    return /^(y|yes)$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
