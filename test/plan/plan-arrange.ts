import { readFileSync } from 'node:fs';
import type { Place, Problem } from '../../src/core/complaints.ts';
import type { PlannedJob } from '../../src/core/job/job.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../src/core/json.ts';
import type { MediaFile } from '../../src/core/media.ts';
import type { Model } from '../../src/core/models.ts';
import { defaultNameTemplate } from '../../src/core/name-template.ts';
import type { Cell, Row } from '../../src/core/row.ts';
import type { AxisSource } from '../../src/core/sweep.ts';
import type { PlanRequest } from '../../src/plan/plan-request.ts';
import { type Planned, planJobs } from '../../src/plan/planner.ts';
import { parseExclusion, parseWord } from '../../src/plan/rows/words.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { runcomfy } from '../../src/providers/runcomfy/runcomfy.ts';
import { standardise } from '../../src/providers/wire/dialect.ts';
import { noFiles } from './axis-arrange.ts';

/** A model with this input schema, in RunComfy's dialect, and nothing else known. */
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
    inputSchema: inputSchema && standardise(inputSchema),
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

/** Everything else that a plan yields. */
export interface WholePlan extends Plan {
  /** One for each job. */
  readonly ranks: readonly number[];
  readonly files: readonly MediaFile[];
  readonly axes: readonly Extract<Planned, { type: 'axes' }>[];
}

export interface Wish {
  readonly words?: readonly string[];
  /** Axes of a sweep. */
  readonly axes?: Readonly<Record<string, string | readonly JsonValue[]>>;
  readonly defaults?: Readonly<Record<string, JsonValue>>;
  readonly seeds?: number;
  readonly scattersSeeds?: boolean;
  readonly wildcards?: boolean;
  readonly literal?: boolean;
  readonly conventions?: PlanRequest['conventions'];
  readonly repeat?: number;
  readonly link?: readonly string[];
  readonly exclude?: readonly string[];
  readonly order?: PlanRequest['order'];
  readonly files?: PlanRequest['files'];
  readonly maxJobs?: number;
  readonly limit?: number;
  /** `--model`. */
  readonly forced?: boolean;
  readonly renames?: Readonly<Record<string, string>>;
  /** A sweep has them. */
  readonly declared?: boolean;
  readonly model?: string;
  readonly provider?: PlanRequest['provider'];
  readonly name?: string;
  readonly alone?: boolean;
  readonly modelOf?: PlanRequest['modelOf'];
}

export function requestFor(wish: Wish = {}): PlanRequest {
  return {
    provider: wish.provider ?? runcomfy,
    defaultModel: wish.model ?? ideogramV2.id,
    modelIsForced: wish.forced ?? false,
    axes: [...(wish.words ?? []).map(parseWord), ...Object.entries(wish.axes ?? {}).map(axisOfSweep)],
    defaults: Object.entries(wish.defaults ?? {}).map(([name, value], index) => ({
      name,
      cell: { kind: 'typed', value },
      place: inSweep(20 + index),
    })),
    seeds: wish.seeds ?? null,
    scattersSeeds: wish.scattersSeeds ?? false,
    wildcards: wish.wildcards ?? false,
    literal: wish.literal ?? false,
    conventions: wish.conventions ?? { edition: 2, salt: 'a folder', isKept: true },
    repeat: wish.repeat ?? 1,
    link: (wish.link ?? []).map((names) => names.split(',')),
    exclude: (wish.exclude ?? []).map(parseExclusion),
    order: wish.order ?? 'breadth',
    files: wish.files ?? noFiles,
    maxJobs: wish.maxJobs ?? 1_000_000,
    limit: wish.limit ?? null,
    renames: new Map(Object.entries(wish.renames ?? {})),
    ...(wish.declared === true
      ? { declared: new Map(Object.keys(wish.renames ?? {}).map((name) => [name, 'sweep'])) }
      : {}),
    nameTemplate: wish.name ?? defaultNameTemplate,
    wordsAlone: wish.alone ?? false,
    modelOf: wish.modelOf ?? (async (id) => models.get(id) ?? null),
  };
}

function axisOfSweep([name, given]: [string, string | readonly JsonValue[]], index: number): AxisSource {
  const source = `${name}: ${typeof given === 'string' ? given : JSON.stringify(given)}`;
  const values: AxisSource['given'] =
    typeof given === 'string' ? { kind: 'text', text: given } : { kind: 'list', values: given };
  return { name, given: values, source, place: inSweep(10 + index) };
}

export function inSweep(line: number): Place {
  return { file: 'grids/sweep.yaml', line, column: 3 };
}

export async function planned(rows: readonly Row[], wish: Wish = {}): Promise<Plan> {
  const { jobs, problems } = await whollyPlanned(rows, wish);
  return { jobs, problems };
}

export async function whollyPlanned(rows: readonly Row[], wish: Wish = {}): Promise<WholePlan> {
  const jobs: PlannedJob[] = [];
  const ranks: number[] = [];
  const problems: Problem[] = [];
  const files: MediaFile[] = [];
  const axes: Extract<Planned, { type: 'axes' }>[] = [];
  for (const each of await allPlanned(rows, requestFor(wish))) {
    switch (each.type) {
      case 'job':
        jobs.push(each.job);
        ranks.push(each.rank);
        break;
      case 'files':
        files.push(...each.files);
        break;
      case 'problem':
        problems.push(each.problem);
        break;
      case 'axes':
        axes.push(each);
        break;
    }
  }
  return { jobs, ranks, problems, files, axes };
}

/** Everything that a plan of these rows gives, in order. */
export async function allPlanned(rows: readonly Row[], request: PlanRequest): Promise<readonly Planned[]> {
  const taken: Planned[] = [];
  await planJobs(grouped(rows), request, (planned) => taken.push(planned));
  return taken;
}

/** Rows in groups of one, two and three, as they come from files in groups of any size. */
async function* grouped(rows: readonly Row[]): AsyncGenerator<readonly Row[]> {
  for (let from = 0, size = 1; from < rows.length; from += size, size = (size % 3) + 1) {
    yield rows.slice(from, from + size);
  }
}
