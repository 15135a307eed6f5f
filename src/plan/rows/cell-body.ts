import type { Place, Problem } from '../../core/complaints.ts';
import type { JsonObject, JsonValue } from '../../core/json.ts';
import type { MediaFile } from '../../core/media.ts';
import { suggestion } from '../../core/nearby.ts';
import type { Cell } from '../../core/row.ts';
import { isDraw } from '../axes/drawn-seeds.ts';
import type { AxisGroup } from '../axes/model-axis.ts';
import { type CellRules, inOneForm } from '../conventions.ts';
import type { FileFinder } from '../media/media-files.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import type { InputField, ModelInputs } from '../models/schema.ts';
import { showName, showValue } from '../models/sentences.ts';
import { checkBody, type Given, type Layer, layerOf, mergeLayers, rawValue } from './body.ts';
import { coerceText } from './coercer.ts';
import { placeInRow, type RowParts } from './row-parts.ts';
import { type Filled, fillText, fillValue, isTemplate, type TextSource } from './templates.ts';

/** One cell of a row's grid, with a value for each axis: what would be sent. */
export interface CellBody {
  readonly input: JsonObject;
  /** The columns of the row and of the axes. */
  readonly textOf: (name: string) => string | null;
  readonly files: readonly MediaFile[];
  /** Those of the row's own templates are `ofRow`; the others are about an axis or a default. */
  readonly problems: readonly { readonly problem: Problem; readonly ofRow: boolean }[];
  /** What the schema finds is still to be asked for. */
  check(): readonly (Problem & { readonly input: string | null })[];
  readonly isSound: boolean;
  /** It has a seed that was drawn. */
  readonly isDrawn: boolean;
}

/** A group and which of its steps it stands at. */
export interface Chosen {
  readonly group: AxisGroup;
  readonly step: number;
}

/** What a body takes from outside of its row. */
export interface CellMeans {
  readonly finder: FileFinder;
  /** A random seed for a body that lacks it. */
  draw(field: InputField, body: JsonObject): number;
}

const empty: ReadonlyMap<string, Given> = new Map();

export function cellBody(
  parts: RowParts,
  model: PreparedModel,
  chosen: readonly Chosen[],
  { finder, draw }: CellMeans,
): CellBody {
  const { inputs, defaults, rules } = model;
  const isSent = parts.reading.row?.sent !== undefined;
  const { own, columns, texts } = parts;
  const values = new Map<string, JsonValue>();
  const broken = new Set<string>();
  const places = new Map<string, Place | null>();
  const lateAxes = new Map<string, Given>();
  const axisTexts = new Map<string, string>();
  const drawnAxes: string[] = [];
  for (const { group, step } of chosen) {
    for (const { name, role, source, values: all } of group.axes) {
      const value = all[step];
      places.set(name, source.place);
      if (value === undefined) broken.add(name);
      else if (isDraw(value)) {
        drawnAxes.push(name);
        values.set(name, value);
      } else {
        axisTexts.set(name.toLowerCase(), typeof value === 'string' ? value : JSON.stringify(value));
        if (role === 'input' && !rules.literal && isTemplate(value))
          lateAxes.set(name, { cell: asCell(value), place: source.place });
        else if (role === 'input') values.set(name, value);
      }
    }
  }
  // A seed is drawn for the whole body, so no text can hold it.
  function isRandom(lower: string): boolean {
    const own = drawnIn(parts.own);
    const open = drawnIn(defaults.fixed).filter((name) => !isGiven(name));
    return [...drawnAxes, ...own, ...open].some((name) => name.toLowerCase() === lower);
  }
  function textOf(name: string): string | null {
    const lower = name.toLowerCase();
    if (isRandom(lower)) return null;
    const axisText = axisTexts.get(lower) ?? null;
    // Of a job that is varied, what takes the place of its inputs holds, unless it is to draw on them itself.
    const isReplaced = isSent && axisText !== null && !isTemplate(axisText);
    const own = isReplaced ? null : (parts.columnTexts.get(lower) ?? texts.textOf(name));
    const text = own ?? axisText ?? defaults.texts.get(lower) ?? null;
    if (text !== null) return text;
    if (texts.isEmpty(name)) return '';
    return lower === 'model' ? inputs.model : null;
  }

  const problems: { problem: Problem; ofRow: boolean }[] = [];
  function filled(given: ReadonlyMap<string, Given>, ofRow: boolean): Layer | null {
    if (given.size === 0) return null;
    const full = new Map<string, Given>();
    const unfilled = new Set<string>();
    for (const [name, { cell, place }] of given) {
      const source = { textOf, isDeep: !isSent };
      const { value, missing, fault } = fillCell(inputs.fields?.get(name) ?? null, cell, source);
      if (fault !== undefined) {
        const message = `${showName(name)} ${showValue(rawValue(cell))} ${fault}`;
        problems.push({ problem: { severity: 'error', place, kind: 'template', message }, ofRow });
        unfilled.add(name);
      }
      for (const each of new Set(missing)) {
        const known = [...texts.names(), ...axisTexts.keys(), ...defaults.texts.keys()];
        const message = isRandom(each.toLowerCase())
          ? randomMessage(name, each)
          : missingMessage(name, each, known);
        problems.push({ problem: { severity: 'error', place, kind: 'unknown_template', message }, ofRow });
      }
      if (missing.length > 0 || fault !== undefined) unfilled.add(name);
      // As an empty cell: not given.
      else if (value.kind !== 'text' || value.text !== '') full.set(name, { cell: value, place });
    }
    const read = layerOf(inputs, full, finder, rules);
    for (const problem of read.problems) problems.push({ problem, ofRow });
    return { ...read, broken: new Set([...read.broken, ...unfilled]) };
  }
  const isGiven = (name: string): boolean =>
    parts.late.has(name) || own.values.has(name) || own.broken.has(name) || places.has(name);
  const openDefaults =
    defaults.late.size + parts.wildDefaults.size === 0
      ? empty
      : new Map([...[...defaults.late].filter(([name]) => !isGiven(name)), ...parts.wildDefaults]);
  const layers = [
    own,
    filled(parts.late, true),
    { values, broken, problems: [], files: [] },
    filled(lateAxes, false),
    defaults.fixed,
    filled(openDefaults, false),
  ].filter((layer) => layer !== null);

  const merged = mergeLayers(inputs, layers);
  const formed = isSent ? withSent(merged, own, inputs, rules) : inOneForm(merged, inputs, rules);
  const input = withDrawn(formed, inputs, draw);
  const excused = new Set(columns.inDoubt);
  for (const layer of layers) {
    const isDefault = layer === defaults.fixed;
    for (const name of layer.broken) if (!isDefault || !isGiven(name)) excused.add(name);
  }
  const placeOf = (name: string | null): Place | null => {
    if (name === null || own.values.has(name) || parts.late.has(name) || !Object.hasOwn(input, name))
      return columns.given.get(name ?? '')?.place ?? placeInRow(parts, name);
    return places.get(name) ?? defaults.places.get(name) ?? null;
  };
  return {
    input,
    textOf,
    files: layers.flatMap((layer) => layer.files),
    problems,
    check: () => checkBody(inputs, input, excused, placeOf),
    isSound: excused.size === 0,
    isDrawn: input !== formed,
  };
}

