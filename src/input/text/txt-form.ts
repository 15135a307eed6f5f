import { looksLikeTable } from '../tables/table-recognition.ts';
import { parametersIn } from './infotexts.ts';
import type { TextLine } from './text-lines.ts';

/** What the first lines of a text list are written as. */
export type TextForm =
  | { readonly kind: 'lines' }
  | { readonly kind: 'blocks' }
  | { readonly kind: 'infotexts' }
  /** Every line is a string of JSON, perhaps with a comma behind it. */
  | { readonly kind: 'strings' }
  | { readonly kind: 'table'; readonly delimiter: string }
  | { readonly kind: 'jsonl' }
  | { readonly kind: 'json' };

/** A line that ends a block of several lines. */
export const blockEnd = /^---+\s*$/;

/** Told by the lines at the start: there are as many as fit into memory, or all. */
export function formOf(lines: readonly TextLine[]): TextForm {
  const texts = lines.map(({ text }) => text.replace(/^\ufeff/, '')).filter((text) => text.trim() !== '');
  const [first = ''] = texts;
  const table = looksLikeTable(texts.slice(0, 20));
  if (table !== null) return { kind: 'table', delimiter: table.delimiter };
  if (isJson(first, isObject)) return { kind: 'jsonl' };
  const second = texts[1] ?? '';
  const opensList = /^\s*\[\s*(["{])/.test(first) || (/^\s*\[\s*$/.test(first) && /^\s*["{]/.test(second));
  if (opensList || (/^\s*\{\s*$/.test(first) && /^\s*"/.test(second))) {
    return { kind: 'json' };
  }
  if (texts.some((text) => parametersIn(text) !== null)) return { kind: 'infotexts' };
  if (texts.length > 1 && texts.every(isJsonString)) return { kind: 'strings' };
  return { kind: texts.some((text) => blockEnd.test(text)) ? 'blocks' : 'lines' };
}

/** The text of a line such as `"a cat, sitting",`; null: it is another one. */
export function jsonString(line: string): string | null {
  const bare = line.trim().replace(/,$/, '');
  if (!bare.startsWith('"')) return null;
  try {
    const value: unknown = JSON.parse(bare);
    return typeof value === 'string' ? value : null;
  } catch {
    return null;
  }
}

function isJsonString(line: string): boolean {
  return jsonString(line) !== null;
}

function isJson(text: string, accepts: (value: unknown) => boolean): boolean {
  if (!text.trimStart().startsWith('{')) return false;
  try {
    return accepts(JSON.parse(text));
  } catch {
    return false;
  }
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}
