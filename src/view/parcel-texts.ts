import type { JsonValue } from '../core/json.ts';

/** A path of somebody's machine: of Unix with a folder at least, of Windows, or of a share. */
const machinePath = /^(?:file:\/\/|~?\/(?:[^\s/]+\/)+|[A-Za-z]:[\\/]|\\\\[^\\\s]+\\)[^\n]*$/;

/**
 * A value as others may see it: of a path on a machine only the last part, and of an address neither the query, which
 * may be a signature, nor a name and password.
 */
function withoutPlaces(value: JsonValue): JsonValue {
  if (typeof value === 'string') return textWithoutPlaces(value);
  if (Array.isArray(value)) return value.map(withoutPlaces);
  if (typeof value !== 'object' || value === null) return value;
  return recordWithoutPlaces(value as Readonly<Record<string, JsonValue>>);
}

export function recordWithoutPlaces<T extends JsonValue>(
  record: Readonly<Record<string, T>>,
): Readonly<Record<string, T>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, withoutPlaces(value) as T]));
}

export function textWithoutPlaces(text: string): string {
  if (/^https?:\/\/\S+$/i.test(text)) return bareAddress(text);
  return machinePath.test(text) ? (text.split(/[\\/]/).at(-1) ?? '') : text;
}

function bareAddress(text: string): string {
  const url = URL.parse(text);
  return url === null ? text.replace(/[?#].*$/s, '') : `${url.protocol}//${url.host}${url.pathname}`;
}
