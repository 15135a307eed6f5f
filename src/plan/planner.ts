import type { Problem } from '../core/complaints.ts';
import { placeholders } from '../core/name-template.ts';
import type { Row } from '../core/row.ts';
import type { RowBatches } from '../core/row-batches.ts';
import type { AxisSource } from '../core/sweep.ts';
import { type Arrangement, arrange } from './axes/arrangement.ts';
import { seedDrawer } from './axes/drawn-seeds.ts';
import { type Exclusions, exclusionsOf } from './axes/exclusions.ts';
import { type PlannedAxis, plannedAxes } from './axes/planned-axes.ts';
import { checkNameTemplate, commonPlaceholders } from './cells/naming.ts';
import type { CellRules } from './conventions.ts';
import { type Expanded, type Expansion, expandRow } from './expansion.ts';
import { jobLimit } from './job-limit.ts';
import { type ModelChoice, type ModelChoices, modelChoices } from './models/model-choice.ts';
import { type FoundModel, type ModelLookup, modelLookup, type PreparedModel } from './models/model-lookup.ts';
import { type PlannedInput, plannedInputs, unlinkedWarnings } from './notes/input-uses.ts';
import { missingColumns } from './notes/missing-columns.ts';
import { planNotes } from './notes/plan-notes.ts';
import { type FaultyIds, faultyIds, sameIdsWarning } from './notes/same-ids.ts';
import { textNotes } from './notes/text-notes.ts';
import { unsentNotes, unsentProposals } from './notes/unsent-notes.ts';
import type { PlanRequest } from './plan-request.ts';
import { inputNamed, type Renaming, renamingBy } from './rows/columns.ts';
import { rowGrid } from './rows/row-grid.ts';
import { type RowReading, readRow } from './rows/row-reading.ts';
import { wildcardFiles } from './wildcards/wildcard-files.ts';

export type Planned =
  | Expanded
  /** Once for each model: its axes of more than one value, repetitions as `rep`. Templates are as written. */
  | { readonly type: 'axes'; readonly model: string; readonly axes: readonly PlannedAxis[] }
  /** At the end, once for each model whose inputs are addresses: those that the plan sets. */
  | { readonly type: 'inputs'; readonly model: string; readonly inputs: readonly PlannedInput[] }
  /** At the end: the columns that are not sent; by name, the flag that would send one as the input it is like. */
  | {
      readonly type: 'unsent';
      readonly notes: readonly Problem[];
      readonly proposals: ReadonlyMap<string, string>;
    };

/**
 * Rows × axes as jobs, each checked against its model's schema and identified, in constant memory: all that is to be
 * taken of a row is taken before the next one is drawn. A row gives jobs or at least one error, except that what is wrong
 * with a column, an axis or a model is reported once and not for each row. Warnings that count come last. Errors with
 * `ends` are about no row, so that skipping rows does not help. Throws `UserError` (`usage`) for more jobs than allowed,
 * and for a wrong name template: for its form at once, for an unknown placeholder at the end, when all models of the
 * plan are known.
 */
export async function planJobs(rows: RowBatches, request: PlanRequest, take: Take): Promise<void> {
  const plan = openPlan(request, take);
  let rowCount = 0;
  for await (const batch of rows) {
    for (const row of batch) {
      if (rowCount === 0) tell(plan, plan.general);
      rowCount += 1;
      tell(plan, plan.missing.turnTo(row.file));
      const open = openRow(plan, row);
      for (const choice of open.models) {
        const model = plan.lookup.find(choice);
        // Only a model that is new must be waited for.
        planRow(plan, open, model instanceof Promise ? await model : model);
      }
      closeRow(plan, open);
    }
  }
  if (rowCount === 0 && !request.wordsAlone) return;
  if (rowCount === 0) {
    tell(plan, plan.general);
    const open = openRow(plan, null);
    for (const choice of open.models) planRow(plan, open, await plan.lookup.find(choice));
    closeRow(plan, open);
  }
  await columnRemarks(plan);
  if (plan.lookup.found().length > 0) lastRemarks(plan, rowCount);
}

/** Takes what a plan gives, one after the other. */
type Take = (planned: Planned) => void;

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
  /** Takes what comes of the row that is being planned, too. */
  readonly take: Take;
}

function openPlan(request: PlanRequest, take: Take): OpenPlan {
  const { nameTemplate, order, repeat, files, conventions, literal } = request;
  checkNameTemplate(nameTemplate, [...commonPlaceholders, ...placeholders(nameTemplate)]);
  const renaming = renamingBy(request.renames, request.declared);
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
    take,
  };
}

/** A row whose models are being gone through. */
interface OpenRow {
  readonly row: Row | null;
  readonly reading: RowReading;
  readonly models: readonly ModelChoice[];
  /** Each is counted once for the row. */
  readonly seen: Set<AxisSource | 'model'>;
  isFirst: boolean;
  hasJob: boolean;
}

