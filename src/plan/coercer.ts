import type { JsonObject, JsonValue } from '../core/json.ts';
import type { JsonType } from './dialect.ts';
import type { InputField } from './schema.ts';

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
  1: true,
  false: false,
  no: false,
  0: false,
};
const wholeNumber = /^[+-]?\d+$/;
const decimalNumber = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const deepestJson = 64;

/** Reads a text as a value of the field's type, without losing a digit. Never throws; the limits are ajv's task. */
export function coerceText(field: Pick<InputField, 'types' | 'choices'>, text: string): Coerced {
  const choice =
    field.choices?.find((each) => each === text) ??
    field.choices?.find((each) => JSON.stringify(each) === text);
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
  const lower = text.toLowerCase();
  return Object.hasOwn(booleans, lower)
    ? { ok: true, value: booleans[lower] as boolean }
    : wrong('type', `is neither true nor false; write true, false, yes, no, 1 or 0${spaceRemark(text)}`);
}

function readInteger(text: string): Coerced {
  if (wholeNumber.test(text)) {
    const value = Number(text);
    return Number.isSafeInteger(value)
      ? { ok: true, value: value === 0 ? 0 : value }
      : wrong('digits', 'has more digits than can be sent exactly');
  }
  const whole = /^([+-]?\d+)\.0*$/.exec(text)?.[1];
  return wrong(
    'type',
    `is not a whole number${whole === undefined ? spaceRemark(text) : `; write ${whole}`}`,
  );
}

function readNumber(text: string): Coerced {
  if (decimalNumber.test(text)) {
    const value = Number(text);
    return Number.isFinite(value) && decimalForm(text) === decimalForm(String(value))
      ? { ok: true, value: value === 0 ? 0 : value }
      : wrong('digits', 'has more digits than can be sent exactly');
  }
  const comma = /^[+-]?\d+,\d+$/.test(text) ? `; write ${text.replace(',', '.')}` : spaceRemark(text);
  return wrong('type', `is not a number${comma}`);
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
    if (depth > deepestJson) return wrong('type', `is nested more than ${deepestJson} levels deep`);
  }
  return null;
}

/**
 * A value as it may be sent: without -0, and refused where a number is not exact (`exact`: the reader has already
 * seen to it) or a text cannot travel.
 */
export function fitToSend(value: JsonValue, exact: boolean, depth = 0): Coerced {
  if (depth > deepestJson) return wrong('type', `is nested more than ${deepestJson} levels deep`);
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

function spaceRemark(text: string): string {
  return text !== text.trim() ? '; remove the space around it' : '';
}

function wrong(kind: string, reason: string): Coerced {
  return { ok: false, kind, reason };
}
