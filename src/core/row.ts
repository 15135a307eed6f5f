import type { Place } from './complaints.ts';
import type { JobId } from './job/job.ts';
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
  /** The line on which the row starts, from 1; 0: it is the file as a whole. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, Cell>;
  /** Of a table: the names in its header, those of empty cells too. */
  readonly columns?: readonly string[];
  /** Where the cell of this name stands; the row's own place for a name that it lacks. */
  placeOf(name: string): Place;
  /** There where the cells are no wishes of the user's but what an earlier job has sent. */
  readonly sent?: SentBody;
}

/**
 * An earlier job whose inputs a row repeats. They are taken to the letter: no text is a template or names a file of
 * the user's, and axes go before them.
 */
export interface SentBody {
  /** null: it was made elsewhere. */
  readonly job: JobId | null;
  readonly rep: number;
  /** The run folder in which files of the form `@inputs/…` lie; null: they are not at hand. */
  readonly folder: string | null;
  /** What it has been told apart by; a job that varies it has them too. */
  readonly tags: Readonly<Record<string, string>>;
  readonly axes: Readonly<Record<string, JsonValue>>;
  /** What a job that varies it is to name as its rows. */
  readonly rows: readonly string[];
  /**
   * The row stands for that very job and does not vary it, so that its repetition and its parent hold. Its cells that
   * are texts were changed since: they are read by their inputs' types, and are tags where there is no such input.
   */
  readonly again?: { readonly parent: JobId | null };
}
