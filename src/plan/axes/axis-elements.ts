import type { JsonValue } from '../../core/json.ts';
import type { AxisGiven } from '../../core/sweep.ts';
import type { CellRules } from '../conventions.ts';
import { takesFiles } from '../media/media-files.ts';
import type { InputField } from '../models/input-field.ts';
import { type AxisItem, bareItem, parseAxis, parseTexts } from './axis-grammar.ts';

/** An item of the grammar, or a list member that is not a text. */
export type AxisElement = AxisItem | { readonly kind: 'typed'; readonly value: JsonValue };

/**
 * What an axis holds, cut up as its input (null: templates alone use it) takes it: a range is one for numbers alone
 * and a text to all others, and a choice that looks like a star or a range is that choice. Throws `AxisFault`.
 */
export function elementsOf(
  given: AxisGiven,
  field: InputField | null,
  { literal }: Pick<CellRules, 'literal'>,
): readonly AxisElement[] {
  if (given.kind === 'list') return given.values.map((value) => memberOf(value, field));
  if (isOneValue(given.text, field)) return [{ kind: 'value', text: given.text.trim(), quoted: false }];
  if (isFreeText(field)) {
    return literal ? [{ kind: 'value', text: given.text, quoted: true }] : textsOf(given.text);
  }
  return parseAxis(given.text).map((item) => (isMeant(item, field) ? item : asText(writtenAs(item))));
}

/** `*` alone stands for choices everywhere, and is refused where there are none. */
function textsOf(text: string): readonly AxisElement[] {
  return text.trim() === '*' ? [{ kind: 'all' }] : parseTexts(text);
}

/** Any text will do: prompts and the like, which are full of commas. Links and files are not free text. */
export function isFreeText(field: InputField | null): boolean {
  if (field === null || field.choices !== null || takesFiles(field)) return false;
  const others = field.types.filter((type) => !/^(string|null|array|object)$/.test(type));
  return field.types.includes('string') && others.length === 0;
}

/** Members of a list are not cut; as texts they keep their blanks. */
function memberOf(value: JsonValue, field: InputField | null): AxisElement {
  if (typeof value !== 'string') return { kind: 'typed', value };
  const item = bareItem(value);
  const choosing = item.kind === 'all' || item.kind === 'without';
  const meant = item.kind !== 'value' && isMeant(item, field) && (!choosing || choicesOf(field) !== null);
  return meant ? item : { kind: 'value', text: value, quoted: false };
}

function isMeant(item: AxisItem, field: InputField | null): boolean {
  if (item.kind === 'value') return true;
  if (field?.choices?.includes(writtenAs(item)) === true) return false;
  return item.kind === 'all' || item.kind === 'without' || takesRange(item, field);
}

/** For a column that is not an input, `16-9` and `2024-05` are more likely texts than ranges. */
function takesRange(item: Extract<AxisItem, { kind: 'range' | 'until' }>, field: InputField | null): boolean {
  if (field !== null) return field.types.includes('integer') || field.types.includes('number');
  const numbers = [item.from, item.to, item.step ?? '1'];
  const plain = item.kind === 'range' && item.step === null && item.count === null;
  return (
    numbers.every((each) => /^[+-]?(?:0|[1-9]\d*)$/.test(each)) &&
    (!plain || Number(item.from) <= Number(item.to))
  );
}

/** JSON and data URIs hold commas of their own. */
function isOneValue(text: string, field: InputField | null): boolean {
  if (field === null) return false;
  const json = /^\s*[[{]/.test(text) && (field.types.includes('array') || field.types.includes('object'));
  if (json) return !text.includes('||') || isJson(text);
  return takesFiles(field) && /^\s*data:/i.test(text) && !text.includes('||');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** The values that `*` stands for; null where they are not listed. */
export function choicesOf(field: InputField | null): readonly JsonValue[] | null {
  if (field === null) return null;
  const boolean =
    field.types.includes('boolean') && field.types.every((type) => /^(boolean|null)$/.test(type));
  return field.choices ?? (boolean ? [true, false] : null);
}

/** An item as the user wrote it. */
export function writtenAs(item: AxisItem): string {
  switch (item.kind) {
    case 'value':
    case 'range':
    case 'until':
      return item.text;
    case 'all':
      return '*';
    case 'without':
      return `!${item.text}`;
  }
}

function asText(text: string): AxisItem {
  return { kind: 'value', text, quoted: false };
}
