import { readFileSync } from 'node:fs';
import type { Problem } from '../../src/core/complaints.ts';
import type { PlannedJob } from '../../src/core/job.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/core/json.ts';
import { defaultModelId, type Model } from '../../src/core/models.ts';
import { defaultNameTemplate } from '../../src/core/paths.ts';
import type { Cell, Row } from '../../src/core/row.ts';
import { type PlanRequest, planJobs } from '../../src/plan/planner.ts';
import { parseWord } from '../../src/plan/words.ts';

/** A model with this input schema and nothing else known. */
export function modelWith(inputSchema: JsonObject | null, id = 'test/model'): Model {
  return {
    id,
    displayName: null,
    description: null,
    categories: [],
    kind: null,
    price: null,
    pricingNote: null,
    modelUrl: null,
    inputSchema,
  };
}

/** One of the models that must work, as the catalogue describes it, from `test/fixtures/plan`. */
export function fixtureModel(name: string): Model {
  const url = new URL(`../fixtures/plan/${name}.json`, import.meta.url);
  const entry = JSON.parse(readFileSync(url, 'utf8')) as { model_id: string; input_schema: JsonValue };
  if (!isJsonObject(entry.input_schema)) throw new Error(`${name} has no schema`);
  return modelWith(entry.input_schema, entry.model_id);
}

export const fixtureNames = [
  'ideogram-v2',
  'flux-1-kontext-pro-edit',
  'flux-2-klein-9b',
  'nano-banana-2',
  'wan-3.0-image-to-video',
] as const;

const models = new Map(fixtureNames.map(fixtureModel).map((model) => [model.id, model]));

export function textRow(line: number, cells: Readonly<Record<string, string>>): Row {
  return row(
    line,
    Object.entries(cells).map(([name, text]) => [name, { kind: 'text', text }]),
  );
}

export function typedRow(line: number, cells: Readonly<Record<string, JsonValue>>): Row {
  return row(
    line,
    Object.entries(cells).map(([name, value]) => [name, { kind: 'typed', value }]),
  );
}

/** Columns stand ten characters apart, so that every place tells its column. */
function row(line: number, cells: readonly (readonly [string, Cell])[]): Row {
  const names = cells.map(([name]) => name);
  return {
    file: 'in.csv',
    line,
    cells: new Map(cells),
    placeOf: (name) => ({
      file: 'in.csv',
      line,
      column: names.includes(name) ? names.indexOf(name) * 10 + 1 : null,
    }),
  };
}

export interface Plan {
  readonly jobs: readonly PlannedJob[];
  readonly problems: readonly Problem[];
}

export interface Wish {
  readonly words?: readonly string[];
  readonly renames?: Readonly<Record<string, string>>;
  readonly model?: string;
  readonly name?: string;
  readonly alone?: boolean;
  readonly modelOf?: PlanRequest['modelOf'];
}

export function requestFor(wish: Wish = {}): PlanRequest {
  return {
    defaultModel: wish.model ?? defaultModelId,
    words: (wish.words ?? []).map(parseWord),
    renames: new Map(Object.entries(wish.renames ?? {})),
    nameTemplate: wish.name ?? defaultNameTemplate,
    wordsAlone: wish.alone ?? false,
    modelOf: wish.modelOf ?? (async (id) => models.get(id) ?? null),
  };
}

export async function planned(rows: readonly Row[], wish: Wish = {}): Promise<Plan> {
  const jobs: PlannedJob[] = [];
  const problems: Problem[] = [];
  for await (const each of planJobs(streamed(rows), requestFor(wish))) {
    if (each.type === 'job') jobs.push(each.job);
    else problems.push(each.problem);
  }
  return { jobs, problems };
}

export async function* streamed<T>(items: Iterable<T>): AsyncGenerator<T> {
  for (const item of items) yield item;
}
