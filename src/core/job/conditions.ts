import { UserError } from '../complaints.ts';
import { foldedLine } from '../folded-text.ts';
import type { JsonValue } from '../json.ts';
import { suggestion } from '../nearby.ts';

/** How `--where` compares, longer signs first so that `!=` is not read as `=`. */
const comparisons = ['!=', '!~', '<=', '>=', '=', '~', '<', '>'] as const;
type Comparison = (typeof comparisons)[number];

/** Where a job has a value: in its input, tags or axes, in any of these, or as a field of its manifest line. */
type ValueSource = 'any' | 'input' | 'tags' | 'axes' | 'field';

/** One `--where`, as `prompt~corgi` is. */
export interface Condition {
  /** In lower case, as names match in any. */
  readonly key: string;
  readonly source: ValueSource;
  readonly comparison: Comparison;
  readonly value: string;
}

/** What the jobs of a folder can be asked for by. */
export interface KnownKeys {
  /** As people call them. */
  readonly input: readonly string[];
  /** The keys of inputs that they call otherwise, which can be asked for as well. */
  readonly keys: readonly string[];
  readonly tags: readonly string[];
  readonly axes: readonly string[];
  readonly fields: readonly string[];
}

const sign = /!=|!~|<=|>=|[=~<>]/g;

/** Whether a text has the form of a condition, whatever its key is. */
export function isCondition(given: string): boolean {
  return /^[^=~<>]*[^=~<>!\s][^=~<>]*[=~<>]/.test(given);
}

/**
 * The condition that a text means where the jobs have these keys. A sign within the name of a key belongs to the name.
 * null: no job has such a key.
 */
export function conditionIn(given: string, known: KnownKeys): Condition | null {
  for (const { 0: comparison, index } of given.matchAll(sign)) {
    const source = sourceOf(given.slice(0, index), known);
    if (source === null) continue;
    const value = given.slice(index + comparison.length);
    return { ...source, comparison: comparison as Comparison, value };
  }
  return null;
}

function sourceOf(name: string, known: KnownKeys): Pick<Condition, 'key' | 'source'> | null {
  const key = name.trim().toLowerCase();
  const has = (names: readonly string[], wanted: string): boolean =>
    names.some((each) => each.toLowerCase() === wanted);
  // The user's own column comes first: a job may have a tag that is called like a field.
  if (has([...known.input, ...known.keys, ...known.tags, ...known.axes], key)) return { key, source: 'any' };
  if (has(known.fields, key)) return { key, source: 'field' };
  const [, prefix, rest = ''] = /^(input|tags|axes)\.(.+)$/s.exec(key) ?? [];
  const source = (['input', 'tags', 'axes'] as const).find((each) => each === prefix);
  if (source === undefined) return null;
  const names = source === 'input' ? [...known.input, ...known.keys] : known[source];
  return has(names, rest) ? { key: rest, source } : null;
}

const maxNamed = 30;

/** The complaint about a condition whose key no job has. */
export function unknownKey(given: string, { input, keys: own, tags, axes, fields }: KnownKeys): UserError {
  const name = given.slice(0, given.search(/!?[=~<>]/)).trim();
  const keys = [...new Set([...input, ...axes, ...tags, ...fields])];
  const near = suggestion(name, [...keys, ...own]);
  const named = keys.slice(0, maxNamed).join(', ');
  return new UserError(
    'usage',
    near === null ? `No job has "${name}".` : `No job has "${name}"; did you mean "${near}"?`,
    near === null
      ? `Use one of: ${named}${keys.length > maxNamed ? ', …' : ''}.`
      : `Write --where '${near}${given.slice(given.search(/!?[=~<>]/))}'.`,
  );
}

/** A value as a cell or a word on the command line would hold it. */
function asText(value: JsonValue): string {
  if (value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/**
 * Whether the values that a job has for a key meet a condition. An empty value stands for none: `key=` asks for jobs
 * without one, `key!=` for those with one. `~` finds a text in whatever case; `<` and its like compare numbers and times.
 */
export function holds(values: readonly JsonValue[], { comparison, value: wanted }: Condition): boolean {
  const equal = (found: JsonValue): boolean =>
    asText(found) === wanted || (typeof found === 'number' && found === numberIn(wanted));
  const contained = (found: JsonValue): boolean => foldedLine(asText(found)).includes(foldedLine(wanted));
  switch (comparison) {
    case '=':
      return wanted === '' ? values.every(equal) : values.some(equal);
    case '!=':
      return wanted === '' ? !values.every(equal) : !values.some(equal);
    case '~':
      return values.some(contained);
    case '!~':
      return !values.some(contained);
    case '<':
    case '<=':
    case '>':
    case '>=':
      return values.some((found) => isOrdered(asText(found), comparison, wanted));
  }
}

function isOrdered(found: string, comparison: '<' | '<=' | '>' | '>=', wanted: string): boolean {
  const [left, right] = [amountIn(found), amountIn(wanted)];
  // Times and numbers are not compared with each other.
  if (left === null || right === null || left.unit !== right.unit) return false;
  switch (comparison) {
    case '<':
      return left.amount < right.amount;
    case '<=':
      return left.amount <= right.amount;
    case '>':
      return left.amount > right.amount;
    case '>=':
      return left.amount >= right.amount;
  }
}

const isoDate = /^\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?$/i;

/** A number, or a time in ms, UTC unless it says otherwise. null: neither. */
export function amountIn(text: string): { readonly amount: number; readonly unit: 'number' | 'time' } | null {
  const number = numberIn(text);
  if (number !== null) return { amount: number, unit: 'number' };
  const trimmed = text.trim();
  if (!isoDate.test(trimmed)) return null;
  const hasZone = /[T ].*(?:Z|[+-]\d{2}:?\d{2})$/i.test(trimmed);
  const amount = Date.parse(`${trimmed.replace(' ', 'T')}${trimmed.length > 10 && !hasZone ? 'Z' : ''}`);
  return Number.isNaN(amount) ? null : { amount, unit: 'time' };
}

function numberIn(text: string): number | null {
  return /^\s*[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : null;
}
