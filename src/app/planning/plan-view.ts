import { isError } from '../../core/complaints.ts';
import type { PlannedJob } from '../../core/job/job.ts';
import { noCounts } from '../../core/job/tally.ts';
import type { JobGroup } from '../../core/money/estimate.ts';
import { basePriceUsd, type Price } from '../../core/money/prices.ts';
import { outputPath } from '../../core/paths.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import type { PlanSample, PlanView } from '../../report/plan/plan-text.ts';
import type { ModelShare } from '../../report/plan/price-text.ts';
import type { Stage } from '../../store/stage/stage.ts';
import { countedAsToCollect, noneMissing } from '../running/done-files.ts';
import type { Batch } from './open-batch.ts';
import type { PlanOutcome } from './planning.ts';
import { stageRemarks } from './stage-remarks.ts';

export type Prices = ReadonlyMap<string, Price | null>;

/** What a plan belongs to. */
export interface PlanPlace {
  readonly sources: readonly string[];
  readonly dir: string;
  readonly balanceUsd: number | null;
  readonly rehearsed: boolean;
}

const sampleCount = 3;
// As many as a reader of `--json` may want; people are shown the first few.
const maxChanges = 1_000;

/** A plan that is not the folder's yet. */
interface StagedPlan {
  readonly stage: Stage;
  readonly outcome: PlanOutcome;
  /** The jobs to submit, by model and priced inputs. */
  readonly groups: readonly JobGroup[];
}

/** A staged plan as people are shown it: what is there, what would be sent, and what that costs at base prices. */
export function stagedView(
  { stage, outcome, groups }: StagedPlan,
  batch: Batch,
  place: PlanPlace,
  missing: MissingFiles = noneMissing,
): PlanView {
  const difference = stage.difference();
  const said = [...outcome.problems, ...stageRemarks(stage, outcome.proposals)];
  const models = sharesOf(groups, outcome.prices);
  const { sample, shuffle, limit } = batch.selection;
  const selects = sample !== null || shuffle || limit !== null;
  const view: PlanView = {
    ...place,
    missing,
    rows: outcome.rows,
    axes: outcome.axes.map(({ differs, ...axis }) => ({
      ...axis,
      values: differs === true ? [] : axis.values,
      count: axis.values.length,
    })),
    namedInputs: outcome.inputs,
    selection: selects ? { of: Math.max(stage.count(), cellsOf(outcome)), sample, shuffle, limit } : null,
    ...(batch.shard === null
      ? {}
      : { shard: { ...batch.shard, jobs: difference.jobs, wholeJobs: stage.wholeCount() } }),
    counts: {
      ...noCounts(),
      pending: difference.new + difference.pending,
      running: difference.inFlight,
      done: difference.done,
      failed: difference.failed,
      unknown: difference.unknown,
    },
    added: difference.new,
    changed: difference.changed,
    changes: [...stage.changes(maxChanges)],
    removed: difference.removed,
    joined: difference.joinedRows,
    models,
    samples: samplesOf(stage.toSubmit()),
    warnings: said.filter(({ severity }) => severity === 'warning'),
    notes: said.filter(({ severity }) => severity === 'note'),
    skipped: outcome.problems.filter(isError),
  };
  return countedAsToCollect(view, missing);
}

/** The same for what is to extend the folder's plan: all of that, with the jobs that vary its favourites. */
export function variedView(staged: StagedPlan, batch: Batch, place: PlanPlace): PlanView {
  const view = stagedView(staged, batch, place);
  const { stage, outcome } = staged;
  const { sample, limit } = batch.selection;
  const all = Number.POSITIVE_INFINITY;
  const jobs = Math.min(stage.count(), sample ?? all, limit ?? all);
  return { ...view, variation: { favourites: outcome.rows, jobs } };
}

/** How many cells the grid has; with `--limit` they are not all expanded. */
function cellsOf({ rows, axes }: PlanOutcome): number {
  const counted = axes.filter(({ name, linkedWith }) =>
    linkedWith.every((other) => isBehind(axes, name, other)),
  );
  return counted.reduce((cells, { values }) => cells * values.length, rows);
}

// Of axes that go in step only the first one multiplies.
function isBehind(axes: PlanOutcome['axes'], name: string, other: string): boolean {
  const places = axes.map((axis) => axis.name);
  return places.indexOf(other) > places.indexOf(name);
}

/** The first of them, as they would be submitted. */
export function samplesOf(
  jobs: Iterable<Pick<PlannedJob, 'model' | 'input' | 'names' | 'pathTemplate'>>,
): readonly PlanSample[] {
  const samples: PlanSample[] = [];
  for (const { model, input, names, pathTemplate } of jobs) {
    samples.push({
      model,
      body: input,
      ...(names === undefined ? {} : { names }),
      file: outputPath(pathTemplate, 0, 1, '*'),
    });
    if (samples.length === sampleCount) break;
  }
  return samples;
}

/** What each model has to submit, and what that costs at base prices. */
export function sharesOf(toSubmit: Iterable<JobGroup>, prices: Prices): ModelShare[] {
  const shares = new Map<string, { jobs: number; usd: number | null }>();
  for (const { model, input, jobs } of toSubmit) {
    const share = shares.get(model) ?? { jobs: 0, usd: 0 };
    const usd = basePriceUsd(prices.get(model) ?? null, input);
    shares.set(model, {
      jobs: share.jobs + jobs,
      usd: usd === null || share.usd === null ? null : share.usd + usd * jobs,
    });
  }
  return [...shares].map(([model, { jobs, usd }]) => ({
    model,
    jobs,
    toSubmit: jobs,
    price: prices.get(model) ?? null,
    baseUsd: usd,
  }));
}
