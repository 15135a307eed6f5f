import type { JsonObject } from '../json.ts';
import { basePriceUsd, type Price, showUsd } from './prices.ts';

/** What one job may have cost, or may cost if it is repeated. */
export interface LikelyCost {
  readonly usd: number | null;
  /** The highest cost of a job of its model in the run folder, or the catalogue's price. */
  readonly by: 'history' | 'base price' | null;
}

/** Prices as a run folder knows them. */
export interface KnownPrices {
  readonly maxUsd: ReadonlyMap<string, number>;
  readonly prices: ReadonlyMap<string, Price | null>;
}

export function likelyCost(
  { model, input }: { readonly model: string; readonly input: JsonObject },
  { maxUsd, prices }: KnownPrices,
): LikelyCost {
  const seen = maxUsd.get(model);
  if (seen !== undefined) return { usd: seen, by: 'history' };
  const usd = basePriceUsd(prices.get(model) ?? null, input);
  return { usd, by: usd === null ? null : 'base price' };
}

/** What several jobs may cost together. */
export interface Stake {
  readonly jobs: number;
  /** For the jobs whose price is known. */
  readonly usd: number;
  readonly byHistory: number;
  readonly byBasePrice: number;
}

export function stakeOf(costs: Iterable<LikelyCost>): Stake {
  let [jobs, usd, byHistory, byBasePrice] = [0, 0, 0, 0];
  for (const cost of costs) {
    jobs += 1;
    usd += cost.usd ?? 0;
    if (cost.by === 'history') byHistory += 1;
    if (cost.by === 'base price') byBasePrice += 1;
  }
  return { jobs, usd, byHistory, byBasePrice };
}

/** `about $0.96 (cost of such jobs here)`, `more than $0.96 (base prices)`, `an unknown amount`. */
export function stakeText({ jobs, usd, byHistory, byBasePrice }: Stake): string {
  const known = byHistory + byBasePrice;
  if (known === 0) return 'an unknown amount';
  const source =
    byBasePrice === 0
      ? 'cost of such jobs here'
      : byHistory === 0
        ? 'base prices'
        : 'cost of such jobs here, else base prices';
  return `${known < jobs ? 'more than' : 'about'} ${showUsd(usd)} (${source})`;
}
