import { Buffer } from 'node:buffer';
import type { JsonValue } from '../core/json.ts';

/** What stands in the place of a secret. */
export const redacted = '[redacted]';

// Shorter pieces of base64 would hit innocent text.
const shortestFragment = 8;
const linkQuery = /(\bhttps?:\/\/[^\s"'<>?#]+)[?#][^\s"'<>]*/gi;

/**
 * A function that replaces every secret in a text: as it is, in JSON quotes, percent-encoded, or anywhere inside
 * base64 (as in a Basic header); and cuts the query off links, since it may be their signature.
 */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const forms = [...new Set(secrets.filter((secret) => secret !== '').flatMap(formsOf))].sort(
    (a, b) => b.length - a.length,
  );
  const pattern = forms.length === 0 ? null : new RegExp(forms.map(escaped).join('|'), 'g');
  return (text) => {
    const clean = pattern === null ? text : text.replace(pattern, redacted);
    return clean.replace(linkQuery, `$1?${redacted}`);
  };
}

function formsOf(secret: string): readonly string[] {
  const sure = secret.toWellFormed();
  const percent = encodeURIComponent(sure);
  const quoted = JSON.stringify(secret).slice(1, -1);
  return [
    secret,
    quoted,
    JSON.stringify(quoted).slice(1, -1),
    percent,
    percent.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    new URLSearchParams([[sure, '']]).toString().slice(0, -1),
    ...[0, 1, 2].flatMap((before) => base64Forms(sure, before)),
  ];
}

/** The characters of base64 that the secret alone decides, when `before` bytes (modulo 3) come before it. */
function base64Forms(secret: string, before: number): readonly string[] {
  const bytes = Buffer.from(secret);
  const encoded = Buffer.concat([Buffer.alloc(before), bytes])
    .toString('base64')
    .replace(/=+$/, '');
  const start = Math.ceil((before * 8) / 6);
  const end = Math.floor(((before + bytes.length) * 8) / 6);
  const fragment = encoded.slice(start, end);
  if (fragment.length < shortestFragment) return [];
  return [fragment, fragment.replaceAll('+', '-').replaceAll('/', '_')];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

/** The same value with every text in it, names too, put through `clean`. */
export function cleaned(value: JsonValue, clean: (text: string) => string): JsonValue {
  if (typeof value === 'string') return clean(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => cleaned(item, clean));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [clean(key), cleaned(item, clean)]));
}
