import type { Place } from './complaints.ts';
import { wordParts } from './input-words.ts';
import type { JsonValue } from './json.ts';
import type { Cell, Row } from './row.ts';

/** Values for one input as the user gave them: in the axis grammar, or as a list. */
export type AxisGiven =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly values: readonly JsonValue[] };

/** A word of the command line, or an entry of a sweep's `axes`. One value sets it for each row; several multiply rows. */
export interface AxisSource {
  readonly name: string;
  readonly given: AxisGiven;
  /** As the user wrote it, for messages: `style=anime,realistic`. */
  readonly source: string;
  /** null: the command line. */
  readonly place: Place | null;
}

/** A value that is used if neither row nor axis gives one. */
export interface DefaultValue {
  readonly name: string;
  readonly cell: Cell;
  readonly place: Place | null;
}

/** Combinations of the grid that are left out: those that match all of these values, which are texts. */
export interface Exclusion {
  readonly where: ReadonlyMap<string, string>;
  readonly source: string;
  readonly place: Place | null;
}

/** The folder-independent part of a sweep file; flags override it. */
export interface Sweep {
  readonly file: string;
  readonly name: string | null;
  readonly model: string | null;
  /** Paths as written, relative to the sweep file. */
  readonly inputs: readonly string[];
  readonly rows: readonly Row[];
  /** Names of columns and axes, each with the input that it stands for, as `--map` has them. */
  readonly map: ReadonlyMap<string, string>;
  readonly defaults: readonly DefaultValue[];
  readonly axes: readonly AxisSource[];
  /** Linked axes. */
  readonly link: readonly (readonly string[])[];
  readonly exclude: readonly Exclusion[];
  readonly repeat: number | null;
  /** `output.dir`, relative to the working directory, like `--out`. */
  readonly outDir: string | null;
  /** `output.name`, like `--name`. */
  readonly nameTemplate: string | null;
  /** `limits`, under the names of the flags (`concurrency`, `rpm`, `max-cost`, `max-duration`, `canary`), as texts. */
  readonly limits: ReadonlyMap<string, string>;
}

/** `breadth`: rows and other axes first, seeds and repetitions last, so that half a run is an even grid. */
export type PlanOrder = 'breadth' | 'depth';

/** Tells words from input paths: `style=anime` is a word, `./a=b.csv` and `in/a=b.csv` are paths. */
export function isWord(text: string): boolean {
  return wordParts(text) !== null;
}
