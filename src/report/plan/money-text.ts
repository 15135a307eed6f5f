import { countOf, showCount } from '../../core/counts.ts';
import type { AtStake } from '../../core/money/at-stake.ts';
import { showUsd } from '../../core/money/prices.ts';

/** What a folder may have cost beyond the costs that the server reported, and its cap. */
export interface MoneyView {
  readonly atStake: AtStake;
  /** `--max-cost` of the latest run; null: none. */
  readonly capUsd: number | null;
  /** Why and by how much the cap was crossed; null: it was not. */
  readonly crossed: string | null;
}

/** `about $0.48: 6 attempts of unknown cost` */
export function atStakeText({ attempts, usd, unvalued }: AtStake): string {
  const many = countOf(attempts, 'attempt');
  if (unvalued === attempts) return `${many} of unknown cost and price`;
  const besides = unvalued === 0 ? '' : `, ${showCount(unvalued)} of them of unknown price`;
  return `about ${showUsd(usd)}: ${many} of unknown cost${besides}`;
}

/** `$24.96`; `≥ $24.96, at stake about $0.48: 6 attempts of unknown cost`; only the latter where no cost is known. */
export function committedText(spentUsd: number, stake: AtStake): string {
  if (stake.attempts === 0) return showUsd(spentUsd);
  return `${spentUsd === 0 ? '' : `≥ ${showUsd(spentUsd)}, `}at stake ${atStakeText(stake)}`;
}

/** The same for programs. */
export function moneyJson({ atStake, capUsd, crossed }: MoneyView) {
  return {
    attempts_without_cost: atStake.attempts,
    cost_at_stake: atStake.usd,
    max_cost: capUsd,
    max_cost_crossed: crossed !== null,
  };
}
