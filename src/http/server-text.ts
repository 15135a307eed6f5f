import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { withoutSecrets } from '../core/secrets.ts';

const maxTextLength = 300;

/**
 * A text from a server, fit to be shown and kept: on one line, without the token in any of its forms, with control and
 * direction characters escaped, at most `maxLength` characters.
 */
export function cleanText(text: string, token: string, maxLength: number = maxTextLength): string {
  // The token goes first: after a cut, a part of it could stay behind.
  const redacted = withoutSecrets([token], '[token]')(text);
  const line = redacted
    .slice(0, maxLength * 4)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, escaped);
  const characters = [...line.toWellFormed()];
  return characters.length <= maxLength
    ? characters.join('')
    : `${characters.slice(0, maxLength - 1).join('')}…`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const errorKeys = ['error_message', 'message', 'error', 'detail', 'errors', 'title'] as const;
const failedResultKeys = ['error', 'error_message', 'detail', 'message', 'errors', 'title'] as const;

/** What the body of an error says, in words; empty if it says nothing. */
export function errorText(body: JsonObject): string {
  return allSaid(body, errorKeys);
}

/** Why a generation failed: from `error`, whatever its shape, before all else. */
export function failedResultText(body: JsonObject): string {
  return allSaid(body, failedResultKeys);
}

/** What an answer says if it is neither a JSON object nor a web page: a list, a JSON text, or plain text. */
export function plainErrorText(text: string): string {
  try {
    return say(JSON.parse(text) as JsonValue, 0);
  } catch {
    return text.trim();
  }
}

/** The first text, what objects and lists beside it add, and a code or type beside them all. */
function allSaid(body: JsonObject, keys: readonly string[]): string {
  const said: string[] = [];
  for (const key of keys) {
    const value = body[key] ?? null;
    // A second text usually says the same in other words; an object beside a text has the details.
    if (said.length > 0 && typeof value !== 'object') continue;
    const text = say(value, 0);
    if (text !== '' && !said.some((before) => before.includes(text))) said.push(text);
  }
  return withMarks(said.join('; '), body);
}

const maxDepth = 4;
const maxItems = 8;

/** Any JSON in words: validation entries as `field: message`, other objects as `key: value`. */
function say(value: JsonValue, depth: number): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value).trim();
  if (depth === maxDepth) return '…';
  if (!isJsonObject(value)) {
    const items = (value as readonly JsonValue[]).slice(0, maxItems);
    return items
      .map((item) => say(item, depth + 1))
      .filter((text) => text !== '')
      .join('; ');
  }
  const text = firstSpoken(value, depth);
  if (text !== '') {
    const field = fieldOf(value);
    return withMarks(field === '' ? text : `${field}: ${text}`, value);
  }
  return Object.entries(value)
    .slice(0, maxItems)
    .map(([key, member]) => [key, say(member, depth + 1)] as const)
    .filter(([, said]) => said !== '')
    .map(([key, said]) => `${key}: ${said}`)
    .join(', ');
}

function firstSpoken(value: JsonObject, depth: number): string {
  for (const key of ['msg', ...errorKeys]) {
    const said = say(value[key] ?? null, depth + 1);
    if (said !== '') return said;
  }
  return '';
}

const markKeys = ['code', 'errorCode', 'type', 'error_type', 'debugInfo'] as const;

/** `text (code, type)`: the marks tell programs what the text tells people. */
function withMarks(text: string, value: JsonObject): string {
  if (text === '') return '';
  const marks = markKeys
    .map((key) => value[key])
    .filter((mark) => typeof mark === 'string' || typeof mark === 'number')
    .map((mark) => String(mark).trim())
    // The type of RFC 9457 is a URI, and often a blank one.
    .filter((mark) => mark !== '' && mark !== 'about:blank' && !text.includes(mark));
  return marks.length === 0 ? text : `${text} (${[...new Set(marks)].join(', ')})`;
}

const fieldKeys = ['loc', 'path', 'instancePath', 'field', 'param'] as const;

/** The field that a validation entry points to, under any of its usual names. */
function fieldOf(value: JsonObject): string {
  for (const key of fieldKeys) {
    const name = fieldName(value[key] ?? null);
    if (name !== '') return name;
  }
  return '';
}

/** `["body", "seed"]` and `/body/seed` are `seed`. */
function fieldName(loc: JsonValue): string {
  if (typeof loc === 'string') return loc.replace(/^\/(body\/)?/, '').replaceAll('/', '.');
  if (!Array.isArray(loc)) return '';
  const parts = loc.filter((part) => typeof part === 'string' || typeof part === 'number').slice(0, maxItems);
  return (parts[0] === 'body' ? parts.slice(1) : parts).join('.');
}
