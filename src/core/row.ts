import type { Place } from './complaints.ts';
import type { JsonValue } from './json.ts';

/**
 * One value as the input gave it. `text` came from a file without types (CSV, TSV, txt, a word on the command line)
 * and is coerced by the schema's type; `typed` came from JSON or YAML and is taken as it is.
 */
export type Cell =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'typed'; readonly value: JsonValue };

/** One row of input, before anything is known of models. Empty cells are left out: they mean 'not given'. */
export interface Row {
  /** As the user wrote the path; `-` for standard input. */
  readonly file: string;
  /** The line on which the row starts, from 1. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, Cell>;
  /** Where the cell of this name stands; the row's own place for a name that it lacks. */
  placeOf(name: string): Place;
}
