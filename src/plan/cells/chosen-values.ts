import type { Place } from '../../core/complaints.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Cell } from '../../core/row.ts';
import { isDraw } from '../axes/drawn-seeds.ts';
import type { Given, Layer } from '../rows/body.ts';
import type { Chosen } from './grid-steps.ts';
import { isTemplate } from './templates.ts';

/** What the axes of a grid say in one of its cells. */
export interface ChosenValues {
  /** Values for inputs that are ready to be sent; `broken` are axes without a usable value. */
  readonly ready: Layer;
  /** Templates for inputs, which the cell fills in. */
  readonly late: ReadonlyMap<string, Given>;
  /** The value of each axis as a text, by its name in lower case. */
  readonly texts: ReadonlyMap<string, string>;
  /** Axes whose seed is still to be drawn. */
  readonly drawn: readonly string[];
  /** Where each axis is written. */
  readonly places: ReadonlyMap<string, Place | null>;
}

const nothingChosen: ChosenValues = {
  ready: { values: new Map(), broken: new Set(), problems: [], files: [] },
  late: new Map(),
  texts: new Map(),
  drawn: [],
  places: new Map(),
};

export function chosenValues(
  chosen: readonly Chosen[],
  { literal }: { readonly literal: boolean },
): ChosenValues {
  if (chosen.length === 0) return nothingChosen;
  const values = new Map<string, JsonValue>();
  const broken = new Set<string>();
  const late = new Map<string, Given>();
  const texts = new Map<string, string>();
  const drawn: string[] = [];
  const places = new Map<string, Place | null>();
  for (const { group, step } of chosen) {
    for (const { name, label, role, source, values: all } of group.axes) {
      const value = all[step];
      places.set(name, source.place);
      if (value === undefined) {
        broken.add(name);
        continue;
      }
      if (isDraw(value)) {
        drawn.push(name);
        values.set(name, value);
        continue;
      }
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      texts.set(name.toLowerCase(), text);
      if (label !== name) texts.set(label.toLowerCase(), text);
      if (role !== 'input') continue;
      if (!literal && isTemplate(value)) late.set(name, { cell: asCell(value), placeOf: () => source.place });
      else values.set(name, value);
    }
  }
  return { ready: { values, broken, problems: [], files: [] }, late, texts, drawn, places };
}

function asCell(value: JsonValue): Cell {
  return typeof value === 'string' ? { kind: 'text', text: value } : { kind: 'typed', value };
}