function openRow(plan: OpenPlan, row: Row | null): OpenRow {
  const { notes, texts, arrangement } = plan;
  const reading = readRow(row, plan.renaming, plan.rules);
  for (const blank of reading.blanks) texts.blank(blank);
  const { models, overridden } = plan.choices.choose(reading);
  const seen = new Set<AxisSource | 'model'>();
  if (overridden === 'row') notes.override('model', seen);
  if (overridden === 'axis' && arrangement.model !== null) notes.override(arrangement.model, seen);
  return { row, reading, models, seen, isFirst: true, hasJob: false };
}

/** The jobs of one row for one of its models. */
function planRow(plan: OpenPlan, open: OpenRow, { found, problems, isNew }: FoundModel): void {
  const { notes, texts } = plan;
  const { reading, row, seen } = open;
  for (const problem of problems) if (notes.isNews(problem)) plan.take({ type: 'problem', problem });
  if (open.isFirst) tell(plan, reading.problems);
  open.isFirst = false;
  if (found === null) return;
  const { model } = found.inputs;
  if (isNew) plan.take({ type: 'axes', model, axes: plannedAxes(found, plan.repeat, row) });
  const grid = rowGrid(reading, found, plan.files);
  if (isNew) texts.seeShared(found, grid);
  for (const { source } of grid.overridden) notes.override(source, seen);
  for (const { name } of grid.drawnAxes) notes.draw(model, name);
  for (const name in grid.drawnDefaults) notes.draw(model, name);
  expandRow(grid, found, plan, (each) => {
    open.hasJob ||= each.type === 'job';
    plan.take(each);
  });
}

function closeRow({ faultyIds }: OpenPlan, { reading, hasJob }: OpenRow): void {
  if (!hasJob) faultyIds.add(reading);
}

/** What there is to say of columns and models once all rows are known. */
async function columnRemarks(plan: OpenPlan): Promise<void> {
  const { missing, lookup, renaming, faultyIds } = plan;
  const models = lookup.found();
  const same = faultyIds.found();
  tell(plan, missing.end());
  // Where no column is taken for the prompt, that is all there is to say of columns.
  const isHeadless = missing.hasTold();
  tell(plan, [
    ...(await lookup.unknown()),
    ...renaming.unused((column) => isNamed(plan, column)),
    ...(same === null ? [] : [sameIdsWarning(same)]),
    ...(isHeadless ? [] : models.flatMap(({ unsent }) => unsent.problems())),
  ]);
  const notes = isHeadless ? [] : unsentNotes(models);
  plan.take({ type: 'unsent', notes, proposals: unsentProposals(models) });
}

/** Warnings that count, and what only a whole plan with a model shows. Throws for an unknown placeholder. */
function lastRemarks(plan: OpenPlan, rowCount: number): void {
  const { lookup, notes, arrangement, renaming } = plan;
  const models = lookup.found();
  tell(plan, notes.atEnd(rowCount, models));
  tell(plan, plan.texts.atEnd());
  for (const model of models) {
    tell(plan, unlinkedWarnings(model));
    const inputs = plannedInputs(model);
    if (inputs.length > 0) plan.take({ type: 'inputs', model: model.inputs.model, inputs });
  }
  const inputs = models.flatMap((model) => inputNames(model));
  const others = [...arrangement.axes, ...arrangement.defaults].map(({ name }) => name);
  const allNames = [...inputs, ...others, ...renaming.seen(), 'model'];
  tell(plan, plan.exclusions.unmet(allNames, notes.sawAll()));
  // A model without a schema takes any name as an input.
  const free = models.some((model) => model.inputs.fields === null);
  const known = free ? [...inputs, ...others, ...renaming.seen()] : inputs;
  const meant = placeholders(plan.nameTemplate).filter((name) =>
    models.some((model) => model.inputs.addresses !== null && inputNamed(model.inputs, name) !== null),
  );
  checkNameTemplate(plan.nameTemplate, [...commonPlaceholders, ...known, ...meant]);
}

/** The inputs of a model by name; of one whose inputs are addresses those that the plan sets. */
function inputNames({ inputs, uses }: PreparedModel): readonly string[] {
  if (inputs.addresses === null) return [...(inputs.fields?.keys() ?? [])];
  return [...uses].flatMap(([key, { called }]) => (called === null ? [key] : [called, key]));
}

/** Whether a rename that no column had is of use anyway: as a name for inputs. */
function isNamed({ request, lookup, renaming }: OpenPlan, column: string): boolean {
  if (lookup.found().every(({ inputs }) => inputs.addresses === null)) return false;
  const { axes, defaults, exclude, nameTemplate, declared } = request;
  const names = [...[...axes, ...defaults].map(({ name }) => name), ...renaming.seen()];
  const others = [...exclude.flatMap(({ where }) => [...where.keys()]), ...placeholders(nameTemplate)];
  const isSaid = [...names, ...others].some(
    (name) => name.replace(/!$/, '').toLowerCase() === column.toLowerCase(),
  );
  return (
    isSaid || declared?.has(column) === true || (request.seeds !== null && column.toLowerCase() === 'seed')
  );
}

function tell({ take }: OpenPlan, problems: Iterable<Problem>): void {
  for (const problem of problems) take({ type: 'problem', problem });
}
