import type { Place, Problem } from '../../core/complaints.ts';
import type { Cell } from '../../core/row.ts';
import type { DefaultValue } from '../../core/sweep.ts';
import { planError } from '../axes/arrangement.ts';
import { isFreeText } from '../axes/axis-elements.ts';
import { isDraw } from '../axes/drawn-seeds.ts';
import { isTemplate } from '../cells/templates.ts';
import type { CellRules } from '../conventions.ts';
import type { FileFinder } from '../media/media-files.ts';
import { checkBody, type Given, type Layer, layerOf, mergeLayers, rawValue } from '../rows/body.ts';
import type { InputUse } from '../rows/column-reading.ts';
import { readName } from '../rows/columns.ts';
import { tagText } from '../rows/row-reading.ts';
import type { ModelInputs } from './schema.ts';
import { showName, showValue } from './sentences.ts';

/** What holds for one model where neither row nor axis says anything. */
export interface ModelDefaults {
  /** Those that are the same for every row. */
  readonly fixed: Layer;
  /** Those that are templates, by input. */
  readonly late: ReadonlyMap<string, Given>;
  /** Those that may hold wildcards, by input: in no text of `fixed` or `late`. */
  readonly wild: ReadonlyMap<string, Given>;
  /** Those that are not input of this model: templates may draw on them. */
  readonly columns: readonly DefaultValue[];
  /** As written, by name in lower case. */
  readonly texts: ReadonlyMap<string, string>;
  /** By input: what its default calls it, where that is not its key. */
  readonly names: ReadonlyMap<string, InputUse>;
  /** Where each input of the model has its default. */
  readonly places: ReadonlyMap<string, Place | null>;
  readonly problems: readonly Problem[];
}

/** Reads and checks the defaults once, so that what is wrong with one is not said again for every row. */
export function modelDefaults(
  inputs: ModelInputs,
  defaults: readonly DefaultValue[],
  finder: FileFinder,
  rules: CellRules,
): ModelDefaults {
  const given = new Map<string, Given>();
  const late = new Map<string, Given>();
  const wild = new Map<string, Given>();
  const columns: DefaultValue[] = [];
  const layerFor = ({ cell }: DefaultValue, input: string): Map<string, Given> => {
    if (mayBeWild(inputs, input, cell, rules)) return wild;
    return !rules.literal && isTemplate(rawValue(cell)) ? late : given;
  };
  const names = new Map<string, InputUse>();
  const refused: Problem[] = [];
  const refuse = (kind: string, { name, place }: DefaultValue, message: string): void =>
    void refused.push(planError(kind, place, `the default of ${showName(name)}: ${message}`, { key: name }));
  for (const each of defaults) {
    const named = readName(each.name, inputs);
    if (named === null) columns.push(each);
    else if (named.type === 'unknown') refuse('unknown_input', each, lacking(each.name, named.near, inputs));
    else if (named.type === 'refused') refuse('input_name', each, named.message);
    else if (names.has(named.name)) refuse('twice', each, `${showName(named.name)} has another default`);
    else {
      names.set(named.name, named);
      layerFor(each, named.name).set(named.name, { cell: each.cell, placeOf: () => each.place });
    }
  }
  const read = layerOf(inputs, given, finder, rules);
  const body = mergeLayers(inputs, [read]);
  const fits = Object.entries(body).every(([name, value]) => inputs.fits(name, value));
  const found = fits
    ? []
    : checkBody(inputs, body, new Set(), (name) => given.get(name ?? '')?.placeOf() ?? null);
  const faults = found.filter(
    ({ input }) => input !== null && read.values.has(input) && !isDraw(read.values.get(input)),
  );
  const broken = new Set([...read.broken, ...faults.map(({ input }) => input as string)]);
  const problems = [...refused, ...read.problems, ...faults.map(({ input: _, ...problem }) => problem)];
  return {
    fixed: {
      values: new Map([...read.values].filter(([input]) => !broken.has(input))),
      broken,
      problems: [],
      files: read.files,
    },
    late,
    wild,
    columns,
    names,
    texts: textsOf(defaults, inputs),
    places: new Map([...given, ...late, ...wild].map(([name, { placeOf }]) => [name, placeOf()])),
    problems: problems.map((problem) => ({ ...problem, ends: true })),
  };
}

/** By what each default is called, and by the input that it is for. */
function textsOf(defaults: readonly DefaultValue[], inputs: ModelInputs): ReadonlyMap<string, string> {
  const texts = new Map(defaults.map(({ name, cell }) => [name.toLowerCase(), tagText(cell)]));
  if (inputs.addresses === null) return texts;
  for (const { name, cell } of defaults) {
    const named = readName(name, inputs);
    if (named?.type === 'input') texts.set(named.name.toLowerCase(), tagText(cell));
  }
  return texts;
}

function lacking(name: string, near: string | null, { model }: ModelInputs): string {
  const meant = near === null ? '' : `; did you mean ${showValue(near)}?`;
  return `${model} has no input ${showValue(name)}${meant}`;
}

function mayBeWild(inputs: ModelInputs, input: string, cell: Cell, { wildcards }: CellRules): boolean {
  const text = rawValue(cell);
  if (wildcards === null || typeof text !== 'string' || !/[{\\]|__/.test(text)) return false;
  return isFreeText(inputs.fields?.get(input) ?? null);
}
