import { countOf, showCount } from '../../core/counts.ts';
import type { Holdings } from '../../core/job/tally.ts';
import type { AtStake } from '../../core/money/at-stake.ts';
import type { Estimate } from '../../core/money/estimate.ts';
import { roundedUsd, showUsd } from '../../core/money/prices.ts';
import { estimatedText, moneyText } from '../terminal/wording.ts';
import { costText, estimateJson, outlookTexts } from './estimate-text.ts';

/** What a folder may have cost beyond the costs that the server reported, and its cap. */
export interface MoneyView {
  readonly atStake: AtStake;
  /** What is left to submit; null: nothing is, left out: not known. */
  readonly left?: Estimate | null;
  /** `--max-cost` of the latest run; null: none. */
  readonly capUsd: number | null;
  /** The environment variable that set it; null: the user's own request. */
  readonly capFrom?: string | null;
  /** Why and by how much the cap was crossed; null: it was not. */
  readonly crossed: string | null;
}

/** What a run of the plan may cost at most; `from`: the environment variable that says so, null: the user's request. */
export interface PlanCap {
  readonly usd: number;
  readonly from: string | null;
}

/** Of a cap that the user's own words do not show. */
export function capLines(cap: PlanCap | null = null): readonly string[] {
  return cap === null || cap.from === null
    ? []
    : [`  At most ${showUsd(cap.usd)} for this folder, all runs together (${cap.from})`];
}

/** `about $0.48: 6 attempts of unknown cost` */
export function atStakeText({ attempts, usd, unvalued }: AtStake): string {
  const many = countOf(attempts, 'attempt');
  if (unvalued === attempts) return `${many} of unknown cost and price`;
  const besides = unvalued === 0 ? '' : `, ${showCount(unvalued)} of them of unknown price`;
  return `about ${showUsd(usd)}: ${many} of unknown cost${besides}`;
}

/** `$24.96`; `≥ $24.96, at stake about $0.48: 6 attempts of unknown cost`; only the latter where no cost is known. */
export function committedText(spentUsd: number, stake: AtStake, estimatedUsd = 0): string {
  const spent = `${moneyText(spentUsd, stake.attempts, estimatedUsd)}${estimatedText(spentUsd, estimatedUsd)}`;
  if (stake.attempts === 0) return spent;
  return `${spentUsd === 0 ? '' : `${spent}, `}at stake ${atStakeText(stake)}`;
}

/** What of a cost is estimated, for programs; nothing where the server named all of it. */
export function estimatedJson({ estimatedUsd = 0 }: Pick<Holdings, 'estimatedUsd'>) {
  return estimatedUsd > 0 ? { cost_estimated: roundedUsd(estimatedUsd) } : {};
}

/** The same for programs. */
export function moneyJson({ atStake, left, capUsd, capFrom = null, crossed }: MoneyView) {
  return {
    attempts_without_cost: atStake.attempts,
    cost_at_stake: roundedUsd(atStake.usd),
    ...(left === undefined ? {} : { estimate: left === null ? null : estimateJson(left) }),
    max_cost: roundedUsd(capUsd),
    max_cost_from: capFrom,
    max_cost_crossed: crossed !== null,
  };
}

export interface PlannedCanary {
  readonly jobs: number;
  /** At the highest base price; null: unknown. */
  readonly usd: number | null;
}

/** What is run first. `pending`: all that is to be submitted. */
export function canaryLines(canary: PlannedCanary | undefined, pending: number): string[] {
  if (canary === undefined) return [];
  const usd = canary.usd === null ? '' : ` (about ${showUsd(canary.usd)})`;
  const rest = showCount(pending - canary.jobs);
  return [
    `  Canary: ${countOf(canary.jobs, 'job')} spread over the grid first${usd}; the other ${rest} wait`,
  ];
}

/** `about $0.96 (base prices)`: what is left to submit will cost; null where nobody knows. */
export function leftText(left: Estimate): string | null {
  const money = left.unpriced === left.jobs ? [] : [costText(left)];
  const all = [...money, ...outlookTexts({ ...left, bytes: null })];
  return all.length === 0 ? null : all.join(', ');
}
