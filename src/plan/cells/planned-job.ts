import { hash } from 'node:crypto';
import type { JobId, PlannedJob } from '../../core/job/job.ts';
import { nameOf } from '../../core/job/named-inputs.ts';
import { canonicalJson, type JsonObject, type JsonValue } from '../../core/json.ts';
import type { Provider } from '../../core/provider.ts';
import type { ModelAxis } from '../axes/model-axis.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { inputValue } from '../rows/member-values.ts';
import type { RowGrid } from '../rows/row-grid.ts';
import { keptAxes } from '../rows/sent-layer.ts';
import type { GridCell } from './grid-cell.ts';
import { openPathOf, pathWith } from './naming.ts';

/** `openPath` is the job's path with `{job}` in place of its id. */
export interface OpenJob {
  readonly job: PlannedJob;
  readonly openPath: string;
}

/**
 * The name under which a generation is known forever: the first 16 hex digits of the SHA-256 over the canonical
 * JSON of `{input, model, rep}`, and of `provider` where it has a name in job ids. `input` is exactly the body that is
 * sent, `rep` counts from 1.
 */
export function jobId(model: string, input: JsonObject, rep: number, provider: string | null): JobId {
  // The canonical JSON of all of them, whose names are in order.
  const named = provider === null ? '' : `"provider":${canonicalJson(provider)},`;
  const text = `{"input":${canonicalJson(input)},"model":${canonicalJson(model)},${named}"rep":${rep}}`;
  return hash('sha256', text).slice(0, 16) as JobId;
}

/** What the names of jobs and of their files are made of besides the job. */
interface JobNaming {
  readonly nameTemplate: string;
  readonly comparesModels: boolean;
  /** In the ids of jobs; null: nothing. */
  readonly provider: string | null;
}

/** The job that generates one cell of a row's grid. */
export function plannedJob(
  grid: RowGrid,
  model: PreparedModel,
  cell: GridCell,
  rep: number,
  { nameTemplate, comparesModels, provider }: JobNaming,
): OpenJob {
  const { row, name } = grid.reading;
  const { inputs } = model;
  const sent = row?.sent ?? null;
  const axesOf = (): PlannedJob['axes'] =>
    Object.fromEntries([
      ...(comparesModels ? [['model', inputs.model] as const] : []),
      ...(row === null ? [] : keptAxes(row, inputs, cell.input)),
      ...axisValues(grid, model, cell),
    ]);
  const hasAxes = comparesModels || sent !== null || model.axes.axes.length + grid.wild.axes.length > 0;
  const named = {
    id: jobId(inputs.model, cell.input, rep, provider),
    name,
    input: cell.input,
    axes: hasAxes ? axesOf() : noAxes,
  };
  const openPath = openPathOf(nameTemplate, named, inputs);
  const job = {
    ...named,
    ...inputNames(grid, model, cell.input),
    model: inputs.model,
    rep,
    pathTemplate: pathWith(named.id, openPath),
    rows: sent?.rows ?? (row === null ? [] : [`${row.file}:${row.line}`]),
    tags: tagsOf(grid, cell),
    parent: sent === null || sent.job === named.id ? (sent?.again?.parent ?? null) : sent.job,
  };
  return { job, openPath };
}

const noAxes: PlannedJob['axes'] = {};

function tagsOf(grid: RowGrid, cell: GridCell): PlannedJob['tags'] {
  const { reading, columns, drawnDefaults, drawnAxes } = grid;
  const sent = reading.row?.sent;
  if (sent === undefined && grid.draws.size === 0 && drawnAxes.size === 0) return columns.tags;
  return {
    ...sent?.tags,
    ...drawnDefaults,
    ...Object.fromEntries(drawnTags(grid, cell)),
    ...columns.tags,
  };
}

/** Where the cell stands on the axes that have several values. */
function axisValues(grid: RowGrid, { axes, inputs }: PreparedModel, cell: GridCell): [string, JsonValue][] {
  const drawn = new Set([...grid.drawnAxes].map(({ name }) => name));
  const sentNames = grid.reading.row?.sent?.names ?? {};
  const valueAt = ({ role, name }: ModelAxis): JsonValue | undefined => {
    if (role === 'input') return inputValue(cell.input, name, inputs);
    return drawn.has(name) ? (cell.textOf(name) ?? undefined) : undefined;
  };
  return [...axes.axes, ...grid.wild.axes].flatMap((axis): [string, JsonValue][] => {
    const value = axis.values.length > 1 ? valueAt(axis) : undefined;
    return value === undefined
      ? []
      : [[Object.hasOwn(sentNames, axis.name) ? nameOf(axis.name, sentNames) : axis.label, value]];
  });
}

/** By input of the body: what people call it, where that is not its key. */
function inputNames(
  { reading, columns }: RowGrid,
  { inputs, names }: PreparedModel,
  input: JsonObject,
): Pick<PlannedJob, 'names'> {
  const sent = reading.row?.sent?.names;
  if (inputs.addresses === null && sent === undefined) return {};
  const all = { ...names, ...columns.names, ...sent };
  const called = Object.entries(all).filter(([key]) => Object.hasOwn(input, key));
  return called.length === 0 ? {} : { names: Object.fromEntries(called) };
}

/** Axes that are not inputs and that the row's templates draw on, where the row has no text of its own there. */
function drawnTags({ reading, drawnAxes }: RowGrid, cell: GridCell): [string, string][] {
  return [...drawnAxes].flatMap(({ name }): [string, string][] => {
    const text = reading.texts.textOf(name) === null ? cell.textOf(name) : null;
    return text === null ? [] : [[name, text]];
  });
}

/**
 * The same job as another repetition: with its own id, and the path that it would have been given as such. Without
 * its `openPath`, the first digits of the id stand for the id wherever the path holds them.
 */
export function withRep(
  job: PlannedJob,
  rep: number,
  { nameInJobIds }: Pick<Provider, 'nameInJobIds'>,
  openPath: string = job.pathTemplate.replaceAll(job.id.slice(0, 8), '{job}'),
): PlannedJob {
  const id = jobId(job.model, job.input, rep, nameInJobIds);
  return { ...job, id, rep, pathTemplate: pathWith(id, openPath) };
}
