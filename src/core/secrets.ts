// Shorter pieces of base64 would occur in ordinary text.
const minFragment = 8;

/** A shorter secret occurs in ordinary words, and hiding it would make every text unreadable. */
export const minSecretLength = 6;

export function isTooShortToHide(secret: string): boolean {
  return secret.length < minSecretLength;
}

/**
 * A function that replaces every secret in a text: as it is, in JSON quotes, percent-encoded, or anywhere inside
 * base64 (as in a Basic header). Secrets that are too short to hide are left alone.
 */
export function withoutSecrets(secrets: readonly string[], instead: string): (text: string) => string {
  const forms = allForms(secrets);
  if (forms.length === 0) return (text) => text;
  const pattern = patternOf(forms, 'g');
  return (text) => text.replace(pattern, () => instead);
}

/**
 * A function that says whether a secret may be in some text of a JSON value, by one search through the whole of it.
 * A secret that JSON writes differently always may.
 */
export function seesSecrets(secrets: readonly string[]): (json: string) => boolean {
  const forms = allForms(secrets);
  if (forms.length === 0) return () => false;
  if (forms.some((form) => JSON.stringify(form) !== `"${form}"`)) return () => true;
  const pattern = patternOf(forms, '');
  return (json) => pattern.test(json);
}

/** The longest first, so that a form is not cut by another one inside it. */
function allForms(secrets: readonly string[]): readonly string[] {
  const hidden = secrets.filter((secret) => !isTooShortToHide(secret));
  return [...new Set(hidden.flatMap(formsOf))].sort((a, b) => b.length - a.length);
}

function patternOf(forms: readonly string[], flags: '' | 'g'): RegExp {
  return new RegExp(forms.map(escaped).join('|'), flags);
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
  const bytes = new TextEncoder().encode(secret);
  const all = [...new Uint8Array(before), ...bytes];
  const encoded = btoa(all.map((byte) => String.fromCharCode(byte)).join('')).replace(/=+$/, '');
  const start = Math.ceil((before * 8) / 6);
  const end = Math.floor(((before + bytes.length) * 8) / 6);
  const fragment = encoded.slice(start, end);
  if (fragment.length < minFragment) return [];
  return [fragment, fragment.replaceAll('+', '-').replaceAll('/', '_')];
}

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
