import { isError } from '../../core/complaints.ts';
import { noCounts } from '../../core/job/tally.ts';
import type { JsonObject } from '../../core/json.ts';
import { basePriceUsd, type Price, pricedInputs } from '../../core/money/prices.ts';
import { outputPath } from '../../core/paths.ts';
import type { MissingFiles } from '../../report/plan/missing-text.ts';
import type { ModelShare, PlanSample, PlanView } from '../../report/plan/plan-text.ts';
import type { LedgerReader } from '../../store/ledger/reader.ts';
import type { Stage } from '../../store/stage/stage.ts';
import { countedAsToCollect, missingFilesOf, noneMissing } from '../running/done-files.ts';
import type { Batch } from './open-batch.ts';
import type { PlanOutcome } from './planning.ts';
import { stageRemarks } from './stage-remarks.ts';

type Prices = ReadonlyMap<string, Price | null>;

/** What a plan belongs to. */
interface PlanPlace {
  readonly sources: readonly string[];
  readonly dir: string;
  readonly balanceUsd: number | null;
  readonly rehearsed: boolean;
}

const sampleCount = 3;
// As many as a reader of `--json` may want; people are shown the first few.
const maxChanges = 1_000;

/** A staged plan as people are shown it: what is there, what would be sent, and what that costs at base prices. */
export function stagedView(
  stage: Stage,
  outcome: PlanOutcome,
  batch: Batch,
  place: PlanPlace,
  missing: MissingFiles = noneMissing,
): PlanView {
  const difference = stage.difference();
  const said = [...outcome.problems, ...stageRemarks(stage, outcome.proposals)];
  const isPriced = [...outcome.prices.values()].some((price) => price !== null);
  const models = sharesOf(stage.countsToSubmit(isPriced ? pricedInputs : []), outcome.prices);
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
    selection: selects ? { of: Math.max(stage.count(), cellsOf(outcome)), sample, shuffle, limit } : null,
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
    samples: samplesOf(stage),
    warnings: said.filter(({ severity }) => severity === 'warning'),
    notes: said.filter(({ severity }) => severity === 'note'),
    skipped: outcome.problems.filter(isError),
  };
  return countedAsToCollect(view, missing);
}

/** The same for what is to extend the folder's plan: all of that, with the jobs that vary its favourites. */
export function variedView(stage: Stage, outcome: PlanOutcome, batch: Batch, place: PlanPlace): PlanView {
  const view = stagedView(stage, outcome, batch, place);
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

/** The plan that the folder holds already. */
export function keptView(reader: LedgerReader, prices: Prices, place: Omit<PlanPlace, 'dir'>): PlanView {
  const { counts } = reader.holdings();
  const missing = missingFilesOf(reader);
  const view: PlanView = {
    ...place,
    missing,
    dir: reader.dir,
    rows: 0,
    axes: counts.pending === 0 ? [] : reader.axes().map((axis) => ({ ...axis, linkedWith: [] })),
    selection: null,
    counts,
    added: 0,
    changed: 0,
    changes: [],
    removed: 0,
    joined: 0,
    models: sharesOf(reader.pending(), prices),
    samples: [],
    warnings: [],
    notes: [],
    skipped: [],
  };
  return countedAsToCollect(view, missing);
}

function samplesOf(stage: Stage): readonly PlanSample[] {
  const samples: PlanSample[] = [];
  for (const { model, input, pathTemplate } of stage.toSubmit()) {
    samples.push({ model, body: input, file: outputPath(pathTemplate, 0, 1, '*') });
    if (samples.length === sampleCount) break;
  }
  return samples;
}

/** `jobs`: how many of them there are; one by default. */
interface Priced {
  readonly model: string;
  readonly input: JsonObject;
  readonly jobs?: number;
}

function sharesOf(toSubmit: Iterable<Priced>, prices: Prices): ModelShare[] {
  const shares = new Map<string, { jobs: number; usd: number | null }>();
  for (const { model, input, jobs = 1 } of toSubmit) {
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
