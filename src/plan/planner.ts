import type { Problem } from '../core/complaints.ts';
import type { PlannedJob } from '../core/job/job.ts';
import type { JsonValue } from '../core/json.ts';
import type { MediaFile } from '../core/media.ts';
import type { Model } from '../core/models.ts';
import { placeholders } from '../core/paths.ts';
import type { Row } from '../core/row.ts';
import type { AxisSource, DefaultValue, Exclusion, PlanOrder } from '../core/sweep.ts';
import { arrange } from './axes/arrangement.ts';
import { isDraw, seedDrawer } from './axes/drawn-seeds.ts';
import { exclusionsOf } from './axes/exclusions.ts';
import { jobId } from './cells/identity.ts';
import { checkNameTemplate, commonPlaceholders, pathWith } from './cells/naming.ts';
import type { Conventions } from './conventions.ts';
import { type ExpandedJob, type Expansion, expandRow } from './expansion.ts';
import { jobLimit } from './job-limit.ts';
import type { FileFinder } from './media/media-files.ts';
import { modelChoices } from './models/model-choice.ts';
import { modelLookup, type PreparedModel } from './models/model-lookup.ts';
import { missingColumns } from './notes/missing-columns.ts';
import { planNotes } from './notes/plan-notes.ts';
import { faultyIds, sameIdsWarning } from './notes/same-ids.ts';
import { textNotes } from './notes/text-notes.ts';
import { unsentNotes, unsentProposals } from './notes/unsent-notes.ts';
import { renamingBy } from './rows/columns.ts';
import { rowGrid } from './rows/row-grid.ts';
import { readRow } from './rows/row-reading.ts';
import { wildcardFiles } from './wildcards/wildcard-files.ts';

