/** A file that stands inside an answer. */
export interface InlineContent {
  readonly bytes: Uint8Array;
  /** A media type, where it is named. */
  readonly type: string | null;
}

/** Whether a text is to be a data URI, well made or not. */
export function isDataUri(text: string): boolean {
  return /^data:[^,]{0,200},/i.test(text);
}

/** The bytes of a data URI (RFC 2397); null where it holds none, or they cannot be decoded. */
export function dataUriContent(uri: string): InlineContent | null {
  const comma = uri.indexOf(',');
  const head = uri.slice('data:'.length, comma).trim();
  const payload = uri.slice(comma + 1);
  const type = /^[a-z]+\/[\w.+-]+/i.exec(head)?.[0]?.toLowerCase() ?? null;
  const bytes = /;\s*base64\s*$/i.test(head) ? base64Bytes(unescaped(payload) ?? '') : textBytes(payload);
  return bytes === null || bytes.length === 0 ? null : { bytes, type };
}

function textBytes(payload: string): Uint8Array | null {
  const text = unescaped(payload);
  return text === null ? null : Buffer.from(text);
}

function unescaped(payload: string): string | null {
  if (!payload.includes('%')) return payload;
  try {
    return decodeURIComponent(payload);
  } catch {
    return null;
  }
}

/** The bytes of base64 in either alphabet, line breaks in it or not; null for anything else. */
export function base64Bytes(text: string): Uint8Array | null {
  const packed = /\s/.test(text) ? text.replace(/\s+/g, '') : text;
  const padding = packed.endsWith('==') ? 2 : packed.endsWith('=') ? 1 : 0;
  const { length } = packed;
  const digits = length - padding;
  // A pattern for the whole text would remember each of its characters, and a large video overflows the stack of that.
  const firstOther = packed.search(/[^A-Za-z0-9+/_-]/);
  const isPlain = firstOther === -1 ? padding === 0 : firstOther === digits;
  return digits === 0 || !isPlain || digits % 4 === 1 ? null : Buffer.from(packed, 'base64');
}

// How files begin in base64: PNG, JPEG, GIF, RIFF (WebP, WAV), MP4 and its like, WebM, MP3, Ogg, FLAC, glTF, ZIP, PDF, TIFF.
const beginnings =
  /^(iVBORw0KGgo|\/9j\/|R0lGOD|UklGR|AAAA.GZ0eX|GkXfo|SUQz|\/\/[uvsP]|T2dnUw|ZkxhQ|Z2xURg|UEsDB|JVBERi|SUkqA|TU0AK)/;

const shortestUnnamed = 64;

/** The bytes of a text that is base64 by its look alone: as long as no word is, and beginning as files do. */
export function unnamedBase64(text: string): Uint8Array | null {
  return text.length >= shortestUnnamed && beginnings.test(text) ? base64Bytes(text) : null;
}
