import { isJsonObject, type JsonValue } from '../../core/json.ts';

// `\{{` is two plain braces. A name holds no brace, so that JSON and LaTeX are left alone.
const placeholder = /\\\{\{|\{\{([^{}]*)\}\}/g;

/** Whether some text in the value has placeholders. */
export function isTemplate(value: JsonValue): boolean {
  if (typeof value === 'string') return value.includes('{{');
  return typeof value === 'object' && value !== null && Object.values(value).some(isTemplate);
}

/** The columns that the texts of a value draw on, as written. */
export function templateNames(value: JsonValue): readonly string[] {
  if (typeof value === 'string') {
    if (!value.includes('{{')) return [];
    return [...value.matchAll(placeholder)].flatMap(([, name]) => (name === undefined ? [] : [name.trim()]));
  }
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(templateNames) : [];
}

export interface Filled<T> {
  readonly value: T;
  /** Names without a value; their placeholders are left as they are. */
  readonly missing: readonly string[];
  /** Why it cannot be filled in at all, as the end of a sentence about the text. */
  readonly fault?: string;
}

/** Where placeholders get their texts from. */
export interface TextSource {
  textOf(name: string): string | null;
  /** What comes out of a column is filled in too, except in what an earlier job sent. */
  readonly isDeep: boolean;
}

// Columns of columns of columns: enough for any sentence, and a bound for a row that was built to be endless.
const maxFills = 10_000;
const maxLetters = 1024 * 1024;

/** Fills in the columns, and the columns that these hold, but never one into itself. */
export function fillText(text: string, source: TextSource): Filled<string> {
  if (!text.includes('{{')) return { value: text, missing: [] };
  const missing: string[] = [];
  let fault: string | null = null;
  let [fills, letters] = [0, 0];

  function filled(part: string, trail: readonly string[]): string {
    return part.replace(placeholder, (whole, name: string | undefined) => {
      if (name === undefined) return '{{';
      const bare = name.trim();
      const found = fault === null ? source.textOf(bare) : null;
      if (found === null) {
        if (fault === null) missing.push(bare);
        return whole;
      }
      fills += 1;
      letters += found.length;
      if (fills > maxFills || letters > maxLetters)
        fault ??= 'grows without limit when its columns are filled in';
      if (!source.isDeep || !found.includes('{{')) return found;
      const again = trail.findIndex((each) => each.toLowerCase() === bare.toLowerCase());
      if (again !== -1) {
        fault ??= `refers to itself: ${[...trail.slice(again), bare].join(' → ')}`;
        return whole;
      }
      return filled(found, [...trail, bare]);
    });
  }

  const value = filled(text, []);
  return fault === null ? { value, missing } : { value: text, missing: [], fault };
}

/** The same for every text inside a value; keys are left alone. */
export function fillValue(value: JsonValue, source: TextSource): Filled<JsonValue> {
  if (typeof value === 'string') return fillText(value, source);
  if (typeof value !== 'object' || value === null) return { value, missing: [] };
  const missing: string[] = [];
  let fault: string | undefined;
  const filled = (member: JsonValue): JsonValue => {
    const inner = fillValue(member, source);
    missing.push(...inner.missing);
    fault ??= inner.fault;
    return inner.value;
  };
  const whole = isJsonObject(value)
    ? Object.fromEntries(Object.entries(value).map(([key, member]) => [key, filled(member)]))
    : value.map(filled);
  return fault === undefined ? { value: whole, missing } : { value, missing: [], fault };
}
