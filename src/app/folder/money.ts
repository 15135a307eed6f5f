import { atStake } from '../../core/money/at-stake.ts';
import { budget, type Priced } from '../../core/money/budget.ts';
import { basePriceUsd, type Price } from '../../core/money/prices.ts';
import type { MoneyView } from '../../report/plan/money-text.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { pricesOf } from '../planning/kept-plan.ts';

/** What a job costs at the folder's base prices, in dollars; null: not known. */
export function pricing(reader: LedgerReader): (job: Priced) => number | null {
  const record = reader.planRecord();
  const prices: ReadonlyMap<string, Price | null> = record === null ? new Map() : pricesOf(record);
  return ({ model, input }) => basePriceUsd(prices.get(model) ?? null, input);
}

/** What the folder may have cost beyond what was named, and how the cap of its latest run stands. */
export function moneyOf(reader: LedgerReader, spentUsd: number): MoneyView {
  const priceOf = pricing(reader);
  const capUsd = reader.capUsd();
  return {
    atStake: atStake(reader.attemptsAtStake(), priceOf),
    capUsd,
    capFrom: capUsd === null ? null : reader.capFrom(),
    crossed:
      capUsd === null || spentUsd <= capUsd ? null : budget(capUsd, reader.pastAttempts(), priceOf).crossed(),
  };
}

/** By model: the most that one of its attempts has cost, in dollars. */
export function maxCostsIn(reader: LedgerReader): ReadonlyMap<string, number> {
  const maxUsd = new Map<string, number>();
  for (const { model, usd } of reader.pastAttempts().named) {
    maxUsd.set(model, Math.max(usd, maxUsd.get(model) ?? 0));
  }
  return maxUsd;
}
