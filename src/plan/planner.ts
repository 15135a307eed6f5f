import type { Problem } from '../core/complaints.ts';
import type { MediaFile } from '../core/media.ts';
import type { Model } from '../core/models.ts';
import { placeholders } from '../core/name-template.ts';
import type { Provider } from '../core/provider.ts';
import type { Row } from '../core/row.ts';
import type { AxisSource, DefaultValue, Exclusion, PlanOrder } from '../core/sweep.ts';
import { type Arrangement, arrange } from './axes/arrangement.ts';
import { seedDrawer } from './axes/drawn-seeds.ts';
import { type Exclusions, exclusionsOf } from './axes/exclusions.ts';
import { type PlannedAxis, plannedAxes } from './axes/planned-axes.ts';
import { checkNameTemplate, commonPlaceholders } from './cells/naming.ts';
import type { CellRules, Conventions } from './conventions.ts';
import { type ExpandedJob, type Expansion, expandRow } from './expansion.ts';
import { jobLimit } from './job-limit.ts';
import type { FileFinder } from './media/media-files.ts';
import { type ModelChoices, modelChoices } from './models/model-choice.ts';
import { type ModelLookup, modelLookup } from './models/model-lookup.ts';
import { missingColumns } from './notes/missing-columns.ts';
import { planNotes } from './notes/plan-notes.ts';
import { type FaultyIds, faultyIds, sameIdsWarning } from './notes/same-ids.ts';
import { textNotes } from './notes/text-notes.ts';
import { unsentNotes, unsentProposals } from './notes/unsent-notes.ts';
import { type Renaming, renamingBy } from './rows/columns.ts';
import { rowGrid } from './rows/row-grid.ts';
import { readRow } from './rows/row-reading.ts';
import { wildcardFiles } from './wildcards/wildcard-files.ts';

export interface PlanRequest {
  readonly provider: Pick<Provider, 'nameInJobIds' | 'builtIn'>;
  readonly defaultModel: string;
  /** It was given by a flag, which takes precedence over the rows. */
  readonly modelIsForced: boolean;
  /** The words of the command line (without a place), then the axes of the sweep. A word replaces an axis of its name. */
  readonly axes: readonly AxisSource[];
  readonly defaults: readonly DefaultValue[];
  /** `--map Prompt=prompt`: column to name. */
  readonly renames: ReadonlyMap<string, string>;
  readonly nameTemplate: string;
  /** There are neither inputs nor rows of a sweep, so the axes alone make jobs. An input without rows does not count. */
  readonly wordsAlone: boolean;
  readonly seeds: number | null;
  /** Scattered seeds instead of 1 to N. */
  readonly scattersSeeds: boolean;
  /** `{a|b}` and `__name__` in texts are axes. */
  readonly wildcards: boolean;
  /** Texts are neither templates nor file names. */
  readonly literal: boolean;
  readonly conventions: Conventions;
  /** At least 1. */
  readonly repeat: number;
  readonly link: readonly (readonly string[])[];
  readonly exclude: readonly Exclusion[];
  readonly order: PlanOrder;
  readonly files: FileFinder;
  /** Larger plans are refused before their jobs are made. */
  readonly maxJobs: number;
  /** Only the first N jobs are wanted, by rank and arrival, so no more need to be made. null: all. */
  readonly limit: number | null;
  /** null: there is no such model. Asked once for each id. */
  modelOf(id: string): Promise<Model | null>;
  /** What an unknown id may be a misspelling of; none by default. */
  readonly modelIds?: (() => Promise<readonly string[]>) | undefined;
}

export type Planned =
  /** Sorted by rank, then by arrival, the jobs are in the order asked for. */
  | ExpandedJob
  /** The files behind markers of the job that follows: once for each marker. */
  | { readonly type: 'files'; readonly files: readonly MediaFile[] }
  | { readonly type: 'problem'; readonly problem: Problem }
  /** Once for each model: its axes of more than one value, repetitions as `rep`. Templates are as written. */
  | { readonly type: 'axes'; readonly model: string; readonly axes: readonly PlannedAxis[] }
  /** At the end: the columns that are not sent; by name, the flag that would send one as the input it is like. */
  | {
      readonly type: 'unsent';
      readonly notes: readonly Problem[];
      readonly proposals: ReadonlyMap<string, string>;
    };

/**
 * Rows × axes as jobs, each checked against its model's schema and identified, in constant memory. A row gives jobs
 * or at least one error, except that what is wrong with a column, an axis or a model is reported once and not for each
 * row. Warnings that count come last. Errors with `ends` are about no row, so that skipping rows does not help.
 * Throws `UserError` (`usage`) for more jobs than allowed, and for a wrong name template: for its form at once, for
 * an unknown placeholder at the end, when all models of the plan are known.
 */
export async function* planJobs(rows: AsyncIterable<Row>, request: PlanRequest): AsyncGenerator<Planned> {
  const plan = openPlan(request);
  let rowCount = 0;
  for await (const row of rows) {
    if (rowCount === 0) yield* asProblems(plan.general);
    rowCount += 1;
    yield* asProblems(plan.missing.turnTo(row.file));
    yield* planRow(plan, row);
  }
  if (rowCount === 0 && !request.wordsAlone) return;
  if (rowCount === 0) {
    yield* asProblems(plan.general);
    yield* planRow(plan, null);
  }
  yield* columnRemarks(plan);
  if (plan.lookup.found().length > 0) yield* lastRemarks(plan, rowCount);
}

