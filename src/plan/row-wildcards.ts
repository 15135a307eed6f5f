import type { Problem } from '../core/complaints.ts';
import { isFreeText } from './axis-elements.ts';
import { type Given, rawValue } from './body.ts';
import { baseOf } from './media-files.ts';
import type { ModelAxis } from './model-axes.ts';
import type { ShelvedModel } from './modelshelf.ts';
import type { RowReading } from './rowreading.ts';
import { showName, showValue } from './sentences.ts';
import { expandable, type WildcardAxis } from './wildcards.ts';

type GivenInputs = readonly (readonly [string, Given])[];

/** The wildcards in the texts of one row. */
export interface RowWildcards {
  /** What the row gives, with placeholders in the place of wildcards; the same list where there are none. */
  readonly given: GivenInputs;
  readonly axes: readonly ModelAxis[];
  readonly problems: readonly Problem[];
}

/** Each wildcard of a row's free texts as an axis of this row alone, which its text draws on. */
export function rowWildcards(
  reading: RowReading,
  given: [string, Given][],
  { inputs, rules }: ShelvedModel,
): RowWildcards & { readonly given: [string, Given][] } {
  const { wildcards } = rules;
  if (wildcards === null || reading.row === null || reading.row.sent !== undefined) {
    return { given, axes: [], problems: [] };
  }
  const taken = new Set(reading.columns.map(({ target }) => target.toLowerCase()));
  const axes: ModelAxis[] = [];
  const problems: Problem[] = [];
  const changed = given.map(([name, each]): [string, Given] => {
    const text = rawValue(each.cell);
    if (typeof text !== 'string' || !isFreeText(inputs.fields?.get(name) ?? null)) return [name, each];
    const found = expandable(text, wildcards(baseOf(each.place)), (one) => taken.has(one.toLowerCase()));
    if (found === null) return [name, each];
    if ('fault' in found) {
      const message = `${showName(name)} holds ${showValue(found.written)}, which ${found.fault}`;
      problems.push({ severity: 'error', place: each.place, kind: 'wildcard', message });
      return [name, each];
    }
    for (const axis of found.axes) {
      taken.add(axis.name.toLowerCase());
      axes.push(asAxis(axis, each));
    }
    return [name, { ...each, cell: { kind: 'text', text: found.text } }];
  });
  const isSame = changed.every(([, each], index) => each === given[index]?.[1]);
  return { given: isSame ? given : changed, axes, problems };
}

function asAxis({ name, values }: WildcardAxis, { place }: Given): ModelAxis {
  return {
    source: { name, given: { kind: 'list', values }, source: name, place },
    name,
    role: 'column',
    isSeed: false,
    isDerived: false,
    field: null,
    values,
    draws: [],
    files: [],
  };
}
