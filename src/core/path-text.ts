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

/** The longest prefix of whole characters that fits into `maxBytes` of UTF-8. */
export function cutBytes(text: string, maxBytes: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of text) {
    bytes += utf8Bytes(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

export function utf8Bytes(text: string): number {
  let bytes = 0;
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** A part that no system reserves or hides, and never an empty one. */
export function safePart(part: string): string {
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