export interface PlanRequest {
  readonly defaultModel: string;
  /** It was given by a flag, which goes before the rows. */
  readonly modelIsForced: boolean;
  /** The words of the command line (without a place), then the axes of the sweep. A word replaces an axis of its name. */
  readonly axes: readonly AxisSource[];
  readonly defaults: readonly DefaultValue[];
  /** `--map Prompt=prompt`: column to name. */
  readonly renames: ReadonlyMap<string, string>;
  readonly nameTemplate: string;
  /** There are neither inputs nor rows of a sweep, so the axes alone make jobs. An input without rows is no reason. */
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
  /** More are refused before they are made. */
  readonly maxJobs: number;
  /** Only the first so many are wanted, by rank and arrival: no more need to be made. null: all. */
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

export interface PlannedAxis {
  readonly name: string;
  readonly values: readonly JsonValue[];
  readonly linkedWith: readonly string[];
  /** Each row has as many values, but others. */
  readonly differs?: true;
}

/**
 * Rows × axes as jobs, each checked against its model's schema and identified, in constant memory. A row gives jobs
 * or at least one error, except that what is wrong with a column, an axis or a model is said once and not for each
 * row. Warnings that count come last. Errors with `ends` are about no row, so that skipping rows does not mend them.
 * Throws `UserError` (`usage`) for more jobs than allowed, and for a wrong name template: for its form at once, for
 * an unknown placeholder at the end, when all models of the plan are known.
 */
export async function* planJobs(rows: AsyncIterable<Row>, request: PlanRequest): AsyncGenerator<Planned> {
  const { nameTemplate, order, repeat, files } = request;
  checkNameTemplate(nameTemplate, [...commonPlaceholders, ...placeholders(nameTemplate)]);
  const renaming = renamingBy(request.renames);
  const arrangement = arrange(request);
  const exclusions = exclusionsOf(request.exclude);
  const rules = {
    edition: request.conventions.edition,
    literal: request.literal,
    wildcards: request.wildcards && !request.literal ? wildcardFiles() : null,
  };
  const texts = textNotes({ ...request, keepsSalt: request.conventions.isKept });
  const choices = modelChoices(request, arrangement.model, files, rules);
  const lookup = modelLookup({ ...request, arrangement, exclusions, rules });
  const notes = planNotes(request);
  const general = [...arrangement.problems, ...choices.problems];
  const expansion: Expansion = {
    nameTemplate,
    order,
    repeat,
    files,
    comparesModels: choices.ids.length > 1,
    isHopeless: general.some(({ severity }) => severity === 'error'),
    limit: jobLimit(request.limit),
    notes,
    draw: seedDrawer(request.conventions.salt),
    texts,
    missing: missingColumns(renaming),
  };
  const ids = faultyIds();

  async function* planRow(row: Row | null): AsyncGenerator<Planned> {
    const reading = readRow(row, renaming, rules);
    for (const blank of reading.blanks) texts.blank(blank);
    const { models, overridden } = choices.choose(reading);
    const seen = new Set<AxisSource | 'model'>();
    if (overridden === 'row') notes.override('model', seen);
    if (overridden === 'axis' && arrangement.model !== null) notes.override(arrangement.model, seen);
    let isFirst = true;
    let hasJob = false;
    for (const choice of models) {
      const { found, problems, isNew } = await lookup.find(choice);
      for (const problem of problems) if (notes.isNews(problem)) yield { type: 'problem', problem };
      if (isFirst) for (const problem of reading.problems) yield { type: 'problem', problem };
      isFirst = false;
      if (found === null) continue;
      if (isNew) yield { type: 'axes', model: found.inputs.model, axes: plannedAxes(found, request, row) };
      const grid = rowGrid(reading, found, files);
      if (isNew) texts.seeShared(found, grid);
      for (const { source } of grid.overridden) notes.override(source, seen);
      for (const { name } of grid.drawnAxes) notes.draw(found.inputs.model, name);
      for (const name of Object.keys(grid.drawnDefaults)) notes.draw(found.inputs.model, name);
      for (const each of expandRow(grid, found, expansion)) {
        hasJob ||= each.type === 'job';
        yield each;
      }
    }
    if (!hasJob) ids.add(reading);
  }

  let rowCount = 0;
  for await (const row of rows) {
    if (rowCount === 0) yield* asProblems(general);
    rowCount += 1;
    yield* asProblems(expansion.missing.turnTo(row.file));
    yield* planRow(row);
  }
  if (rowCount === 0 && !request.wordsAlone) return;
  if (rowCount === 0) {
    yield* asProblems(general);
    yield* planRow(null);
  }
  const models = lookup.found();
  const same = ids.found();
  yield* asProblems(expansion.missing.end());
  // Where no column is taken for the prompt, that is all there is to say of columns.
  const isHeadless = expansion.missing.hasTold();
  yield* asProblems([
    ...(await lookup.unknown()),
    ...renaming.unused(),
    ...(same === null ? [] : [sameIdsWarning(same)]),
    ...(isHeadless ? [] : models.flatMap(({ unsent }) => unsent.problems())),
  ]);
  yield { type: 'unsent', notes: isHeadless ? [] : unsentNotes(models), proposals: unsentProposals(models) };
  if (models.length === 0) return;
  yield* asProblems(notes.atEnd(rowCount, models));
  yield* asProblems(texts.atEnd());
  const inputs = models.flatMap((model) => [...(model.inputs.fields?.keys() ?? [])]);
  const others = [...arrangement.axes, ...arrangement.defaults].map(({ name }) => name);
  const allNames = [...inputs, ...others, ...renaming.seen(), 'model'];
  yield* asProblems(exclusions.unmet(allNames, notes.sawAll()));
  // A model without a schema takes any name as an input.
  const free = models.some((model) => model.inputs.fields === null);
  const known = free ? [...inputs, ...others, ...renaming.seen()] : inputs;
  checkNameTemplate(nameTemplate, [...commonPlaceholders, ...known]);
}

/** A seed that is drawn for each job has no value that holds for all. */
function shownValue(value: JsonValue): JsonValue {
  return isDraw(value) ? 'random' : value;
}

function* asProblems(problems: Iterable<Problem>): Iterable<Planned> {
  for (const problem of problems) yield { type: 'problem', problem };
}

function plannedAxes(
  { axes: { axes, groups } }: PreparedModel,
  { repeat }: PlanRequest,
  row: Row | null,
): PlannedAxis[] {
  const several = axes
    .filter(({ values }) => values.length > 1)
    .map((axis) => {
      const group = groups.find((each) => each.axes.includes(axis))?.axes ?? [];
      const linkedWith = group.filter((each) => each !== axis).map(({ name }) => name);
      const differs = axis.isDerived && row?.sent !== undefined ? { differs: true as const } : {};
      return { name: axis.name, values: axis.values.map(shownValue), linkedWith, ...differs };
    });
  const reps = Array.from({ length: repeat }, (_, index) => index + 1);
  return repeat > 1 ? [...several, { name: 'rep', values: reps, linkedWith: [] }] : several;
}

/**
 * The same job as another repetition: with its own id, and the path that it would have been given as such. Without
 * its `openPath`, the first digits of the id stand for the id wherever the path holds them.
 */
export function withRep(
  job: PlannedJob,
  rep: number,
  openPath: string = job.pathTemplate.replaceAll(job.id.slice(0, 8), '{job}'),
): PlannedJob {
  const id = jobId(job.model, job.input, rep);
  return { ...job, id, rep, pathTemplate: pathWith(id, openPath) };
}
