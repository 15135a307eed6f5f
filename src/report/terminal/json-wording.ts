import { canonicalJson, type JsonValue } from '../../core/json.ts';
import { plainText } from './terminal.ts';
import { cutText } from './text-width.ts';

/** A value as people would write it: a plain word bare, other text in quotes, everything else as JSON. */
export function valueText(value: JsonValue, columns: number): string {
  const isBare = typeof value === 'string' && /^[\p{L}\p{N}_@.:/+-]+$/u.test(value);
  return cutText(plainText(isBare ? value : canonicalJson(value)), columns);
}

const quoted = (text: string): string => `"${text}"`;

/** `"a cat" → "a dog"`; of long texts that begin alike, only the part around the first difference. */
export function changeText(from: JsonValue, to: JsonValue, columns: number): string {
  const side = (value: JsonValue): string => {
    if (value === null) return 'not given';
    if (typeof value !== 'string') return cutText(plainText(canonicalJson(value)), columns);
    return quoted(cutText(plainText(value), columns - 2));
  };
  if (typeof from !== 'string' || typeof to !== 'string' || Math.max(from.length, to.length) <= columns - 2) {
    return `${side(from)} → ${side(to)}`;
  }
  const alike = alikeLength(from, to);
  const start = alike <= shownBefore ? 0 : wordStart(from, alike - shownBefore, alike);
  const tail = (text: string): string => `${start === 0 ? '' : '…'}${text.slice(start).toWellFormed()}`;
  return `${side(tail(from))} → ${side(tail(to))}`;
}

// Characters shown before the first difference.
const shownBefore = 16;

function alikeLength(a: string, b: string): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length += 1;
  return length;
}

/** The start of the first whole word from `at` on, before `end`. */
function wordStart(text: string, at: number, end: number): number {
  const space = text.indexOf(' ', at);
  return space === -1 || space >= end ? at : space + 1;
}
