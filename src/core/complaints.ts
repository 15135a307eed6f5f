import type { JsonValue } from './json.ts';

/** What a `UserError` is about; `cli/exit.ts` turns it into an exit code. */
export type Complaint = 'usage' | 'input' | 'api_unreachable' | 'output' | 'token' | 'locked';

/** Something that the user can fix: a sentence that names its object, and a hint that starts with a verb. */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly about: Complaint;
  readonly hint: string | null;

  constructor(about: Complaint, sentence: string, hint: string | null = null, cause?: unknown) {
    super(sentence, { cause });
    this.about = about;
    this.hint = hint;
  }
}

/** A position in the input. Lines and columns count from 1; line 0 is the whole file; columns are characters. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number | null;
}

/** One error, or doubt, in the input. All of them are shown at once. */
export interface Problem {
  /** `note`: nothing is wrong, but the user should know how the input was read. */
  readonly severity: 'error' | 'warning' | 'note';
  readonly place: Place | null;
  /** A short word by which problems are grouped, such as `enum` or `unknown_column`. */
  readonly kind: string;
  /** `aspect_ratio "16:09" is not allowed; did you mean "16:9"?` — without the place. */
  readonly message: string;
  /** The input, column or axis that it is about, where it is about one. */
  readonly key?: string;
  /** What was given for it, as `problemValue` cuts it. */
  readonly value?: JsonValue;
  /**
   * Leaving out rows does not fix it: the rest of an input could not be read, or it is about an axis, a default or an
   * exclusion. `--skip-invalid` does not get past it.
   */
  readonly ends?: true;
}

/** `prompts.csv:12:3`, as editors and terminals understand it. */
export function showPlace(place: Place): string {
  if (place.line === 0) return place.file;
  return place.column === null
    ? `${place.file}:${place.line}`
    : `${place.file}:${place.line}:${place.column}`;
}

const maxValueLength = 200;

/** A value as a problem keeps it: a long one is cut, so that thousands of problems hold no texts of megabytes. */
export function problemValue(value: JsonValue): JsonValue {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length <= maxValueLength ? value : `${text.slice(0, maxValueLength).toWellFormed()}…`;
}

export function isError({ severity }: Problem): boolean {
  return severity === 'error';
}
