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

/** One row of input, before any model is known. Empty cells are left out: they mean 'not given'. */
export interface Row {
  /** As the user wrote the path; `-` for standard input. */
  readonly file: string;
  /** The line on which the row starts, from 1; 0: the file as a whole. */
  readonly line: number;
  readonly cells: ReadonlyMap<string, Cell>;
  /** For a table: the names in its header, including those of empty cells. */
  readonly columns?: readonly string[];
  /** Where the cell of this name stands; the row's own place for a name that it lacks. */
  placeOf(name: string): Place;
  /** Set when the cells repeat what an earlier job sent instead of what the user wrote. */
  readonly sent?: SentBody;
}

/**
 * An earlier job whose inputs a row repeats. They are taken literally: no text is a template or names a file of the
 * user's. Axes override them.
 */
export interface SentBody {
  /** null: another program made it. */
  readonly job: JobId | null;
  readonly rep: number;
  /** The run folder that has the files of the form `@inputs/…`; null: they are not available. */
  readonly folder: string | null;
  /** Its tags and axes, which a job that varies it inherits; axes by the names that people gave. */
  readonly tags: Readonly<Record<string, string>>;
  readonly axes: Readonly<Record<string, JsonValue>>;
  /** By key of an input: what people called it; absent: they used the keys. The cells are called by the keys. */
  readonly names?: Readonly<Record<string, string>>;
  /** What a job that varies it names as its rows. */
  readonly rows: readonly string[];
  /**
   * The row stands for that job itself and does not vary it, so it keeps the repetition and the parent. Its text cells
   * were changed since: each is read by the type of its input, and is a tag if there is no such input.
   */
  readonly again?: { readonly parent: JobId | null };
}
