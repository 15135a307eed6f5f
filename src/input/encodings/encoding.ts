import { TextDecoder } from 'node:util';
import { proposedEncodings } from './encoding-proposals.ts';

const marks = [
  { bytes: [0xef, 0xbb, 0xbf], encoding: 'utf-8' },
  { bytes: [0xff, 0xfe], encoding: 'utf-16le' },
  { bytes: [0xfe, 0xff], encoding: 'utf-16be' },
] as const;

/** The byte order mark at the start of a text, if it has one. */
export function byteOrderMark(
  head: Uint8Array,
): { readonly encoding: string; readonly length: number } | null {
  const mark = marks.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte));
  return mark === undefined ? null : { encoding: mark.encoding, length: mark.bytes.length };
}

interface Decoded {
  readonly text: string;
  /** What is wrong with the bytes that follow `text`, as a sentence; null: nothing. */
  readonly bad: string | null;
}

export interface StrictDecoder {
  decode(bytes: Uint8Array): Decoded;
  /** Called once, after the last bytes. */
  end(): Decoded;
}

/** Decodes a text piece by piece, and stops at the first bytes that the encoding does not allow. */
export function strictDecoder(encoding: string): StrictDecoder {
  const decoder = fatalDecoder(encoding);
  let unfinished: Uint8Array = new Uint8Array();
  return {
    decode(bytes) {
      try {
        const text = decoder.decode(bytes, { stream: true });
        unfinished = decoder.encoding === 'utf-8' ? unfinishedUtf8(unfinished, bytes) : unfinished;
        return { text, bad: null };
      } catch {
        return upToFault(decoder.encoding, Buffer.concat([unfinished, bytes]));
      }
    },
    end() {
      try {
        return { text: decoder.decode(), bad: null };
      } catch {
        return { text: '', bad: complaint(decoder.encoding, unfinished, 0) };
      }
    },
  };
}

// The mark at the start has been cut off; a decoder that looked for one would swallow a U+FEFF further on.
function fatalDecoder(encoding: string): TextDecoder {
  return new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
}

/** The text before the first bad byte, found by halving: a decoder reports that it failed, but not where. */
function upToFault(encoding: string, bytes: Uint8Array): Decoded {
  const attempt = (length: number): string | null => {
    try {
      return fatalDecoder(encoding).decode(bytes.subarray(0, length), { stream: true });
    } catch {
      return null;
    }
  };
  let good = 0;
  let bad = bytes.length;
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if (attempt(middle) === null) bad = middle;
    else good = middle;
  }
  const text = attempt(good) ?? '';
  return { text, bad: complaint(encoding, bytes, Buffer.byteLength(text)) };
}

/** What is wrong with the byte at `bad`, as a sentence. */
function complaint(encoding: string, bytes: Uint8Array, bad: number): string {
  if (encoding !== 'utf-8') {
    return `the bytes from here on are not ${encoding}; name another --encoding, or leave it out.`;
  }
  const byte = (bytes[bad] ?? 0).toString(16).toUpperCase().padStart(2, '0');
  const proposals = proposedEncodings(bytes, bad);
  const others = proposals === '' ? '' : `, or name the encoding that reads correctly: ${proposals}`;
  return `the byte 0x${byte} is not UTF-8; save the file as UTF-8${others}.`;
}

/** The bytes of a UTF-8 character that these bytes begin and the next ones end. */
function unfinishedUtf8(before: Uint8Array, bytes: Uint8Array): Uint8Array {
  const tail = Buffer.concat([before, bytes.subarray(-4)]).subarray(-4);
  for (let length = 1; length <= Math.min(3, tail.length); length += 1) {
    const byte = tail[tail.length - length] as number;
    if ((byte & 0xc0) === 0x80) continue;
    const needed = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1;
    return needed > length ? tail.subarray(-length) : new Uint8Array();
  }
  return new Uint8Array();
}
