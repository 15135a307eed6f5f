import type { JsonObject, JsonType, JsonValue } from '../../core/json.ts';
import type { InputField } from '../models/input-field.ts';

/** A value fit to be sent; or what is wrong with it, as the end of the sentence `seed "abc" …`. */
export type Coerced =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly kind: string; readonly reason: string };

/** The types in the order in which they are tried on a text. */
const triedTypes = ['null', 'boolean', 'integer', 'number', 'array', 'object'] as const satisfies JsonType[];
type TriedType = (typeof triedTypes)[number];

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  y: true,
  t: true,
  1: true,
  '1.0': true,
  false: false,
  no: false,
  off: false,
  n: false,
  f: false,
  0: false,
  '0.0': false,
};
const wholeNumber = /^[+-]?\d+$/;
// Spaces of three kinds, Swiss apostrophes and underscores group nothing but thousands; a comma may be a decimal one.
const grouped = /^[+-]?\d{1,3}(?:([,'’_ \u00a0\u202f])\d{3})(?:\1\d{3})*(\.\d*)?$/;
// One dot may be a decimal one, two are none.
const dotted = /^[+-]?\d{1,3}(?:\.\d{3}){2,}$/;
const scientific = /^[+-]?\d+(?:\.(\d*))?[eE]([+-]?\d{1,3})$/;
const decimalNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const maxJsonDepth = 64;

/** Reads a text as a value of the field's type, without losing a digit. Never throws; the limits are ajv's task. */
export function coerceText(field: Pick<InputField, 'types' | 'choices'>, text: string): Coerced {
  const plain = plainValue(field, text);
  if (plain !== undefined) return { ok: true, value: plain };
  const choice = choiceFor(field.choices ?? [], text);
  if (choice !== undefined) return { ok: true, value: choice };
  const textual = field.types.length === 0 || field.types.includes('string');
  const types = triedTypes.filter((type) => field.types.includes(type) && !(textual && type === 'null'));
  const read = types.map((type) => readAs(type, text));
  const faithful = read.find((each) => each.ok && printsAs(each.value, text));
  if (faithful) return faithful;
  if (textual) return { ok: true, value: text };
  const first = read.find((each) => each.ok) ?? read.findLast((each) => !each.ok);
  return first ?? wrong('type', 'cannot be read');
}

const digits = /^(?:0|[1-9]\d{0,14})$/;

/** Of most cells, in a fraction of the time: a choice as it is written, a text, or digits; undefined: none of these. */
function plainValue(
  { types, choices }: Pick<InputField, 'types' | 'choices'>,
  text: string,
): JsonValue | undefined {
  if (choices !== null && choices.length > 0) return choices.includes(text) ? text : undefined;
  if (types.length === 0 || (types.length === 1 && types[0] === 'string')) return text;
  const isNumeric = types.includes('integer') || types.includes('number');
  return isNumeric && digits.test(text) ? Number(text) : undefined;
}

function readAs(type: TriedType, text: string): Coerced {
  switch (type) {
    case 'null':
      return text === 'null' ? { ok: true, value: null } : wrong('type', 'is not null');
    case 'boolean':
      return readBoolean(text);
    case 'integer':
      return readInteger(text);
    case 'number':
      return readNumber(text);
    case 'array':
      return readJson(text, '[', 'is not a JSON list; write it like ["first","second"]');
    case 'object':
      return readJson(text, '{', 'is not a JSON object; write it like {"name":"value"}');
  }
}

function readBoolean(text: string): Coerced {
  const lower = text.trim().toLowerCase();
  return Object.hasOwn(booleans, lower)
    ? { ok: true, value: booleans[lower] as boolean }
    : wrong('type', 'is neither true nor false; write true, false, yes, no, 1 or 0');
}

/** Also as pandas (`7.0`) and spreadsheets (`1,234`) write whole numbers: no other reading gives one. */
function readInteger(text: string): Coerced {
  const plain = ungrouped(text).replace(/\.0*$/, '');
  const [, decimals, exponent] = scientific.exec(plain) ?? [];
  if (exponent !== undefined) return readExponent(plain, decimals ?? '', Number(exponent));
  if (!wholeNumber.test(plain)) return wrong('type', 'is not a whole number');
  const value = Number(plain);
  return Number.isSafeInteger(value)
    ? { ok: true, value: value === 0 ? 0 : value }
    : wrong('digits', 'has more digits than can be sent exactly');
}

function readNumber(text: string): Coerced {
  const bare = text.trim();
  // `1,234` is a thousand to some and one and a bit to others.
  const plain = /^[+-]?\d+,\d+$/.test(bare) ? bare : ungrouped(bare);
  if (decimalNumber.test(plain)) {
    const value = Number(plain);
    return Number.isFinite(value) && decimalForm(plain) === decimalForm(String(value))
      ? { ok: true, value: value === 0 ? 0 : value }
      : wrong('digits', 'has more digits than can be sent exactly');
  }
  return wrong('type', `is not a number${commaRemark(bare)}`);
}

function commaRemark(text: string): string {
  if (!/^[+-]?\d+,\d+$/.test(text)) return '';
  const thousands = /^[+-]?\d{1,3},\d{3}$/.test(text) ? ` or ${text.replace(',', '')}` : '';
  return `; write ${text.replace(',', '.')}${thousands}`;
}

function ungrouped(text: string): string {
  const bare = text.trim();
  if (dotted.test(bare)) return bare.replaceAll('.', '');
  return grouped.test(bare) ? bare.replace(/[,'’_ \u00a0\u202f]/g, '') : bare;
}

/** `1.20E+01` is 12. Spreadsheets show long numbers so, too, and save what they show: `1.23E+09` may be any number. */
function readExponent(text: string, decimals: string, exponent: number): Coerced {
  const isWhole = exponent <= decimals.length;
  const read = readNumber(text);
  if (isWhole && read.ok && Number.isSafeInteger(read.value)) return read;
  return wrong(
    'type',
    `is not a whole number${isWhole ? '' : ' with all its digits; format the column as a number'}`,
  );
}

/** A choice as it is written, else the only one that differs in case, in blanks around it or in its form as a number. */
function choiceFor(choices: readonly JsonValue[], text: string): JsonValue | undefined {
  const exact =
    choices.find((each) => each === text) ?? choices.find((each) => JSON.stringify(each) === text);
  if (exact !== undefined || choices.length === 0) return exact;
  const bare = text.trim();
  const lower = bare.toLowerCase();
  const alike = choices.filter((each) =>
    typeof each === 'string' ? each.toLowerCase() === lower : typeof each === 'number' && isSame(each, bare),
  );
  return alike.length === 1 ? alike[0] : undefined;
}

function isSame(value: number, text: string): boolean {
  const read = readNumber(text);
  return read.ok && read.value === value;
}

function readJson(text: string, opening: string, otherwise: string): Coerced {
  if (!text.trimStart().startsWith(opening)) return wrong('type', otherwise);
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch {
    return wrong('type', otherwise);
  }
  return flawInJson(text) ?? { ok: true, value };
}

/** What `JSON.parse` does in silence to sound JSON, rounding its numbers, or what is too deep to work with. */
function flawInJson(text: string): Coerced | null {
  let depth = 0;
  for (const [token] of text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[{]|[\]}]|[+-]?\d[\d.eE+-]*/gs)) {
    if (token === '[' || token === '{') depth += 1;
    else if (token === ']' || token === '}') depth -= 1;
    else if (!token.startsWith('"') && decimalNumber.test(token) && !readNumber(token).ok) {
      return wrong('digits', `holds ${token.slice(0, 40)}, which has more digits than can be sent exactly`);
    }
    if (depth > maxJsonDepth) return wrong('type', `is nested more than ${maxJsonDepth} levels deep`);
  }
  return null;
}

/**
 * A value as it may be sent: without -0, and refused where a number is not exact (`exact`: the reader has already
 * seen to it) or a text cannot travel.
 */
export function fitToSend(value: JsonValue, exact: boolean, depth = 0): Coerced {
  if (depth > maxJsonDepth) return wrong('type', `is nested more than ${maxJsonDepth} levels deep`);
  if (typeof value === 'string') return fitText(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return wrong('digits', 'is not a number that JSON can carry');
    if (!exact && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      return wrong('digits', 'has more digits than can be sent exactly');
    }
    return { ok: true, value: value === 0 ? 0 : value };
  }
  if (typeof value !== 'object' || value === null) return { ok: true, value };
  const fit: [string, JsonValue][] = [];
  for (const [name, member] of Object.entries(value as JsonObject)) {
    const inner = fitToSend(member, exact, depth + 1);
    if (!inner.ok) return inner;
    fit.push([name, inner.value]);
  }
  return {
    ok: true,
    value: Array.isArray(value) ? fit.map(([, member]) => member) : Object.fromEntries(fit),
  };
}

/** The same of what `coerceText` has read. */
export function fitRead(read: Extract<Coerced, { ok: true }>): Coerced {
  const { value } = read;
  const isFit =
    typeof value === 'string'
      ? !value.includes('\0') && value.isWellFormed()
      : typeof value === 'boolean' || Number.isSafeInteger(value);
  return isFit && !Object.is(value, -0) ? read : fitToSend(value, true);
}

function fitText(text: string): Coerced {
  if (text.includes('\0')) return wrong('control', 'holds a NUL character; remove it');
  return text.isWellFormed()
    ? { ok: true, value: text }
    : wrong('control', 'holds half of a character (a lone surrogate); remove it');
}

/** `-12.50e3` as `-125e2`: equal for texts that mean the same number. */
function decimalForm(text: string): string {
  const [, sign, whole = '', fraction = '', exponent = '0'] =
    /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const bare = digits.replace(/0+$/, '');
  if (bare === '') return '0';
  return `${sign === '-' ? '-' : ''}${bare}e${Number(exponent) - fraction.length + digits.length - bare.length}`;
}

function printsAs(value: JsonValue, text: string): boolean {
  return typeof value === 'object' && value !== null ? true : String(value) === text;
}

function wrong(kind: string, reason: string): Coerced {
  return { ok: false, kind, reason };
}
