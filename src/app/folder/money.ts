import type { Holdings } from '../../core/job/tally.ts';
import { atStake } from '../../core/money/at-stake.ts';
import { budget } from '../../core/money/budget.ts';
import { type Estimate, estimateOf, type RunWindow } from '../../core/money/estimate.ts';
import type { Estimator } from '../../core/money/estimator.ts';
import type { MachineTerms } from '../../core/money/machine-time.ts';
import type { Priced } from '../../core/money/past-attempts.ts';
import { basePriceUsd, type Price } from '../../core/money/prices.ts';
import type { MoneyView } from '../../report/plan/money-text.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { windowWithin } from '../estimates/run-window.ts';
import { machinesIn, machinesOfAll, pricesOf } from '../planning/kept-plan.ts';

/** What a job costs at the folder's base prices, in dollars; null: not known. */
export function pricing(reader: LedgerReader): (job: Priced) => number | null {
  const record = reader.planRecord();
  const prices: ReadonlyMap<string, Price | null> = record === null ? new Map() : pricesOf(record);
  return ({ model, input }) => basePriceUsd(prices.get(model) ?? null, input);
}

/** How the machines of the folder's models are paid; null: they are not, or it is not known. */
export function machinePricing(
  reader: LedgerReader,
  estimator: Pick<Estimator, 'likely'>,
): (model: string) => MachineTerms | null {
  const record = reader.planRecord();
  const machines = machinesIn(record);
  const known = new Map<string, MachineTerms>();
  for (const [model, price] of record === null ? [] : pricesOf(record)) {
    if (price?.unit !== 'machine_second') continue;
    const usualMs = estimator.likely({ model, input: {} }).tookMs;
    known.set(model, { ...machines.get(model), usdPerSecond: price.usd, usualMs });
  }
  return (model) => known.get(model) ?? null;
}

/** What is left will cost, what the folder may have cost beyond what was named, and how the cap of its latest run stands. */
export function moneyOf(
  reader: LedgerReader,
  { spentUsd, counts }: Pick<Holdings, 'spentUsd' | 'counts'>,
  estimator: Estimator,
  window: RunWindow | null = null,
): MoneyView {
  const priceOf = pricing(reader);
  const capUsd = reader.capUsd();
  return {
    left: leftIn(
      reader,
      counts.pending,
      estimator,
      window && windowWithin(window, machinesOfAll(reader.planRecord())),
    ),
    atStake: atStake(reader.attemptsAtStake(), estimator),
    capUsd,
    capFrom: capUsd === null ? null : reader.capFrom(),
    crossed:
      capUsd === null || spentUsd <= capUsd
        ? null
        : budget(capUsd, reader.pastAttempts(), priceOf, machinePricing(reader, estimator)).crossed(),
  };
}

// Commands that only read a folder count this many jobs, and scale the result.
const maxPending = 20_000;

/** The likely cost and duration of what is left to submit; null: nothing is left. */
function leftIn(
  reader: LedgerReader,
  pending: number,
  estimator: Estimator,
  window: RunWindow | null,
): Estimate | null {
  if (pending === 0) return null;
  const groups = reader.pendingCounts(maxPending);
  const counted = groups.reduce((sum, { jobs }) => sum + jobs, 0);
  const scale = counted === 0 ? 0 : Math.max(1, pending / counted);
  const all = groups.map((group) => ({ ...group, jobs: Math.round(group.jobs * scale) }));
  return estimateOf(all, estimator, window);
}
