import { failuresNotRetried } from '../../core/job/remedies.ts';
import { failureOf } from '../../core/job/state-facts.ts';
import type { Price } from '../../core/money/prices.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { keptView } from '../planning/plan-view.ts';
import { endedBadlyStates, named } from './order-jobs.ts';
import { type Spending, spendingOf, spendingWith } from './spending.ts';

/** What a retry would attempt again. */
interface Retries {
  readonly jobs: readonly HeldJob[];
  /** Jobs that a new attempt would most likely be paid for in vain; they are tried again only by name. */
  readonly leftOut: number;
  /** With what is pending anyway, since that is submitted with them. */
  readonly spending: Spending;
}

/** Jobs of the plan that ended badly, or those whose ids start with the prefixes. Throws `UserError` for a wrong one. */
export function retriesIn(
  ledger: RunLedger,
  prefixes: readonly string[],
  prices: ReadonlyMap<string, Price | null>,
): Retries {
  const held = ledger.held(endedBadlyStates).filter(({ isPlanned }) => isPlanned);
  const found = named(held, prefixes, 'failed, cancelled or lost');
  const jobs = prefixes.length > 0 ? found : found.filter(isWorthRetrying);
  const spending = spendingWith(pendingOf(ledger.dir, prices), jobs, prices);
  return { jobs, leftOut: found.length - jobs.length, spending };
}

function isWorthRetrying({ state }: HeldJob): boolean {
  const reason = failureOf(state);
  return reason === null || !failuresNotRetried.has(reason.kind);
}

function pendingOf(dir: string, prices: ReadonlyMap<string, Price | null>): Spending {
  return withReader(dir, (reader) =>
    spendingOf(keptView(reader, prices, { sources: [], balanceUsd: null, rehearsed: false })),
  );
}
