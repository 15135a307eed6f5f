import type { Problem } from '../core/complaints.ts';
import { defaultModelId, type Model } from '../core/models.ts';
import { suggestion } from '../core/nearby.ts';
import type { Arrangement } from './arrangement.ts';
import { type ColumnReading, columnReader } from './column-reading.ts';
import type { CellRules } from './conventions.ts';
import type { Exclusions, GridCell } from './exclusions.ts';
import type { FileFinder } from './media-files.ts';
import { type ModelAxes, modelAxes } from './model-axes.ts';
import type { ModelChoice } from './model-choice.ts';
import { type ModelDefaults, modelDefaults } from './model-defaults.ts';
import type { RowReading } from './rowreading.ts';
import { compileInputs, type ModelInputs } from './schema.ts';
import { showValue } from './sentences.ts';

export interface ShelvedModel {
  readonly inputs: ModelInputs;
  readonly axes: ModelAxes;
  readonly defaults: ModelDefaults;
  readonly rules: CellRules;
  isExcluded(cell: GridCell): boolean;
  read(reading: RowReading): ColumnReading;
}

export interface Shelved {
  readonly found: ShelvedModel | null;
  /** Of the model itself, its axes and defaults: told when it is asked for the first time, empty later. */
  readonly problems: readonly Problem[];
  readonly isNew: boolean;
}

/** The models of a plan, each looked up, compiled and joined with axes and defaults once. */
export interface ModelShelf {
  entryFor(choice: ModelChoice): Promise<Shelved>;
  /** All models found so far. */
  found(): readonly ShelvedModel[];
}

const modelIdPattern = /^[A-Za-z0-9][\w.:-]*(\/[A-Za-z0-9][\w.:-]*)*$/;

export function modelShelf(request: {
  readonly defaultModel: string;
  readonly arrangement: Arrangement;
  readonly seeds: number | null;
  readonly exclusions: Exclusions;
  readonly files: FileFinder;
  readonly rules: CellRules;
  readonly scattersSeeds: boolean;
  modelOf(id: string): Promise<Model | null>;
  readonly modelIds?: (() => Promise<readonly string[]>) | undefined;
}): ModelShelf {
  const { arrangement, files, rules } = request;
  const shelved = new Map<string, ShelvedModel | null>();

  async function unknown({ id, place }: ModelChoice): Promise<Problem> {
    const listed = (await request.modelIds?.()) ?? [];
    const usual = [...new Set([request.defaultModel, defaultModelId, ...listed])].filter(
      (each) => each !== id,
    );
    const near = suggestion(id, usual);
    const hint = near === null ? '' : `; did you mean ${showValue(near)}?`;
    const message = `model ${showValue(id)} is not known${hint}`;
    return { severity: 'error', place, kind: 'unknown_model', message };
  }

  return {
    async entryFor(choice) {
      const known = shelved.get(choice.id);
      if (known !== undefined) return { found: known, problems: [], isNew: false };
      const model = modelIdPattern.test(choice.id) ? await request.modelOf(choice.id) : null;
      if (model === null) {
        shelved.set(choice.id, null);
        return { found: null, problems: [await unknown(choice)], isNew: true };
      }
      const inputs = compileInputs(model);
      const axes = modelAxes(inputs, arrangement, request, files);
      const defaults = modelDefaults(inputs, arrangement.defaults, files, rules);
      const found: ShelvedModel = {
        inputs,
        axes,
        defaults,
        isExcluded: request.exclusions.forModel(inputs),
        read: columnReader(inputs),
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
  };
}
