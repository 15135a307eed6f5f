import type { Environment } from '../../core/environment.ts';
import { totalOf } from '../../core/job/tally.ts';
import type { JobGroup, RunWindow } from '../../core/money/estimate.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import { estimatorFor } from '../estimates/estimators.ts';
import type { HistoryOf } from '../estimates/kept-history.ts';
import { estimated } from '../estimates/plan-estimate.ts';
import { shardIn, wholeJobsIn } from '../folder/kept-shard.ts';
import { countedAsToCollect, missingFilesOf } from '../running/done-files.ts';
import { machinesIn } from './kept-plan.ts';
import { type PlanPlace, type Prices, samplesOf, sharesOf } from './plan-view.ts';

/** Where past jobs count, and how a run would work. */
interface KeptTerms {
  readonly of: HistoryOf;
  readonly env: Environment;
  readonly window: RunWindow;
  hasToken(): Promise<boolean>;
}

/** The plan that the folder holds already, with what is left of it will likely cost and take. */
export async function estimatedKept(
  reader: LedgerReader,
  prices: Prices,
  place: Omit<PlanPlace, 'dir'>,
  { of, env, window, hasToken }: KeptTerms,
): Promise<PlanView> {
  const groups = reader.pendingCounts();
  const view = keptView(reader, groups, prices, place);
  if (groups.length === 0) return view;
  const estimator = estimatorFor(reader.dir, of, prices, env);
  const machines = machinesIn(reader.planRecord());
  return estimated(view, groups, estimator, { window, machines, hasToken: await hasToken() });
}

function keptView(
  reader: LedgerReader,
  groups: readonly JobGroup[],
  prices: Prices,
  place: Omit<PlanPlace, 'dir'>,
): PlanView {
  const { counts } = reader.holdings();
  const missing = missingFilesOf(reader);
  const view: PlanView = {
    ...place,
    missing,
    dir: reader.dir,
    isKept: true,
    rows: rowsOf(reader),
    axes: counts.pending === 0 ? [] : reader.axes().map((axis) => ({ ...axis, linkedWith: [] })),
    selection: null,
    ...keptShardView(reader),
    counts,
    added: 0,
    changed: 0,
    changes: [],
    removed: 0,
    joined: 0,
    models: sharesOf(groups, prices),
    samples: samplesOf(reader.pending()),
    warnings: [],
    notes: [],
    skipped: [],
  };
  return countedAsToCollect(view, missing);
}

/** The rows that the folder's plan was made of. */
function rowsOf(reader: LedgerReader): number {
  const kept = reader.planRecord()?.settings.rows_read;
  return typeof kept === 'number' ? kept : reader.rowCount();
}

function keptShardView(reader: LedgerReader): Pick<PlanView, 'shard'> {
  const record = reader.planRecord();
  const shard = record === null ? null : shardIn(record);
  if (record === null || shard === null) return {};
  const jobs = totalOf(reader.holdings());
  return { shard: { ...shard, jobs, wholeJobs: wholeJobsIn(record) ?? jobs } };
}
