import type { Problem } from '../../core/complaints.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Row } from '../../core/row.ts';
import type { InputField } from '../models/input-field.ts';
import type { ModelInputs } from '../models/schema.ts';
import { showName, showValue } from '../models/sentences.ts';
import { inputNamed, mapFlag, type Renaming, reservedMeaning } from '../rows/columns.ts';
import { nestedInputs } from '../rows/nested-inputs.ts';
import type { ColumnContent, ContentCounts } from './column-contents.ts';
import { isWellKnown, likenessOf } from './column-likeness.ts';

const maxListed = 12;
const maxNameLength = 40;

interface Missing {
  readonly inputs: ModelInputs;
  readonly input: string;
  /** Of rows that lack it. */
  readonly contents: ContentCounts;
  readonly renaming: Renaming;
}

/** The one error of a file in which no row has a column for a needed input; `first` is its first row. */
export function headerProblem(first: Row, missing: Missing): Problem {
  const { input, inputs, contents } = missing;
  const field = inputs.fields?.get(input) ?? null;
  const seen = contents.columns();
  const isTable = first.columns !== undefined;
  const columns = (first.columns ?? seen.map(({ column }) => column)).filter(
    (column) => column.trim() !== '',
  );
  const say = (message: string): Problem => ({
    severity: 'error',
    place: { file: first.file, line: isTable ? 1 : first.line, column: null },
    kind: 'missing_column',
    message,
    key: input,
  });
  const isText = isFreeText(field);
  if (isTable && isText && looksLikePrompt(columns, inputs)) {
    const advice = headerAdvice(first.file, input);
    const sentence = `${advice.slice(0, 1).toUpperCase()}${advice.slice(1)}`;
    return say(`the first line looks like a prompt, not like column names. ${sentence}`);
  }
  const [what, listed] = isTable
    ? [`no column is called ${showValue(input)}`, 'Columns']
    : [`no row has ${showValue(input)}, which ${inputs.model} needs`, 'Keys'];
  const names = columns.slice(0, maxListed).map((column) => showName(cut(column)));
  const more = columns.length > maxListed ? `, and ${columns.length - maxListed} more` : '';
  const list = columns.length === 0 ? '' : `. ${listed}: ${names.join(', ')}${more}`;
  const candidate = candidateFor(missing, field, seen);
  const hint =
    candidate === null
      ? ''
      : `. If ${showName(cut(candidate))} holds ${heldBy(input, field)}: ${mapFlag(candidate, input)}`;
  const isDoubtful = isTable && isText && !columns.some((column) => isRecognised(column, inputs));
  const otherwise = isDoubtful
    ? `. If the file has no line of column names, ${headerAdvice(first.file, input)}`
    : '';
  return say(`${what}${list}${hint}${otherwise}`);
}

function headerAdvice(file: string, input: string): string {
  if (/\.xlsx(#.*)?$/i.test(file)) return `add a first row with the cell "${showName(input)}"`;
  const asText = file === '-' ? 'read it with --format txt' : 'name the file .txt';
  return `${asText} (one prompt per line), or add a first line "${showName(input)}"`;
}

function heldBy(input: string, field: InputField | null): string {
  if (field?.media != null) return `the ${field.media}s`;
  return /^prompt$/i.test(input) ? 'the prompts' : showName(input);
}

function cut(name: string): string {
  return name.length > maxNameLength ? `${name.slice(0, maxNameLength).toWellFormed()}…` : name;
}

function isFreeText(field: InputField | null): boolean {
  if (field === null || field.media !== null || field.choices !== null) return false;
  return field.types.length === 0 || field.types.includes('string');
}

/** By name; else by what the cells hold; else a member of an object. */
function candidateFor(
  { input, inputs, renaming }: Missing,
  field: InputField | null,
  seen: readonly ColumnContent[],
): string | null {
  const open = seen.filter(({ column }) => {
    const target = renaming.peek(column);
    return reservedMeaning(target) === null && inputNamed(inputs, target) === null;
  });
  const like = (kind: 'alias' | 'akin') =>
    open.filter(({ column }) => {
      const likeness = likenessOf(renaming.peek(column), inputs, false);
      return likeness?.kind === kind && likeness.of === input;
    });
  const byLength = (of: readonly ColumnContent[]) =>
    of.toSorted((one, other) => other.meanLength - one.meanLength)[0]?.column ?? null;
  const named = byLength(like('alias')) ?? byLength(like('akin'));
  if (named !== null) return named;
  const fitting = field?.media != null ? open.filter(({ links }) => links > 0.5) : open.filter(isProse);
  const held = field?.media != null || isFreeText(field) ? byLength(fitting) : null;
  if (held !== null) return held;
  for (const { column, object } of open) {
    const nested = nestedInputs((object ?? null) as JsonValue, inputs).find(({ of }) => of === input);
    if (nested !== undefined) return `${column}.${nested.key}`;
  }
  const [only] = open;
  return open.length === 1 &&
    only !== undefined &&
    isFreeText(field) &&
    only.links === 0 &&
    only.meanLength > 0
    ? only.column
    : null;
}

function isProse({ spaced, links, meanLength }: ColumnContent): boolean {
  return links < 0.5 && spaced > 0.5 && meanLength >= 8;
}

/** Names that nobody would write as a prompt. */
const usualNames =
  /^(#|no|nr|num|idx|index|key|name|title|type|kind|class|label|category|tags?|notes?|comments?|remarks?|lang|language|locale|source|split|date|time|author|artist|user|topic|theme|group|set|difficulty|challenge|status|priority|version)$/i;

function isRecognised(column: string, inputs: ModelInputs): boolean {
  const name = column.trim();
  return (
    name === '' ||
    reservedMeaning(name) !== null ||
    inputNamed(inputs, name) !== null ||
    isWellKnown(name) ||
    usualNames.test(name) ||
    /^[a-z0-9]+(_[a-z0-9]+)+$/i.test(name) ||
    likenessOf(name, inputs, false) !== null
  );
}

/** A list of prompts whose first line was taken for a header, cut at its commas. */
function looksLikePrompt(columns: readonly string[], inputs: ModelInputs): boolean {
  if (columns.length === 0 || columns.some((column) => isRecognised(column, inputs))) return false;
  const words = (text: string): number => text.trim().split(/\s+/).length;
  const isSentence = columns.some(
    (name) =>
      words(name) >= 5 ||
      name.length > 50 ||
      /^(an?|the)\s\S/i.test(name.trim()) ||
      /\S[.!?;]\s*$/.test(name),
  );
  if (isSentence) return true;
  const [only] = columns;
  if (columns.length === 1 && only !== undefined) return words(only) >= 3 || /\S,\s/.test(only);
  // A comma of prose has a space behind it.
  return columns.some((name) => name.startsWith(' ')) && words(columns.join(' ')) >= 4;
}
