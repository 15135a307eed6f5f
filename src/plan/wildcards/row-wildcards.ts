import type { Problem } from '../../core/complaints.ts';
import { isFreeText } from '../axes/axis-elements.ts';
import type { ModelAxis } from '../axes/model-axis.ts';
import { baseOf } from '../media/media-files.ts';
import type { PreparedModel } from '../models/model-lookup.ts';
import { showName, showValue } from '../models/sentences.ts';
import { type Given, rawValue } from '../rows/body.ts';
import { reservedMeaning } from '../rows/columns.ts';
import type { RowReading } from '../rows/row-reading.ts';
import { asAxis } from './axis-wildcards.ts';
import { expandable } from './wildcards.ts';

/** The wildcards in the texts of one row. */
export interface RowWildcards {
  /** What the row gives, with placeholders in the place of wildcards; the same map where there are none. */
  readonly given: ReadonlyMap<string, Given>;
  /** Each wildcard as an axis of this row alone, which its text draws on. Defaults and columns add to it. */
  readonly axes: readonly ModelAxis[];
  readonly problems: readonly { readonly problem: Problem; readonly ofRow: boolean }[];
  /** Texts with an option that has a weight, which is ignored. */
  readonly weighted: readonly { readonly name: string; readonly place: Problem['place'] }[];
  /** The same of the defaults that may hold wildcards, where the row leaves them open. */
  ofDefaults(isOpen: (name: string) => boolean): ReadonlyMap<string, Given>;
  /**
   * The columns among these (in lower case) that hold wildcards, with placeholders in their place: what a template
   * draws on is part of its text.
   */
  ofColumns(names: Iterable<string>): ReadonlyMap<string, string>;
}

const noDefaults: ReadonlyMap<string, Given> = new Map();
const noTexts: ReadonlyMap<string, string> = new Map();
const nothing = [[], [], [], () => noDefaults, () => noTexts] as const;

export function rowWildcards(
  reading: RowReading,
  given: ReadonlyMap<string, Given>,
  { inputs, axes: { axes: ofPlan }, defaults, rules }: PreparedModel,
): RowWildcards {
  const { wildcards } = rules;
  if (wildcards === null || reading.row?.sent !== undefined) {
    const [axes, problems, weighted, ofDefaults, ofColumns] = nothing;
    return { given, axes, problems, weighted, ofDefaults, ofColumns };
  }
  const linesFor = wildcards;
  const taken = takenNames(reading, [
    ...(inputs.fields?.keys() ?? []),
    ...ofPlan.map(({ name }) => name),
    ...defaults.texts.keys(),
  ]);
  const axes: ModelAxis[] = [];
  const problems: RowWildcards['problems'][number][] = [];
  const weighted: RowWildcards['weighted'][number][] = [];
  const placed = new Map<unknown, string>();

  function expanded(name: string, each: Given, ofRow: boolean): Given {
    const text = rawValue(each.cell);
    if (typeof text !== 'string') return each;
    const isTaken = (one: string): boolean =>
      taken.has(one.toLowerCase()) || reservedMeaning(one) !== null || one.toLowerCase() === 'rep';
    const found = expandable(text, linesFor(baseOf(each.placeOf())), { isTaken, ofFiles: 'bare' });
    if (found === null) return each;
    if ('fault' in found) {
      const message = `${showName(name)} holds ${showValue(found.written)}, which ${found.fault}`;
      problems.push({
        problem: { severity: 'error', place: each.placeOf(), kind: 'wildcard', message },
        ofRow,
      });
      return each;
    }
    if (found.isWeighted) weighted.push({ name, place: each.placeOf() });
    for (const axis of found.axes) {
      taken.add(axis.name.toLowerCase());
      axes.push(asAxis(axis, { place: each.placeOf() }));
    }
    placed.set(each.cell, found.text);
    return { ...each, cell: { kind: 'text', text: found.text } };
  }

  const isFree = (name: string): boolean => isFreeText(inputs.fields?.get(name) ?? null);
  const changed = new Map(
    [...given].map(([name, each]) => [name, isFree(name) ? expanded(name, each, true) : each]),
  );
  return {
    given: [...changed].every(([name, each]) => each === given.get(name)) ? given : changed,
    axes,
    problems,
    weighted,
    ofDefaults: (isOpen) =>
      new Map(
        [...defaults.wild]
          .filter(([name]) => isOpen(name))
          .map(([name, each]) => [name, expanded(name, each, false)]),
      ),
    ofColumns(names) {
      const changedTexts = new Map<string, string>();
      for (const name of names) {
        const column = reading.values.find(
          (each) => each.column.toLowerCase() === name || each.target.toLowerCase() === name,
        );
        if (column === undefined || reading.texts.textOf(name) === null) continue;
        const { cell } = column;
        const placeOf = () => reading.row?.placeOf(column.root ?? column.column) ?? null;
        if (!placed.has(cell)) expanded(column.column, { cell, placeOf }, true);
        const text = placed.get(cell);
        if (text !== undefined) changedTexts.set(name, text);
      }
      return changedTexts;
    },
  };
}

function takenNames({ row, values }: RowReading, others: readonly string[]): Set<string> {
  const names = [...others, ...(row?.cells.keys() ?? []), ...values.map(({ target }) => target)];
  return new Set(names.map((name) => name.toLowerCase()));
}
