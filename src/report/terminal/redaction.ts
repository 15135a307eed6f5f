import type { JsonValue } from '../../core/json.ts';
import { seesSecrets, withoutSecrets } from '../../core/secrets.ts';

/** Replaces a secret. */
export const redacted = '[redacted]';

const linkQuery = /(\bhttps?:\/\/[^\s"'<>?#]+)[?#][^\s"'<>]*/gi;

/** A function that replaces every secret in a text, and cuts the query off links, which may be a signature. */
export function redactor(secrets: readonly string[]): (text: string) => string {
  const clean = withoutSecrets(secrets, redacted);
  return (text) => clean(text).replace(linkQuery, `$1?${redacted}`);
}

/** A function that says whether JSON may have something in its texts that the redactor of these secrets replaces. */
export function needsRedaction(secrets: readonly string[]): (json: string) => boolean {
  const holdsSecret = seesSecrets(secrets);
  return (json) => json.includes('://') || holdsSecret(json);
}

/** The same value with `clean` applied to every text in it, including names. */
export function cleaned(value: JsonValue, clean: (text: string) => string): JsonValue {
  if (typeof value === 'string') return clean(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map((item: JsonValue) => cleaned(item, clean));
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [clean(key), cleaned(item, clean)]));
}
