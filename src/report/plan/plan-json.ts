import { endedBadly, totalOf } from '../../core/job/tally.ts';
import { roundedUsd } from '../../core/money/prices.ts';
import { estimateJson } from './estimate-text.ts';
import { capacityJson } from './machine-text.ts';
import { namedInputJson } from './plan-inputs-text.ts';
import { shardJson } from './plan-shard-text.ts';
import type { PlanView } from './plan-text.ts';
import { problemJson } from './problem-json.ts';
import { reuseJson } from './reuse-text.ts';

/** A plan for programs, in the words of the manifest. */
export type PlanSummary = ReturnType<typeof planJson>;

export function planJson({ counts, models, ...view }: PlanView) {
  return {
    dir: view.dir,
    inputs: view.sources,
    ...(view.planId === undefined ? {} : { plan_id: view.planId }),
    rows: view.rows,
    ...(view.variation === undefined
      ? {}
      : { favourites: view.variation.favourites, variations: view.variation.jobs }),
    jobs: totalOf({ counts }),
    axes: view.axes.map(({ name, values, count, linkedWith }) => ({
      name,
      count,
      values,
      linked_with: linkedWith,
    })),
    ...(view.namedInputs === undefined || view.namedInputs.length === 0
      ? {}
      : { named_inputs: view.namedInputs.flatMap(namedInputJson) }),
    selection: view.selection === null ? null : { ...view.selection },
    ...(view.shard === undefined ? {} : { shard: shardJson(view.shard) }),
    new: view.added,
    changed: view.changed,
    pending: counts.pending - view.added,
    in_flight:
      counts.submitting + counts.queued + counts.running + counts.succeeded - (view.missing?.jobs ?? 0),
    missing_files: view.missing?.files ?? 0,
    jobs_missing_files: view.missing?.jobs ?? 0,
    files_checked_one_in: view.missing?.sample?.nth ?? 1,
    done: counts.done - (view.reuse?.jobs ?? 0),
    failed: endedBadly(counts),
    unknown: counts.unknown,
    removed: view.removed,
    identical_rows: view.joined,
    changes: view.changes.map(({ wasState, inputs, ...change }) => ({
      ...change,
      was_state: wasState,
      inputs: inputs.map((input) => ({ ...input })),
    })),
    models: models.map(({ model, toSubmit, price, baseUsd, estimate }) => ({
      model,
      to_submit: toSubmit,
      base_price: price === null ? null : { usd: roundedUsd(price.usd), unit: price.unit },
      base_usd: roundedUsd(baseUsd),
      ...(estimate === undefined ? {} : { estimate: estimateJson(estimate) }),
    })),
    ...(view.canary === undefined
      ? {}
      : { canary: { jobs: view.canary.jobs, usd: roundedUsd(view.canary.usd) } }),
    ...(view.estimate === undefined ? {} : { estimate: estimateJson(view.estimate) }),
    ...(view.capacity === undefined ? {} : { capacity: capacityJson(view.capacity) }),
    ...(view.reuse === undefined ? {} : { reuse: reuseJson(view.reuse) }),
    rehearsed: view.rehearsed === true,
    balance_usd: roundedUsd(view.balanceUsd),
    max_cost: roundedUsd(view.cap?.usd ?? null),
    max_cost_from: view.cap?.from ?? null,
    samples: view.samples.map(({ model, body, names, file }) => ({
      ...{ model, body },
      ...(names === undefined ? {} : { names }),
      file,
    })),
    warnings: view.warnings.map(problemJson),
    notes: view.notes.map(problemJson),
    skipped: view.skipped.map(problemJson),
  };
}
