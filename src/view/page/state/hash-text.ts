/**
 * Encodes any text for a URL's hash. Half of a surrogate pair, which JSON allows and a URL does not, is written as
 * `\uD83D`.
 */
export function escapedText(text: string): string {
  const whole = text
    .replaceAll('\\', '\\\\')
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, codeUnit);
  // Browsers leave these characters alone in a hash, so they can stay readable.
  return encodeURIComponent(whole).replaceAll('%20', '+').replaceAll('%2C', ',').replaceAll('%2F', '/');
}

/** The inverse of `escapedText`. Text that it did not write is decoded as far as possible. */
export function textOf(escaped: string): string {
  const spaced = escaped.replaceAll('+', ' ');
  let text: string;
  try {
    text = decodeURIComponent(spaced);
  } catch (thrown) {
    if (!(thrown instanceof URIError)) throw thrown;
    text = spaced;
  }
  return text.replace(/\\(?:u([0-9A-F]{4})|\\)/g, (_, hex: string | undefined) =>
    hex === undefined ? '\\' : String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

function codeUnit(half: string): string {
  return `\\u${half.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`;
}
