/**
 * Any text as part of a URL's hash. Half of a surrogate pair, which JSON may carry and a URL may not, is written as
 * `\uD83D`.
 */
export function escapedText(text: string): string {
  const sure = text
    .replaceAll('\\', '\\\\')
    .replace(/[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g, codeUnit);
  // What a browser keeps as it is in a hash can stay readable.
  return encodeURIComponent(sure).replaceAll('%20', '+').replaceAll('%2C', ',').replaceAll('%2F', '/');
}

/** The inverse. What was never written by it is read as far as it goes. */
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
