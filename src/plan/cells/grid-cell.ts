import type { Place, Problem } from '../../core/complaints.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { MediaFile } from '../../core/media.ts';
import { withDrawn } from '../axes/drawn-seeds.ts';
import type { CellValues } from '../axes/exclusions.ts';
import { type CellRules, inOneForm } from '../conventions.ts';
import type { FileFinder } from '../media/media-files.ts';
import type { InputField } from '../models/input-field.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import type { ModelInputs } from '../models/schema.ts';
import { checkBody, type Given, type Layer, mergeLayers } from '../rows/body.ts';
import type { RowGrid } from '../rows/row-grid.ts';
import { placeInRow } from '../rows/row-reading.ts';
import { type CellTexts, cellTexts } from './cell-texts.ts';
import { chosenValues } from './chosen-values.ts';
import { filledTemplates } from './filled-templates.ts';
import type { Chosen } from './grid-steps.ts';

/** What one cell of a row's grid says, with a value for each axis: the body that would be sent. */
export interface GridCell extends CellValues {
  readonly files: readonly MediaFile[];
  /** Problems with the row's own templates are `ofRow`; the others are about an axis or a default. */
  readonly problems: readonly { readonly problem: Problem; readonly ofRow: boolean }[];
  /** Checks the body against the schema, which a cell that is left out does not need. */
  check(): readonly (Problem & { readonly input: string | null })[];
  /** Whether every source of the body could be read. */
  readonly isSound: boolean;
  /** It has a seed that was drawn. */
  readonly isDrawn: boolean;
}

/** What a body takes from outside of its row. */
interface CellMeans {
  readonly finder: FileFinder;
  /** A random seed for a body that lacks it. */
  draw(field: InputField, body: JsonObject): number;
}

export function gridCell(
  grid: RowGrid,
  model: PreparedModel,
  chosen: readonly Chosen[],
  { finder, draw }: CellMeans,
): GridCell {
  const { inputs, defaults, rules } = model;
  const { own } = grid;
  const isSent = grid.reading.row?.sent !== undefined;
  const axes = chosenValues(chosen, rules);
  const isGiven = (name: string): boolean => grid.isOwn(name) || axes.places.has(name);
  let found: CellTexts | null = null;
  const textsOf = (): CellTexts => {
    found ??= cellTexts(grid, model, axes, isGiven);
    return found;
  };

  let problems: GridCell['problems'][number][] | null = null;
  function filled(templates: ReadonlyMap<string, Given>, ofRow: boolean): readonly Layer[] {
    if (templates.size === 0) return noLayers;
    const layer = filledTemplates(templates, textsOf(), model, { finder, isDeep: !isSent });
    problems ??= [];
    for (const problem of layer.problems) problems.push({ problem, ofRow });
    return [layer];
  }
  function openDefaults(): ReadonlyMap<string, Given> {
    if (defaults.late.size === 0) return grid.wildDefaults;
    return new Map([...[...defaults.late].filter(([name]) => !isGiven(name)), ...grid.wildDefaults]);
  }
  const layers = [
    own,
    ...filled(grid.late, true),
    axes.ready,
    ...filled(axes.late, false),
    defaults.fixed,
    ...filled(openDefaults(), false),
  ];

  const merged = mergeLayers(inputs, layers);
  const formed = isSent ? withSent(merged, own, inputs, rules) : inOneForm(merged, inputs, rules);
  const input = withDrawn(formed, inputs, draw);
  const excused = excusedIn(layers, grid, (name, layer) => layer !== defaults.fixed || !isGiven(name));
  const placeOf = (name: string | null): Place | null => {
    if (name === null || own.values.has(name) || grid.late.has(name) || !Object.hasOwn(input, name))
      return grid.columns.given.get(name ?? '')?.placeOf() ?? placeInRow(grid.reading, name);
    return axes.places.get(name) ?? defaults.places.get(name) ?? null;
  };
  return {
    input,
    textOf: (name) => textsOf().textOf(name),
    files: layers.some(({ files }) => files.length > 0) ? layers.flatMap(({ files }) => files) : noFiles,
    problems: problems ?? noProblems,
    check: () => checkBody(inputs, input, excused, placeOf),
    isSound: excused.size === 0,
    isDrawn: input !== formed,
  };
}

const noLayers: readonly Layer[] = [];
const noFiles: readonly MediaFile[] = [];
const noProblems: GridCell['problems'] = [];

/** The inputs that something is wrong with already. */
function excusedIn(
  layers: readonly Layer[],
  { columns: { inDoubt } }: RowGrid,
  counts: (name: string, layer: Layer) => boolean,
): ReadonlySet<string> {
  if (layers.every(({ broken }) => broken.size === 0)) return inDoubt;
  const excused = new Set(inDoubt);
  for (const layer of layers) for (const name of layer.broken) if (counts(name, layer)) excused.add(name);
  return excused;
}

/** What an earlier job sent stays to the letter; only what replaces it is put into one form. */
function withSent(merged: JsonObject, { values }: Layer, inputs: ModelInputs, rules: CellRules): JsonObject {
  const formed = inOneForm(merged, inputs, rules);
  if (formed === merged) return merged;
  return Object.fromEntries(
    Object.entries(formed).map(([name, value]) => [
      name,
      values.has(name) ? (merged[name] as JsonValue) : value,
    ]),
  );
}
