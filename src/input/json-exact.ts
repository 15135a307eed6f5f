import type { JsonValue } from '../core/json.ts';
import { skipSpace, stringAt, stringEnd } from './json-walk.ts';

const scalar = /[^\s,\]}]+/y;

/**
 * The value of a text that is known to be valid JSON and not deeply nested. For texts with escapes in their keys:
 * V8 may give such a key the name of another one that it has met before (nodejs/node#63785), in Node 24 and 26.
 */
export function exactJson(text: string): JsonValue {
  return valueAt(text, skipSpace(text, 0)).value;
}

interface Found {
  readonly value: JsonValue;
  /** The offset behind it. */
  readonly end: number;
}

function valueAt(text: string, at: number): Found {
  switch (text[at]) {
    case '{':
      return objectAt(text, at);
    case '[':
      return arrayAt(text, at);
    case '"': {
      const end = stringEnd(text, at);
      return { value: stringAt(text, at, end), end };
    }
  }
  scalar.lastIndex = at;
  const written = scalar.exec(text)?.[0] as string;
  return { value: JSON.parse(written) as JsonValue, end: at + written.length };
}

function objectAt(text: string, opening: number): Found {
  const members: [string, JsonValue][] = [];
  let at = skipSpace(text, opening + 1);
  while (text[at] !== '}') {
    const keyEnd = stringEnd(text, at);
    const colon = skipSpace(text, keyEnd);
    const { value, end } = valueAt(text, skipSpace(text, colon + 1));
    members.push([stringAt(text, at, keyEnd), value]);
    at = behindComma(text, end);
  }
  return { value: Object.fromEntries(members), end: at + 1 };
}

function arrayAt(text: string, opening: number): Found {
  const values: JsonValue[] = [];
  let at = skipSpace(text, opening + 1);
  while (text[at] !== ']') {
    const { value, end } = valueAt(text, at);
    values.push(value);
    at = behindComma(text, end);
  }
  return { value: values, end: at + 1 };
}

function behindComma(text: string, end: number): number {
  const at = skipSpace(text, end);
  return text[at] === ',' ? skipSpace(text, at + 1) : at;
}
