import type { ManifestLine } from '../../core/job/manifest.ts';
import { promptText } from '../../core/job/named-inputs.ts';
import { failuresNotRetried } from '../../core/job/remedies.ts';
import { failureOf } from '../../core/job/state-facts.ts';
import { estimateOf } from '../../core/money/estimate.ts';
import type { Estimator } from '../../core/money/estimator.ts';
import type { LeftOutView, RetryView } from '../../report/folder/retry-text.ts';
import type { HeldJob } from '../../store/ledger/held-jobs.ts';
import type { RunLedger } from '../../store/ledger/ledger.ts';
import { withReader } from '../../store/ledger/with-reader.ts';
import { endedBadlyStates, named } from './order-jobs.ts';
import { type Spending, spendingFor } from './spending.ts';

// As many rows to edit as are shown.
const maxShown = 5;

/** What a retry would attempt again. */
interface Retries {
  readonly jobs: readonly HeldJob[];
  /** Jobs that a new attempt would most likely be paid for in vain are left out: they are tried again only by name. */
  readonly view: RetryView;
  /** With what is pending anyway, since that is submitted with them. */
  readonly spending: Spending;
}

/** Jobs of the plan that ended badly, or those whose ids start with the prefixes. Throws `UserError` for a wrong one. */
export function retriesIn(ledger: RunLedger, prefixes: readonly string[], estimator: Estimator): Retries {
  const held = ledger.held(endedBadlyStates).filter(({ isPlanned }) => isPlanned);
  const found = named(held, prefixes, 'failed, cancelled or lost');
  const jobs = prefixes.length > 0 ? found : found.filter(isWorthRetrying);
  const pending = withReader(ledger.dir, (reader) => reader.pendingCounts());
  const cost = estimateOf([...jobs.map(({ job }) => ({ ...job, jobs: 1 })), ...pending], estimator);
  const meant = new Set(jobs);
  const leftOut = found.filter((job) => !meant.has(job));
  const refused = leftOut.filter(({ state }) => failureOf(state)?.kind === 'refused').length;
  const first = leftOut.slice(0, maxShown);
  const { spentUsd, views } = withReader(ledger.dir, (reader) => ({
    spentUsd: reader.holdings().spentUsd,
    views: first.flatMap(({ job }) => reader.find(job.id).map(leftOutView)),
  }));
  const view: RetryView = {
    ...{ dir: ledger.dir, jobs: jobs.length, cost, pending: cost.jobs - jobs.length },
    ...{ refused, withoutOutput: leftOut.length - refused, leftOut: views },
  };
  return { jobs, view, spending: { ...spendingFor(cost), spentUsd } };
}

function leftOutView({ job, rows, input, error }: ManifestLine): LeftOutView {
  return { job, row: rows[0] ?? null, prompt: promptText(input) ?? '', class: error?.class ?? '' };
}

function isWorthRetrying({ state }: HeldJob): boolean {
  const reason = failureOf(state);
  return reason === null || !failuresNotRetried.has(reason.kind);
}
