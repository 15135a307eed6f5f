import { isJsonObject, type JsonObject, type JsonValue } from '../core/json.ts';
import { withoutSecrets } from '../core/secrets.ts';

const maxTextLength = 300;

/**
 * A text from a server as it may be shown and kept: on one line, without the token in any of its forms, with control and direction
 * characters escaped, at most `longest` characters.
 */
export function cleanText(text: string, token: string, longest: number = maxTextLength): string {
  // The token goes first: cut later, no part of it can stay behind.
  const redacted = withoutSecrets([token], '[token]')(text);
  const line = redacted
    .slice(0, longest * 4)
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, escaped);
  const characters = [...line.toWellFormed()];
  return characters.length <= longest ? characters.join('') : `${characters.slice(0, longest - 1).join('')}…`;
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

const errorKeys = ['error_message', 'message', 'error', 'detail', 'errors', 'title'] as const;
const failedResultKeys = ['error', 'error_message', 'detail', 'message', 'errors', 'title'] as const;

/** What the body of an error says, in words; empty where it says nothing. */
export function errorText(body: JsonObject): string {
  return allSaid(body, errorKeys);
}

/** Why a generation failed, from `error` of any shape before anything else. */
export function failedResultText(body: JsonObject): string {
  return allSaid(body, failedResultKeys);
}

/** What an answer says that is neither a JSON object nor a web page: a list, a JSON text, or plain text. */
export function plainErrorText(text: string): string {
  try {
    return say(JSON.parse(text) as JsonValue, 0);
  } catch {
    return text.trim();
  }
}

/** The first text, what objects and lists beside it add, and a code or type that stands beside them all. */
function allSaid(body: JsonObject, keys: readonly string[]): string {
  const said: string[] = [];
  for (const key of keys) {
    const value = body[key] ?? null;
    // Two texts are most often the same in other words; an object beside a text has the details.
    if (said.length > 0 && typeof value !== 'object') continue;
    const text = say(value, 0);
    if (text !== '' && !said.some((before) => before.includes(text))) said.push(text);
  }
  return withMarks(said.join('; '), body);
}

const deepest = 4;
const maxItems = 8;

/** Any JSON in words: validation entries as `field: message`, other objects as `key: value`. */
function say(value: JsonValue, depth: number): string {
  if (value === null) return '';
  if (typeof value !== 'object') return String(value).trim();
  if (depth === deepest) return '…';
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

/** `text (code, type)`: programs are told by these what people are told by the text. */
function withMarks(text: string, value: JsonObject): string {
  if (text === '') return '';
  const marks = markKeys
    .map((key) => value[key])
    .filter((mark) => typeof mark === 'string' || typeof mark === 'number')
    .map((mark) => String(mark).trim())
    // The type of RFC 9457 is an address, and often a blank one.
    .filter((mark) => mark !== '' && mark !== 'about:blank' && !text.includes(mark));
  return marks.length === 0 ? text : `${text} (${[...new Set(marks)].join(', ')})`;
}

const fieldKeys = ['loc', 'path', 'instancePath', 'field', 'param'] as const;

/** Where a validation entry points to, under any of its usual names. */
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
