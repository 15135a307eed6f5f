import type { Problem } from '../../core/complaints.ts';
import { defaultModelId, type Model } from '../../core/models.ts';
import { misspelt, suggestion } from '../../core/nearby.ts';
import type { Arrangement } from '../axes/arrangement.ts';
import type { Exclusions, GridCell } from '../axes/exclusions.ts';
import { type ModelAxes, modelAxes } from '../axes/model-axes.ts';
import type { CellRules } from '../conventions.ts';
import type { FileFinder } from '../media/media-files.ts';
import { type UnsentColumns, unsentColumns } from '../notes/unsent-columns.ts';
import { rawValue } from '../rows/body.ts';
import { type ColumnReading, columnReader } from '../rows/column-reading.ts';
import type { RowReading } from '../rows/rowreading.ts';
import { templateNames } from '../rows/templates.ts';
import { makerOf } from './foreign-models.ts';
import type { ModelChoice } from './model-choice.ts';
import { type ModelDefaults, modelDefaults } from './model-defaults.ts';
import { compileInputs, type ModelInputs } from './schema.ts';
import { showName, showValue } from './sentences.ts';

export interface ShelvedModel {
  readonly inputs: ModelInputs;
  readonly axes: ModelAxes;
  readonly defaults: ModelDefaults;
  readonly rules: CellRules;
  readonly unsent: UnsentColumns;
  isExcluded(cell: GridCell): boolean;
  read(reading: RowReading): ColumnReading;
}

export interface Shelved {
  readonly found: ShelvedModel | null;
  /** Of its axes and defaults: told when it is asked for the first time, empty later. */
  readonly problems: readonly Problem[];
  readonly isNew: boolean;
}

/** The models of a plan, each looked up, compiled and joined with axes and defaults once. */
export interface ModelShelf {
  entryFor(choice: ModelChoice): Promise<Shelved>;
  /** All models found so far. */
  found(): readonly ShelvedModel[];
  /** An error for each id that is not known, however many rows name it. */
  unknown(): Promise<readonly Problem[]>;
}

const modelIdPattern = /^[A-Za-z0-9][\w.:-]*(\/[A-Za-z0-9][\w.:-]*)*$/;

export function modelShelf(request: {
  readonly defaultModel: string;
  readonly arrangement: Arrangement;
  readonly seeds: number | null;
  readonly repeat: number;
  readonly exclusions: Exclusions;
  readonly files: FileFinder;
  readonly rules: CellRules;
  readonly scattersSeeds: boolean;
  modelOf(id: string): Promise<Model | null>;
  readonly modelIds?: (() => Promise<readonly string[]>) | undefined;
}): ModelShelf {
  const { arrangement, files, rules } = request;
  const shelved = new Map<string, ShelvedModel | null>();

  const strangers = new Map<string, { readonly choice: ModelChoice; rows: number }>();

  async function problemOf({ choice, rows }: { choice: ModelChoice; rows: number }): Promise<Problem> {
    const { id, place } = choice;
    const listed = (await request.modelIds?.()) ?? [];
    const usual = [...new Set([request.defaultModel, defaultModelId, ...listed])].filter(
      (each) => each !== id,
    );
    const maker = makerOf(id);
    // What another tool calls its model is not a slip of the pen for ours.
    const near = maker === null ? suggestion(id, usual) : misspelt(id, usual);
    const whose = maker === null ? '' : `: it is ${maker}`;
    const meant = near === null ? '' : `; did you mean ${showValue(near)}?`;
    const isOfRow = place !== null && choice.isOfRow === true;
    const many = isOfRow && rows > 1 ? `; ${rows.toLocaleString('en-US')} rows name it` : '';
    const fallback = `-m ${showName(request.defaultModel)} uses that model for every row`;
    const way =
      isOfRow && (near === null || maker !== null) ? `${near === null ? '; ' : ' '}${fallback}` : '';
    const message = `model ${showValue(id)} is not known${whose}${many}${meant}${way}`;
    return { severity: 'error', place, kind: 'unknown_model', message };
  }

  return {
    async entryFor(choice) {
      const known = shelved.get(choice.id);
      const stranger = strangers.get(choice.id);
      if (stranger !== undefined) stranger.rows += 1;
      if (known !== undefined) return { found: known, problems: [], isNew: false };
      const model = modelIdPattern.test(choice.id) ? await request.modelOf(choice.id) : null;
      if (model === null) {
        shelved.set(choice.id, null);
        strangers.set(choice.id, { choice, rows: 1 });
        return { found: null, problems: [], isNew: true };
      }
      const inputs = compileInputs(model);
      const axes = modelAxes(inputs, arrangement, request, files);
      const defaults = modelDefaults(inputs, arrangement.defaults, files, rules);
      const unsent = unsentColumns(inputs, (name) => isGiven(name, axes, defaults), request.repeat);
      for (const name of drawnNames(axes, defaults)) unsent.use(name);
      const found: ShelvedModel = {
        inputs,
        axes,
        defaults,
        unsent,
        isExcluded: request.exclusions.forModel(inputs),
        read: columnReader(inputs, unsent),
        rules,
      };
      shelved.set(choice.id, found);
      const doubt: Problem[] =
        inputs.doubt === null
          ? []
          : [{ severity: 'warning', place: null, kind: 'unknown_schema', message: inputs.doubt }];
      return { found, problems: [...doubt, ...axes.problems, ...defaults.problems], isNew: true };
    },
    found: () => [...shelved.values()].filter((each) => each !== null),
    unknown: () => Promise.all([...strangers.values()].map(problemOf)),
  };
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
