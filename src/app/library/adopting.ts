import type { Environment } from '../../core/environment.ts';
import { hasNothingLeft } from '../../core/job/tally.ts';
import type { MediaFile } from '../../core/media.ts';
import { type PlanSummary, planJson } from '../../report/plan/plan-json.ts';
import { accessOf } from '../access/endpoint.ts';
import { giveOrder } from '../folder/order-jobs.ts';
import { retriesIn } from '../folder/retries.ts';
import { type Spending, spendingOf } from '../folder/spending.ts';
import { withLedger } from '../folder/with-ledger.ts';
import { withBatch } from '../planning/plan-session.ts';
import { prepare, type Refused } from '../planning/preparation.ts';
import { runPolicy } from '../policies.ts';
import { withFolderApi } from '../running/folder-api.ts';
import { planAccess, startPlanned } from '../running/starting.ts';
import { withCap } from '../spending-ceiling.ts';
import {
  type AccessOptions,
  accessRequestFrom,
  type BatchOptions,
  batchRequestFrom,
} from './batch-options.ts';

/** A folder that another process can continue. */
interface Adopted {
  readonly type: 'adopted';
  readonly dir: string;
  readonly plan: PlanSummary;
  readonly spending: Spending;
  /** Nothing is left to do. */
  readonly isIdle: boolean;
}

/** What else has to hold of a plan before anything is written. Throws `UserError` where it does not. */
type CheckPlan = (dir: string, files: readonly MediaFile[], spending: Spending) => void;

/** What a plan is taken with. `expected`: the id that it must have; null: any. */
interface Terms {
  readonly maxCostUsd: number;
  readonly expected: string | null;
}

/** Takes a plan into its run folder, for another process to carry out. Submits nothing. Throws `UserError`. */
export function adoptPlan(
  options: BatchOptions,
  { maxCostUsd, expected }: Terms,
  env: Environment,
  check: CheckPlan,
): Promise<Adopted | Refused> {
  const access = accessRequestFrom(options, env);
  const identifies = { resendsUnknown: false, expected };
  const manner = { access, keepsPlan: true, warn: () => {}, identifies };
  return withBatch(batchRequestFrom(options), manner, async (session) => {
    const { accessRequest, rehearsed, batch, dir } = session;
    const { caps } = runPolicy({ maxCostUsd }, env, batch.sweep);
    const base_url = rehearsed ? null : accessOf(accessRequest).base.href;
    const prepared = await prepare(session, { base_url, rehearse: rehearsed });
    if (prepared.type === 'refused') return prepared;
    try {
      const { view, staged } = prepared;
      const spending = spendingOf(view);
      check(dir, staged?.files ?? [], spending);
      await planAccess(session, view);
      const { ledger } = await startPlanned(session, prepared, false);
      const isIdle = hasNothingLeft(ledger.holdings());
      await ledger.close();
      return { type: 'adopted', dir, plan: planJson(withCap(view, caps)), spending, isIdle } as const;
    } finally {
      prepared.staged?.stage.discard();
    }
  });
}

/** Orders new attempts in a run folder, for another process to make. Resolves with their number. Throws `UserError`. */
export function adoptRetry(
  dir: string,
  jobs: readonly string[],
  options: AccessOptions,
  env: Environment,
): Promise<{ readonly retried: number; readonly leftOut: number; readonly spending: Spending }> {
  return withFolderApi(dir, accessRequestFrom(options, env), false, async (api) => {
    await api.agreed();
    return withLedger(dir, async (ledger) => {
      const { jobs: chosen, view, spending } = retriesIn(ledger, jobs, api.estimator());
      if (chosen.length > 0) await giveOrder(ledger, chosen, { type: 'retry' });
      return { retried: chosen.length, leftOut: view.refused + view.withoutOutput, spending };
    });
  });
}
