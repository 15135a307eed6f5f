import type { JsonValue } from '../../core/json.ts';
import type { ModelAxis } from '../axes/model-axis.ts';
import { templateNames } from '../cells/templates.ts';
import type { ModelDefaults } from '../models/model-defaults.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { type Given, rawValue } from './body.ts';
import { keyOf } from './columns.ts';
import type { RowInputs } from './row-inputs.ts';
import type { ColumnTexts, RowReading } from './row-reading.ts';

/** Which columns the templates of a row draw on, and what the templates find there. */
export interface RowDraws {
  /** The columns that its templates draw on, those of axes and defaults too: in lower case. */
  readonly draws: ReadonlySet<string>;
  /** The texts of those columns that hold wildcards, with placeholders in the place of the wildcards. */
  readonly columnTexts: ReadonlyMap<string, string>;
  /** Axes that are not inputs, and that its templates draw on. */
  readonly drawnAxes: ReadonlySet<ModelAxis>;
  /** Defaults that are not inputs, and that its templates draw on: by name, as tags. */
  readonly drawnDefaults: Readonly<Record<string, string>>;
}

const undrawn: ReadonlySet<string> = new Set();
const noDraws: RowDraws = { draws: undrawn, columnTexts: new Map(), drawnAxes: new Set(), drawnDefaults: {} };

export function rowDraws(
  { row, texts }: RowReading,
  given: ReadonlyMap<string, Given>,
  inputs: RowInputs,
  model: PreparedModel,
): RowDraws {
  const { wild } = inputs;
  const { defaults, unsent } = model;
  const { axes } = model.axes;
  const first = firstNames(inputs, model);
  if (first.length === 0 && wild.axes.length === 0) return noDraws;
  const textsOf = (): TextsOf => withKeys(textSource(texts, [...axes, ...wild.axes], defaults), given, model);
  const draws =
    first.length === 0 ? undrawn : drawnColumns(first, row?.sent === undefined ? textsOf() : null);
  for (const name of draws) unsent.use(name);
  const columnTexts = wild.ofColumns(draws);
  const drawn = axes.filter(({ role, name }) => role === 'column' && draws.has(name.toLowerCase()));
  const drawnDefaults = defaults.columns.flatMap(({ name }) => {
    const text = defaults.texts.get(name.toLowerCase());
    const isDrawn = draws.has(name.toLowerCase()) && texts.textOf(name) === null;
    return isDrawn && text !== undefined ? [[name, text] as const] : [];
  });
  return {
    draws,
    columnTexts,
    drawnAxes: new Set([...drawn, ...wild.axes]),
    drawnDefaults: Object.fromEntries(drawnDefaults),
  };
}

/** The columns that the templates of a row, of its open defaults and of its axes name themselves. */
function firstNames({ late, wildDefaults, isOwn, isOpen }: RowInputs, model: PreparedModel): string[] {
  const names: string[] = [];
  const add = ({ cell }: Given): void => {
    names.push(...templateNames(rawValue(cell)));
  };
  for (const given of late.values()) add(given);
  for (const given of wildDefaults.values()) add(given);
  for (const [name, given] of model.defaults.late) if (isOpen(name)) add(given);
  for (const { role, name, draws } of model.axes.axes) {
    if (role === 'input' && !isOwn(name)) names.push(...draws);
  }
  return names;
}

type TextsOf = (name: string) => Iterable<JsonValue>;

/**
 * The columns that templates draw on, and those that these columns draw on in turn: in lower case, each once.
 * `textsOf` gives what a column may hold; null: placeholders in it are not filled in.
 */
function drawnColumns(first: readonly string[], textsOf: TextsOf | null): ReadonlySet<string> {
  const names = new Set<string>();
  for (const name of first) names.add(name.toLowerCase());
  if (textsOf === null) return names;
  // Iterating over a set reaches what is added on the way.
  for (const name of names) {
    for (const text of textsOf(name)) {
      for (const inner of templateNames(text)) names.add(inner.toLowerCase());
    }
  }
  return names;
}

/** What a column may hold, as a template finds it: in the row, on an axis, or among the defaults. */
function textSource(texts: ColumnTexts, axes: readonly ModelAxis[], defaults: ModelDefaults): TextsOf {
  return (name) => {
    const text = texts.textOf(name);
    if (text !== null) return [text];
    const ofAxes = axes.filter((axis) => axis.name.toLowerCase() === name).flatMap(({ values }) => values);
    return [...ofAxes, defaults.texts.get(name) ?? null];
  };
}

/** The same, also for the inputs that a name stands for. */
function withKeys(textsOf: TextsOf, given: ReadonlyMap<string, Given>, { inputs }: PreparedModel): TextsOf {
  if (inputs.addresses === null) return textsOf;
  return (name) => {
    const key = keyOf(name, inputs);
    const cell = given.get(key)?.cell;
    return [...textsOf(name), ...(cell === undefined ? [] : [rawValue(cell)]), ...textsOf(key.toLowerCase())];
  };
}
