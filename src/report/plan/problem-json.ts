import type { Problem } from '../../core/complaints.ts';
import type { JsonValue } from '../../core/json.ts';

/** An error, or doubt, in the input, for programs. */
export interface ProblemLine {
  readonly event: 'problem';
  readonly severity: Problem['severity'];
  readonly kind: string;
  readonly file: string | null;
  /** From 1; null: the whole file, or no file. */
  readonly line: number | null;
  /** From 1, in characters. */
  readonly column: number | null;
  /** The input, column or axis. */
  readonly key: string | null;
  /** What was given for it, cut where it is long. */
  readonly value: JsonValue;
  readonly message: string;
  /** What was probably meant. */
  readonly suggestion: string | null;
}

export function problemLine(problem: Problem): ProblemLine {
  const { severity, kind, place, message } = problem;
  return {
    event: 'problem',
    severity,
    kind,
    file: place?.file ?? null,
    line: place === null || place.line === 0 ? null : place.line,
    column: place?.column ?? null,
    ...aboutOf(problem),
    message,
    suggestion: suggestionIn(message),
  };
}

/** The same in the lists of a plan. */
export function problemJson(problem: Problem) {
  const { kind, message, place } = problem;
  const where = place === null ? null : { ...place };
  return { kind, message, place: where, ...aboutOf(problem), suggestion: suggestionIn(message) };
}

function aboutOf({ key, value }: Problem): Pick<ProblemLine, 'key' | 'value'> {
  return { key: key ?? null, value: value ?? null };
}

// Every proposal is worded alike and stands behind all that a message quotes, so it is read off the sentence.
const proposal = /; did you mean ("(?:[^"\\]|\\.)*"|[^"?]+)\?/g;

function suggestionIn(message: string): string | null {
  const found = [...message.matchAll(proposal)].at(-1)?.[1];
  if (found === undefined) return null;
  return found.startsWith('"') ? String(JSON.parse(found)) : found;
}
