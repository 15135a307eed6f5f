import { isJsonObject, type JsonValue } from '../core/json.ts';

// `\{{` is two plain braces. A name holds no brace, so that JSON and LaTeX are left alone.
const placeholder = /\\\{\{|\{\{([^{}]*)\}\}/g;

/** Whether some text in the value is not to be taken as it stands. */
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
  /** The names that stand for nothing; their placeholders are left as they are. */
  readonly missing: readonly string[];
}

/** Puts the columns in place, once: what comes out of a column is not read again. */
export function fillText(text: string, textOf: (name: string) => string | null): Filled<string> {
  if (!text.includes('{{')) return { value: text, missing: [] };
  const missing: string[] = [];
  const value = text.replace(placeholder, (whole, name: string | undefined) => {
    if (name === undefined) return '{{';
    const found = textOf(name.trim());
    if (found === null) missing.push(name.trim());
    return found ?? whole;
  });
  return { value, missing };
}

/** The same for every text inside a value; keys are left alone. */
export function fillValue(value: JsonValue, textOf: (name: string) => string | null): Filled<JsonValue> {
  if (typeof value === 'string') return fillText(value, textOf);
  if (typeof value !== 'object' || value === null) return { value, missing: [] };
  const members = Object.entries(value).map(([key, member]) => ({ key, ...fillValue(member, textOf) }));
  return {
    value: isJsonObject(value)
      ? Object.fromEntries(members.map((member) => [member.key, member.value]))
      : members.map((member) => member.value),
    missing: members.flatMap((member) => member.missing),
  };
}
