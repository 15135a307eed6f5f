import { UserError } from '../core/complaints.ts';
import type { Environment } from '../core/environment.ts';
import { parseUsd } from '../core/money/dollar-texts.ts';
import type { PlanView } from '../report/plan/plan-text.ts';

/** The cap of a run on what its folder costs, in dollars; null: none. */
export interface CostCap {
  readonly usd: number | null;
  /** What set it where it was not the user's own request: the name of an environment variable. */
  readonly usdFrom: string | null;
}

/** The environment variable under whose amount every run stays, whatever it is asked for. */
export const ceilingVariable = 'RCB_MAX_COST';

/**
 * What no run may make its folder cost beyond, in dollars; null: the environment says nothing. Throws `UserError`
 * (`usage`) for anything but an amount, an empty text included: a guard that is misspelt must not fall away.
 */
export function ceilingUsd(env: Environment): number | null {
  const given = env[ceilingVariable];
  if (given === undefined) return null;
  const usd = parseUsd(given);
  if (usd !== null) return usd;
  throw new UserError(
    'usage',
    `${ceilingVariable} "${given}" is not an amount in dollars, so nothing was sent.`,
    `Set it like ${ceilingVariable}=5, or unset it.`,
  );
}

/** The lower of the run's own cap and that of the environment, with the name of the latter where it is the one. */
export function cappedBy(ownUsd: number | null, env: Environment): CostCap {
  const ceiling = ceilingUsd(env);
  if (ceiling === null || (ownUsd !== null && ownUsd <= ceiling)) return { usd: ownUsd, usdFrom: null };
  return { usd: ceiling, usdFrom: ceilingVariable };
}

/** The plan with the cap that a run of it would have. */
export function withCap(view: PlanView, { usd, usdFrom }: CostCap): PlanView {
  return { ...view, cap: usd === null ? null : { usd, from: usdFrom } };
}