/** What an earlier job has sent stays to the letter, and only what takes its place is put in one form. */
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

function drawnIn({ values }: Pick<Layer, 'values'>): readonly string[] {
  return [...values].flatMap(([name, value]) => (isDraw(value) ? [name] : []));
}

function withDrawn(input: JsonObject, { fields }: ModelInputs, draw: CellMeans['draw']): JsonObject {
  if (!Object.values(input).some(isDraw)) return input;
  const open = Object.entries(input).filter(([, value]) => isDraw(value));
  const body = Object.fromEntries(Object.entries(input).filter(([, value]) => !isDraw(value)));
  const drawn = new Map<string, JsonValue>(
    open.map(([name]) => [name, draw(fields?.get(name) as InputField, { ...body, drawn: name })]),
  );
  // In the order of the schema, as every body.
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, drawn.get(name) ?? value]));
}

function asCell(value: JsonValue): Cell {
  return typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'typed', value };
}

/** A text that is filled in is read by the type of its input, wherever it came from. */
function fillCell(field: InputField | null, cell: Cell, source: TextSource): Filled<Cell> {
  const written = rawValue(cell);
  if (typeof written !== 'string') {
    const filled = fillValue(written, source);
    return { ...filled, value: { kind: 'typed', value: filled.value } };
  }
  // JSON is read first, so that a quote in a column cannot break it.
  const json = /^\s*[[{]/.test(written) && field !== null ? coerceText(field, written) : null;
  if (json?.ok && typeof json.value === 'object') {
    const filled = fillValue(json.value, source);
    return { ...filled, value: { kind: 'typed', value: filled.value } };
  }
  const filled = fillText(written, source);
  return { ...filled, value: { kind: 'text', text: filled.value } };
}

function missingMessage(name: string, column: string, known: readonly string[]): string {
  const near = suggestion(column, known);
  const plain = '; write \\{{ for two plain braces, or add --literal to take every text as it is';
  const hint = near === null ? plain : `; did you mean {{${showName(near)}}}?`;
  const shown = showName(`{{${column.slice(0, 60)}}}`);
  return `${showName(name)} holds ${shown}, but this row has no column ${showValue(column)}${hint}`;
}

function randomMessage(name: string, column: string): string {
  const shown = showName(`{{${column.slice(0, 60)}}}`);
  return `${showName(name)} holds ${shown}, which is drawn at random and known too late; write the ${showName(column)} as a number`;
}
