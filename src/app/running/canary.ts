import type { CanaryRecord, CanaryReport } from '../../core/job/canary-report.ts';
import { canaryReport } from '../../core/job/canary-report.ts';
import type { PlanView } from '../../report/plan/plan-text.ts';
import { withReader, withReaderIfAny } from '../../store/ledger/with-reader.ts';
import { windowOf, windowWithin } from '../estimates/run-window.ts';
import type { Spending } from '../folder/spending.ts';
import { machinesOfAll } from '../planning/kept-plan.ts';
import type { RunPolicy } from '../policies.ts';

/** What a run has to do with a canary before it submits everything. */
type CanaryAhead =
  /** None is asked for, or nothing would be left beside it, or the user has agreed to the rest. */
  | { readonly type: 'none' }
  /** These jobs first. */
  | { readonly type: 'run'; readonly spending: Spending }
  /** It has run, and nobody has agreed to the rest yet. */
  | { readonly type: 'ran'; readonly record: CanaryRecord };

const none: CanaryAhead = { type: 'none' };

/** `ahead`: the plan as it would be run in the folder. Reads the folder, which need not be one yet. */
export function canaryAhead(
  dir: string,
  { canary: asked }: Pick<RunPolicy, 'canary'>,
  ahead: Pick<PlanView, 'counts' | 'added' | 'models'>,
): CanaryAhead {
  const { pending } = ahead.counts;
  if (asked === null || pending === 0) return none;
  const standing = withReaderIfAny(dir, (reader) => reader.canary());
  const { record = null, open = 0, pending: begun = 0, isOutdated = false } = standing ?? {};
  if (record === null || isOutdated || ahead.added > 0) return running(asked, ahead);
  const more = Math.max(0, asked - record.jobs.length);
  if (open + more > 0) return running(begun + more, ahead);
  return record.agreed ? none : { type: 'ran', record };
}

function running(
  jobs: number,
  { counts: { pending }, models }: Pick<PlanView, 'counts' | 'models'>,
): CanaryAhead {
  if (pending <= jobs) return none;
  // Which jobs they are is not known yet, so that each counts as one of the most expensive model.
  const each = models.flatMap(({ toSubmit, baseUsd, estimate }) => {
    const all = estimate === undefined ? baseUsd : estimate.unpriced > 0 ? null : estimate.usd;
    return toSubmit === 0 ? [] : [all === null ? null : all / toSubmit];
  });
  const usd = each.reduce((most, one) => (most === null || one === null ? null : Math.max(most, one)), 0);
  const [first] = models.filter(({ estimate }) => estimate?.source === 'history');
  const past =
    first?.estimate === undefined ? {} : { source: 'history' as const, pastJobs: first.estimate.pastJobs };
  return { type: 'run', spending: { jobs, usd: usd === null ? null : usd * jobs, ...past } };
}

/** The plan with what it says of its canary. */
export function withCanary(view: PlanView, canary: CanaryAhead): PlanView {
  return canary.type === 'run' ? { ...view, canary: canary.spending } : view;
}

/** How the canary of a folder went, and what that tells of the rest. */
export function canaryReportOf(
  dir: string,
  record: CanaryRecord,
  policy: Pick<RunPolicy, 'limits'>,
): CanaryReport {
  return withReader(dir, (reader) => {
    const {
      atOnce,
      working = atOnce,
      perMinute,
    } = windowWithin(windowOf(policy), machinesOfAll(reader.planRecord()));
    const pace = { window: Math.min(atOnce, working), submitsPerMinute: perMinute };
    return canaryReport(reader.canaryFigures(record), pace);
  });
}

/** What the user agrees to after it. */
export function restOf({ remaining, projectedUsd }: CanaryReport): Spending {
  return { jobs: remaining, usd: projectedUsd };
}
