import { createInterface } from 'node:readline/promises';
import { type Access, tokenOf } from '../app/access/endpoint.ts';
import { UserError } from '../core/complaints.ts';
import { hasNothingLeft } from '../core/job/tally.ts';
import { showUsd } from '../core/money/prices.ts';
import type { PlanView } from '../report/plan/plan-text.ts';
import type { Flags } from './argv/flags.ts';
import { truth } from './argv/settings.ts';
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

/**
 * Whether a run may go ahead: with nothing to do, or what it submits is little, on a loopback API, or agreed to by
 * `--yes` or by the user at the terminal. Throws `UserError`: `token` for a missing one, before anything is written,
 * and `usage` where there is no terminal to ask on.
 */
export async function mayGoAhead(
  view: PlanView,
  access: Access,
  flags: Flags,
  surroundings: Surroundings,
): Promise<boolean> {
  return hasNothingLeft(view) || mayGoAheadWith(spendingOf(view), access, flags, surroundings);
}

/** The same for what is known to be spent. */
export async function mayGoAheadWith(
  spending: Spending,
  access: Access,
  flags: Flags,
  surroundings: Surroundings,
): Promise<boolean> {
  tokenOf(access);
  if (access.loopback || truth(flags, 'yes') || !needsConsent(spending)) return true;
  const agreed = await consents(spending, surroundings);
  if (!agreed) surroundings.stderr.write('Nothing was submitted.\n');
  return agreed;
}

/** Whether this much is spent only with a word from the user. */
export function needsConsent({ jobs, usd }: Spending): boolean {
  return jobs > jobsWithoutAsking || (usd !== null && usd > usdWithoutAsking);
}

async function consents(spending: Spending, surroundings: Surroundings): Promise<boolean> {
  const { jobs, usd } = spending;
  const price = usd === null ? 'at a price that is not known' : `for about ${showUsd(usd)} (base price)`;
  const agreed = await isAgreed(`Submit ${jobs} jobs ${price}?`, surroundings);
  if (agreed !== null) return agreed;
  throw new UserError(
    'usage',
    `This submits ${jobs} jobs ${price}, and there is no terminal to ask on.`,
    'Add --yes to go ahead, or --rehearse to try it for nothing.',
  );
}

/** Asks at the terminal, where anything but a yes is a no. null: there is no terminal to ask on. */
export async function isAgreed(question: string, { stdin, stderr }: Surroundings): Promise<boolean | null> {
  if (!stdin.isTTY || !stderr.isTTY) return null;
  const lines = createInterface({ input: stdin, output: stderr });
  // Ctrl-C and Ctrl-D answer nothing.
  const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
  try {
    const given = lines.question(`${question} [y/N] `).catch(() => '');
    const answer = await Promise.race([given, closed]);
    return /^(y|yes)$/i.test(answer.trim());
  } finally {
    lines.close();
  }
}
