const maxSlugBytes = 60;

// The device names that Windows reserves, with or without an extension.
const reservedOnWindows = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³]) *(\..*)?$/i;

// Such as joiners and variation selectors: names must not differ only in what nobody sees.
const invisible = /\p{Default_Ignorable_Code_Point}+/gu;

/**
 * A text as one readable part of a path: NFC, lower case, letters and digits of any script joined by `-`,
 * cut at whole characters. Never empty, never reserved, never starting with a dot.
 */
export function slug(text: string, maxBytes: number = maxSlugBytes): string {
  if (!beyondAscii.test(text)) return safePart(plainSlug(text, maxBytes));
  const words = text
    .normalize('NFC')
    .toLowerCase()
    .replace(invisible, '')
    .replace(/['’]/g, '')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^[-\p{M}]+|-+$/gu, '')
    .normalize('NFC');
  const cut = cutBytes(words, maxBytes).replace(/-+$/, '');
  return safePart(cut);
}

const beyondAscii = /[^\0-\x7f]/;

/** The same of a text of ASCII, which most are: in one go, and no further than its slug reaches. */
function plainSlug(text: string, maxLength: number): string {
  const codes: number[] = [];
  let isApart = false;
  for (let at = 0; at < text.length && codes.length < maxLength; at += 1) {
    const code = text.charCodeAt(at);
    const isCapital = code >= 0x41 && code <= 0x5a;
    if (isCapital || (code >= 0x61 && code <= 0x7a) || (code >= 0x30 && code <= 0x39)) {
      if (isApart && codes.length > 0) codes.push(0x2d);
      isApart = false;
      if (codes.length < maxLength) codes.push(isCapital ? code + 0x20 : code);
    } else if (code !== 0x27) isApart = true;
  }
  if (codes.at(-1) === 0x2d) codes.pop();
  return String.fromCharCode(...codes);
}

/** The longest prefix of whole characters that fits into `maxBytes` of UTF-8. */
export function cutBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) as number;
    bytes += bytesOf(code);
    if (bytes > maxBytes) return text.slice(0, at);
    at += code < 0x10000 ? 1 : 2;
  }
  return text;
}

export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) as number;
    bytes += bytesOf(code);
    at += code < 0x10000 ? 1 : 2;
  }
  return bytes;
}

function bytesOf(code: number): number {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

// A letter or a digit, then ASCII that ends in no dot or space, and not a name that Windows may reserve.
const plain = /^(?!con|prn|aux|nul|com|lpt)[a-z0-9_](?:[ -~]*[!--/-~])?$/i;

/** Whether a text is a part of a path as it is, so that neither `safePart` nor NFC would change it. */
export function isPlainPart(text: string): boolean {
  return plain.test(text);
}

/** A part that no system reserves or hides, and never an empty one. */
export function safePart(part: string): string {
  if (isPlainPart(part)) return part;
  const bare = part.replace(/^\.+/, '').replace(/[. ]+$/, '');
  if (bare === '') return '_';
  return reservedOnWindows.test(bare) ? `_${bare}` : bare;
}

// Not allowed in file names on Windows, or invisible: removed at the ends, and one hyphen elsewhere.
const unsafe = /[\p{Cc}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}<>:"/\\|?*]+/gu;
// A mark that no text holds by then.
const replaced = '\uFFFF';
const replacedAtEnds = /^\uFFFF+|\uFFFF+$/g;
const blanks = /[\p{Zs}\t\r\n]+/gu;

/** A text as a part of a path, in its own spelling: only characters that some system forbids are replaced. */
export function harmless(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFC')
    .replace(invisible, '')
    .replace(blanks, (found) => (/^ +$/.test(found) ? found : ' '))
    .replace(unsafe, replaced)
    .replace(replacedAtEnds, '')
    .replaceAll(replaced, '-')
    .replaceAll('{', '(')
    .replaceAll('}', ')')
    .normalize('NFC');
}
