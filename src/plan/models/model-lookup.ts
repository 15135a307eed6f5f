import type { Problem } from '../../core/complaints.ts';
import type { Model } from '../../core/models.ts';
import type { Arrangement } from '../axes/arrangement.ts';
import type { CellValues, Exclusions } from '../axes/exclusions.ts';
import { type ModelAxes, modelAxes } from '../axes/model-axes.ts';
import { templateNames } from '../cells/templates.ts';
import type { CellRules } from '../conventions.ts';
import type { FileFinder } from '../media/media-files.ts';
import { type UnsentColumns, unsentColumns } from '../notes/unsent-columns.ts';
import { rawValue } from '../rows/body.ts';
import { type ColumnReading, columnReader, type InputUse } from '../rows/column-reading.ts';
import { readName } from '../rows/columns.ts';
import type { RowReading } from '../rows/row-reading.ts';
import type { ModelChoice } from './model-choice.ts';
import { type ModelDefaults, modelDefaults } from './model-defaults.ts';
import { type Renames, renameProblems } from './rename-problems.ts';
import { compileInputs, type ModelInputs } from './schema.ts';
import { type KnownModels, type UnknownModel, unknownModelError } from './unknown-models.ts';

/** A model of the plan: its inputs compiled, and joined with the axes and the defaults. */
export interface PreparedModel {
  readonly inputs: ModelInputs;
  readonly axes: ModelAxes;
  readonly defaults: ModelDefaults;
  readonly rules: CellRules;
  readonly unsent: UnsentColumns;
  /** The inputs that the plan is known to set so far; empty where the keys are names. */
  readonly uses: ReadonlyMap<string, InputUse>;
  /** By input: what axes and defaults call it, where that is not its key. */
  readonly names: Readonly<Record<string, string>>;
  isExcluded(cell: CellValues): boolean;
  read(reading: RowReading): ColumnReading;
}

export interface FoundModel {
  /** null: there is no such model. */
  readonly found: PreparedModel | null;
  readonly problems: readonly Problem[];
  readonly isNew: boolean;
}

/** The models of a plan, each looked up and prepared once. */
export interface ModelLookup {
  /** `problems` are those of the model's axes and defaults: reported when it is new, empty later. */
  find(choice: ModelChoice): FoundModel | Promise<FoundModel>;
  /** All models found so far. */
  found(): readonly PreparedModel[];
  /** An error for each unknown id, however many rows name it. */
  unknown(): Promise<readonly Problem[]>;
}

const modelIdPattern = /^[A-Za-z0-9][\w.:-]*(\/[A-Za-z0-9][\w.:-]*)*$/;

interface LookupRequest extends KnownModels, Renames {
  readonly arrangement: Arrangement;
  readonly seeds: number | null;
  readonly repeat: number;
  readonly exclusions: Exclusions;
  readonly files: FileFinder;
  readonly rules: CellRules;
  readonly scattersSeeds: boolean;
  modelOf(id: string): Promise<Model | null>;
}

export function modelLookup(request: LookupRequest): ModelLookup {
  const models = new Map<string, PreparedModel | null>();
  const unknown = new Map<string, UnknownModel>();
  return {
    find(choice) {
      const known = models.get(choice.id);
      if (known === undefined) return look(choice);
      const missing = known === null ? unknown.get(choice.id) : undefined;
      if (missing !== undefined) missing.rows += 1;
      return { found: known, problems: noProblems, isNew: false };
    },
    found: () => [...models.values()].filter((each) => each !== null),
    unknown: () => Promise.all([...unknown.values()].map((each) => unknownModelError(each, request))),
  };

  async function look(choice: ModelChoice): Promise<FoundModel> {
    const isOthers = (request.otherOwner?.(choice.id) ?? null) !== null;
    const model = modelIdPattern.test(choice.id) && !isOthers ? await request.modelOf(choice.id) : null;
    if (model === null) {
      models.set(choice.id, null);
      unknown.set(choice.id, { choice, rows: 1 });
      return { found: null, problems: [], isNew: true };
    }
    const found = preparedModel(model, request);
    models.set(choice.id, found);
    const { inputs, axes, defaults } = found;
    const doubt: Problem[] =
      inputs.doubt === null
        ? []
        : [{ severity: 'warning', place: null, kind: 'unknown_schema', message: inputs.doubt }];
    const renamed = renameProblems(inputs, request);
    return { found, problems: [...doubt, ...renamed, ...axes.problems, ...defaults.problems], isNew: true };
  }
}

const noProblems: readonly Problem[] = [];

function preparedModel(model: Model, request: LookupRequest): PreparedModel {
  const { arrangement, files, rules } = request;
  const inputs = compileInputs(model, request.renames, rules.edition === 2);
  const axes = modelAxes(inputs, arrangement, request, files);
  const defaults = modelDefaults(inputs, arrangement.defaults, files, rules);
  const unsent = unsentColumns(inputs, (name) => isGiven(name, axes, defaults), request.repeat);
  for (const name of drawnNames(axes, defaults)) unsent.use(name);
  const uses = new Map<string, InputUse>();
  const use = (name: string, found: InputUse): void => {
    if (inputs.addresses !== null) uses.set(name, found);
  };
  for (const [name, found] of defaults.names) use(name, found);
  for (const { role, name, source } of axes.axes) {
    const named = role === 'input' ? readName(source.name, inputs) : null;
    if (named?.type === 'input' && named.name === name) use(name, named);
    else if (inputs.fields?.has(name) === true && role === 'input')
      use(name, { called: null, unlinks: false });
  }
  return {
    inputs,
    axes,
    defaults,
    unsent,
    isExcluded: request.exclusions.forModel(inputs),
    ...{ uses, names: Object.fromEntries(calledElse(uses)) },
    read: columnReader(inputs, unsent, use),
    rules,
  };
}

function* calledElse(uses: ReadonlyMap<string, InputUse>): Generator<[string, string]> {
  for (const [name, { called }] of uses) if (called !== null) yield [name, called];
}

/** Whether an axis or a default sets this input. */
function isGiven(name: string, { axes }: ModelAxes, defaults: ModelDefaults): boolean {
  const isOnAxis = axes.some((axis) => axis.role === 'input' && axis.name === name);
  return isOnAxis || defaults.fixed.values.has(name) || defaults.late.has(name);
}

/** The columns that templates of axes and defaults draw on. */
function drawnNames({ axes }: ModelAxes, defaults: ModelDefaults): readonly string[] {
  return [
    ...axes.flatMap(({ draws }) => draws),
    ...[...defaults.late.values()].flatMap(({ cell }) => templateNames(rawValue(cell))),
  ];
}
