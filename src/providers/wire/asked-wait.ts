import { isJsonObject, type JsonObject, type JsonValue } from '../../core/json.ts';

const secondKeys = ['retry_after', 'retryAfter', 'retry_after_seconds', 'retryAfterSeconds'] as const;
const millisecondKeys = ['retry_after_ms', 'retryAfterMs'] as const;
// Where providers put them: beside the message, or one level below.
const envelopes = ['error', 'detail', 'errors', 'meta', 'data'] as const;
const maxNested = 8;
const maxMs = Number.MAX_SAFE_INTEGER;

/**
 * The wait that the body of a 429 or 503 asks for, in ms: as a number or a text of seconds under a usual key, or in the
 * words of its message (`resets in ~5s`, `try again in 1 minute`). null: none, or one that makes no sense.
 */
export function waitAskedInBody(body: JsonObject, words: string): number | null {
  for (const holder of holders(body)) {
    for (const key of secondKeys) {
      const ms = secondsOf(holder[key]);
      if (ms !== null) return ms;
    }
    for (const key of millisecondKeys) {
      const ms = secondsOf(holder[key]);
      if (ms !== null) return ms / 1_000;
    }
  }
  return waitInWords(words);
}

function holders(body: JsonObject): readonly JsonObject[] {
  const nested = envelopes.flatMap((key) => {
    const value = body[key] ?? null;
    return Array.isArray(value) ? (value.slice(0, maxNested) as readonly JsonValue[]) : [value];
  });
  return [body, ...nested.filter(isJsonObject)];
}

/** In ms. A text may have its unit (`12`, `12s`, `1m30s`). */
function secondsOf(value: JsonValue | undefined): number | null {
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? cut(value * 1_000) : null;
  if (typeof value !== 'string') return null;
  const text = value.trim();
  return /^\d+(\.\d+)?$/.test(text) ? cut(Number(text) * 1_000) : durationAt(text, 0, true);
}

const unitMs = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const lead = /\b(?:resets?|again|retry|wait)\b[^\d.;!?]{0,40}/gi;
const part =
  /\s*(?:and\s+)?(\d{1,15}(?:\.\d{1,6})?)\s*(ms|milliseconds?|seconds?|secs?|s|minutes?|mins?|m|hours?|hrs?|h|days?|d)(?![a-z])/iy;

function waitInWords(words: string): number | null {
  for (const found of words.matchAll(lead)) {
    const ms = durationAt(words, found.index + found[0].length, false);
    if (ms !== null) return ms;
  }
  return null;
}

/** The duration that stands there, in as many parts as follow each other. */
function durationAt(text: string, from: number, isWhole: boolean): number | null {
  let [total, end] = [0, from];
  for (;;) {
    part.lastIndex = end;
    const found = part.exec(text);
    if (found === null) break;
    const [, amount = '', word = ''] = found;
    total += Number(amount) * unitMs[unitOf(word)];
    end = part.lastIndex;
  }
  if (end === from || (isWhole && end < text.length)) return null;
  return cut(total);
}

function unitOf(word: string): keyof typeof unitMs {
  const lower = word.toLowerCase();
  if (lower === 'ms' || lower.startsWith('milli')) return 'ms';
  return lower[0] as keyof typeof unitMs;
}

function cut(ms: number): number {
  return Math.min(ms, maxMs);
}