/** A plan in the making: what it was asked for, sorted out, and what it has learnt from the rows so far. */
interface OpenPlan extends Expansion {
  readonly request: PlanRequest;
  readonly rules: CellRules;
  readonly renaming: Renaming;
  readonly arrangement: Arrangement;
  readonly exclusions: Exclusions;
  readonly choices: ModelChoices;
  readonly lookup: ModelLookup;
  /** What is wrong with the request itself. */
  readonly general: readonly Problem[];
  readonly faultyIds: FaultyIds;
}

function openPlan(request: PlanRequest): OpenPlan {
  const { nameTemplate, order, repeat, files, conventions, literal } = request;
  checkNameTemplate(nameTemplate, [...commonPlaceholders, ...placeholders(nameTemplate)]);
  const renaming = renamingBy(request.renames);
  const arrangement = arrange(request);
  const exclusions = exclusionsOf(request.exclude);
  const wildcards = request.wildcards && !literal ? wildcardFiles() : null;
  const rules = { edition: conventions.edition, literal, wildcards };
  const choices = modelChoices(request, arrangement.model, files, rules);
  const general = [...arrangement.problems, ...choices.problems];
  return {
    ...{ request, nameTemplate, order, repeat, files, provider: request.provider.nameInJobIds },
    ...{ rules, renaming, arrangement, exclusions, choices, general },
    comparesModels: choices.ids.length > 1,
    isHopeless: general.some(({ severity }) => severity === 'error'),
    lookup: modelLookup({ ...request, arrangement, exclusions, rules }),
    limit: jobLimit(request.limit),
    notes: planNotes(request),
    texts: textNotes({ ...request, keepsSalt: conventions.isKept }),
    draw: seedDrawer(conventions.salt),
    missing: missingColumns(renaming),
    faultyIds: faultyIds(),
  };
}

/** The jobs of one row, for each of its models. */
async function* planRow(plan: OpenPlan, row: Row | null): AsyncGenerator<Planned> {
  const { notes, texts, arrangement } = plan;
  const reading = readRow(row, plan.renaming, plan.rules);
  for (const blank of reading.blanks) texts.blank(blank);
  const { models, overridden } = plan.choices.choose(reading);
  const seen = new Set<AxisSource | 'model'>();
  if (overridden === 'row') notes.override('model', seen);
  if (overridden === 'axis' && arrangement.model !== null) notes.override(arrangement.model, seen);
  let isFirst = true;
  let hasJob = false;
  for (const choice of models) {
    const { found, problems, isNew } = await plan.lookup.find(choice);
    for (const problem of problems) if (notes.isNews(problem)) yield { type: 'problem', problem };
    if (isFirst) yield* asProblems(reading.problems);
    isFirst = false;
    if (found === null) continue;
    const { model } = found.inputs;
    if (isNew) yield { type: 'axes', model, axes: plannedAxes(found, plan.repeat, row) };
    const grid = rowGrid(reading, found, plan.files);
    if (isNew) texts.seeShared(found, grid);
    for (const { source } of grid.overridden) notes.override(source, seen);
    for (const { name } of grid.drawnAxes) notes.draw(model, name);
    for (const name of Object.keys(grid.drawnDefaults)) notes.draw(model, name);
    for (const each of expandRow(grid, found, plan)) {
      hasJob ||= each.type === 'job';
      yield each;
    }
  }
  if (!hasJob) plan.faultyIds.add(reading);
}

/** What there is to say of columns and models once all rows are known. */
async function* columnRemarks({ missing, lookup, renaming, faultyIds }: OpenPlan): AsyncGenerator<Planned> {
  const models = lookup.found();
  const same = faultyIds.found();
  yield* asProblems(missing.end());
  // Where no column is taken for the prompt, that is all there is to say of columns.
  const isHeadless = missing.hasTold();
  yield* asProblems([
    ...(await lookup.unknown()),
    ...renaming.unused(),
    ...(same === null ? [] : [sameIdsWarning(same)]),
    ...(isHeadless ? [] : models.flatMap(({ unsent }) => unsent.problems())),
  ]);
  yield { type: 'unsent', notes: isHeadless ? [] : unsentNotes(models), proposals: unsentProposals(models) };
}

/** Warnings that count, and what only a whole plan with a model shows. Throws for an unknown placeholder. */
function* lastRemarks(plan: OpenPlan, rowCount: number): Generator<Planned> {
  const { lookup, notes, arrangement, renaming } = plan;
  const models = lookup.found();
  yield* asProblems(notes.atEnd(rowCount, models));
  yield* asProblems(plan.texts.atEnd());
  const inputs = models.flatMap((model) => [...(model.inputs.fields?.keys() ?? [])]);
  const others = [...arrangement.axes, ...arrangement.defaults].map(({ name }) => name);
  const allNames = [...inputs, ...others, ...renaming.seen(), 'model'];
  yield* asProblems(plan.exclusions.unmet(allNames, notes.sawAll()));
  // A model without a schema takes any name as an input.
  const free = models.some((model) => model.inputs.fields === null);
  const known = free ? [...inputs, ...others, ...renaming.seen()] : inputs;
  checkNameTemplate(plan.nameTemplate, [...commonPlaceholders, ...known]);
}

function* asProblems(problems: Iterable<Problem>): Iterable<Planned> {
  for (const problem of problems) yield { type: 'problem', problem };
}
