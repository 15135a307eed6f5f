import { shown, type TextFault } from '../reading.ts';
import { walkJson } from './json-walk.ts';

export interface JsonFault extends TextFault {
  readonly kind: 'json' | 'duplicate_key' | 'number' | 'nesting';
}

// One line of a megabyte can hold a hundred thousand; nobody would read them.
export const maxFaults = 10;

/** Deeper than any model's input, and shallow enough for code that recurses. */
export const maxDepth = 64;

interface JsonInspection {
  /** What `JSON.parse` would drop, round or nest without a word. */
  readonly faults: readonly JsonFault[];
  /** A key is written with a backslash: `exactJson` has to read the text. */
  readonly escapedKeys: boolean;
}

/** Looks through a text that `JSON.parse` accepts. */
export function inspectJson(text: string): JsonInspection {
  const faults: JsonFault[] = [];
  const keys: Set<string>[] = [];
  let tooDeep = false;
  let escapedKeys = false;
  walkJson(text, {
    open(bracket, depth, at) {
      if (bracket === '{') keys[depth] = new Set();
      if (depth <= maxDepth || tooDeep) return;
      tooDeep = true;
      faults.push(nestedTooDeep(at));
    },
    key(name, depth, at) {
      escapedKeys ||= !text.startsWith(`${name}"`, at + 1);
      const seen = keys[depth] as Set<string>;
      // Names of inputs match in any case, so at the top level "Seed" and "seed" are one.
      const folded = depth === 1 ? name.toLowerCase() : name;
      if (seen.has(folded)) faults.push(doubledKey(name, at));
      seen.add(folded);
    },
    number(written, at) {
      if (!keepsItsDigits(written)) faults.push({ at, kind: 'number', message: losesDigits(written) });
    },
  });
  return { faults: faults.slice(0, maxFaults), escapedKeys };
}

export function nestedTooDeep(at: number): JsonFault {
  return { at, kind: 'nesting', message: `the value is nested more than ${maxDepth} levels deep.` };
}

export function doubledKey(name: string, at: number): JsonFault {
  const message = `the key ${shown(name)} appears twice in one object; remove one.`;
  return { at, kind: 'duplicate_key', message };
}

/** Whether the number that is sent is the one that was written: a seed of 20 digits would be rounded. */
export function keepsItsDigits(written: string): boolean {
  if (written.length < 4) return true;
  const value = Number(written);
  if (!Number.isFinite(value)) return false;
  const whole = !/[.eE]/.test(written);
  return !whole || Number.isSafeInteger(value) || JSON.stringify(value) === written;
}

export function losesDigits(written: string): string {
  return `the number ${shortened(written)} cannot be kept exactly; write a smaller one.`;
}

/** What a text that should be JSON is called in messages. */
export type JsonPiece = 'line' | 'item' | 'file';

/** Why `JSON.parse` refuses a text, in V8's words, and the offset, which V8 gives only sometimes. */
export function syntaxFault(text: string, error: SyntaxError, piece: JsonPiece): JsonFault {
  const told = quotesTheText(error) ? null : /^(.+?)(?: in JSON)? at position (\d+)/.exec(error.message);
  if (told === null) {
    const at = foreignAt(text);
    return notJson(piece, at, unexpected(text, at));
  }
  const at = Number(told[2]);
  return notJson(piece, at, otherLanguage(text, at) ?? lowerFirst(told[1] as string));
}

/** Why no JSON can continue at an offset: the character there, or what to do about the language that it belongs to. */
export function unexpected(text: string, at: number): string {
  const letter = text.codePointAt(at);
  if (letter === undefined) return 'it ends too early';
  return otherLanguage(text, at) ?? `unexpected ${shown(String.fromCodePoint(letter))}`;
}

const languages: readonly (readonly [RegExp, string])[] = [
  [/\/\/|\/\*|#/y, 'JSON has no comments; remove them'],
  [
    /'|(?:None|True|False)\b/y,
    "it is what Python's print() writes (single quotes, None, True, False); write the file with json.dump(rows, file)",
  ],
  [/[\u2018-\u201f\u00ab\u00bb]/y, 'the quotes are typographic; replace them with straight ones (")'],
];

function otherLanguage(text: string, at: number): string | null {
  for (const [pattern, advice] of languages) {
    pattern.lastIndex = at;
    if (pattern.test(text)) return advice;
  }
  return null;
}

export function notJson(piece: JsonPiece, at: number, reason: string): JsonFault {
  return { at, kind: 'json', message: `the ${piece} is not valid JSON: ${reason}.` };
}

/** The offset of the first character that no JSON could have there, found by halving; the length where there is none. */
function foreignAt(text: string): number {
  let good = 0;
  let bad = text.length;
  if (!isForeign(text)) return bad;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (isForeign(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return good;
}

function isForeign(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return quotesTheText(error as SyntaxError);
  }
}

// `Unexpected token 'a', "{"seed": abc}" is not valid JSON`: it holds the input's own words, and no position.
function quotesTheText(error: SyntaxError): boolean {
  return error.message.endsWith('is not valid JSON');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

function shortened(text: string): string {
  return text.length <= 40 ? text : `${text.slice(0, 40)}…`;
}
