import type { Place, Problem } from '../../core/complaints.ts';
import type { Cell } from '../../core/row.ts';
import type { DefaultValue } from '../../core/sweep.ts';
import { isFreeText } from '../axes/axis-elements.ts';
import { isDraw } from '../axes/drawn-seeds.ts';
import { isTemplate } from '../cells/templates.ts';
import type { CellRules } from '../conventions.ts';
import type { FileFinder } from '../media/media-files.ts';
import { checkBody, type Given, type Layer, layerOf, mergeLayers, rawValue } from '../rows/body.ts';
import { inputNamed } from '../rows/columns.ts';
import { tagText } from '../rows/row-reading.ts';
import type { ModelInputs } from './schema.ts';

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
  for (const each of defaults) {
    const input = inputNamed(inputs, each.name);
    if (input === null) columns.push(each);
    else layerFor(each, input).set(input, { cell: each.cell, placeOf: () => each.place });
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
  const problems = [...read.problems, ...faults.map(({ input: _, ...problem }) => problem)];
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
    texts: new Map(defaults.map(({ name, cell }) => [name.toLowerCase(), tagText(cell)])),
    places: new Map([...given, ...late, ...wild].map(([name, { placeOf }]) => [name, placeOf()])),
    problems: problems.map((problem) => ({ ...problem, ends: true })),
  };
}

function mayBeWild(inputs: ModelInputs, input: string, cell: Cell, { wildcards }: CellRules): boolean {
  const text = rawValue(cell);
  if (wildcards === null || typeof text !== 'string' || !/[{\\]|__/.test(text)) return false;
  return isFreeText(inputs.fields?.get(input) ?? null);
}
