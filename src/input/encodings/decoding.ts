import { lineBreaks, type Position, positionAt } from '../positions.ts';
import { fault, shown, Unreadable } from '../reading.ts';
import { byteOrderMark, type StrictDecoder, strictDecoder } from './encoding.ts';
import { binaryLooks, unmarkedUtf16 } from './signatures.ts';

const pieceBytes = 64 * 1024;
// Enough to tell a zip's first file names and the pattern of UTF-16.
const headBytes = 4096;

/**
 * The text of a byte stream, in pieces of some 64 KB that never end between CR and LF. A byte order mark decides the
 * encoding, else `encoding`, else it is UTF-8. Throws `Unreadable`, with the position, at the first byte that is not
 * text; all text before it has been given by then.
 */
export async function* decodedText(
  stream: AsyncIterable<Uint8Array | string>,
  file: string,
  encoding: string | null,
): AsyncGenerator<string> {
  let decoder: StrictDecoder | null = null;
  let reached: Reached = { line: 1, open: '' };
  let held = '';

  for await (const piece of pieces(stream)) {
    let bytes = piece;
    if (decoder === null) {
      const mark = byteOrderMark(bytes);
      refuseBinary(bytes, file, mark !== null || encoding !== null);
      decoder = strictDecoder(mark?.encoding ?? encoding ?? 'utf-8');
      bytes = bytes.subarray(mark?.length ?? 0);
    }
    const { text, bad } = decoder.decode(bytes);
    const nul = text.indexOf('\0');
    const good = held + (nul === -1 ? text : text.slice(0, nul));
    held = good.endsWith('\r') && nul === -1 && bad === null ? '\r' : '';
    const given = held === '' ? good : good.slice(0, -1);
    reached = advance(reached, given);
    if (given !== '') yield given;
    if (nul !== -1) {
      throw new Unreadable(
        fault(file, place(reached), 'binary', 'here is a NUL byte: this is not a text file.'),
      );
    }
    if (bad !== null) throw new Unreadable(fault(file, place(reached), 'encoding', bad));
  }
  const last = decoder?.end() ?? { text: '', bad: null };
  const rest = held + last.text;
  if (rest !== '') yield rest;
  if (last.bad !== null) {
    throw new Unreadable(fault(file, place(advance(reached, rest)), 'encoding', last.bad));
  }
}

/** The stream's bytes in pieces that are big enough to be judged, and no bigger than `pieceBytes`. */
async function* pieces(stream: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array> {
  let small: Uint8Array = new Uint8Array();
  for await (const chunk of stream) {
    const given: Uint8Array = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    const bytes: Uint8Array = small.length === 0 ? given : Buffer.concat([small, given]);
    small = bytes.length < headBytes ? bytes : new Uint8Array();
    if (small.length > 0) continue;
    for (let at = 0; at < bytes.length; at += pieceBytes) yield bytes.subarray(at, at + pieceBytes);
  }
  if (small.length > 0) yield small;
}

function refuseBinary(bytes: Uint8Array, file: string, encodingKnown: boolean): void {
  const head = bytes.subarray(0, headBytes);
  const looks = binaryLooks(head);
  if (looks !== null) throw new Unreadable(fault(file, 1, 'binary', `this ${looks}`));
  const utf16 = encodingKnown ? null : unmarkedUtf16(head);
  if (utf16 === null) return;
  const reads = new TextDecoder(utf16).decode(head.subarray(0, head.length & ~1)).split(/[\r\n]+/);
  const telling = reads.find((line) => /[^\0-\x7f]/.test(line)) ?? reads[0] ?? '';
  const sample = shown([...telling.trim()].slice(0, 24).join(''));
  const message = `this looks like UTF-16 without a byte order mark; add --encoding ${utf16} (${sample}).`;
  throw new Unreadable(fault(file, 1, 'encoding', message));
}

/** How much text has been given: the current line, and the part of it that was given, for columns. */
interface Reached {
  readonly line: number;
  readonly open: string;
}

function advance(reached: Reached, text: string): Reached {
  const line = reached.line + lineBreaks(text);
  // To look for a last CR where there is none goes over all of the text, letter by letter.
  const lastReturn = text.includes('\r') ? text.lastIndexOf('\r') : -1;
  const lineStart = Math.max(text.lastIndexOf('\n'), lastReturn) + 1;
  // In a line of many pieces the column helps nobody, and the line must not be kept.
  const open = lineStart === 0 ? (reached.open + text).slice(0, pieceBytes) : text.slice(lineStart);
  return { line, open };
}

function place({ line, open }: Reached): Position {
  return positionAt(open, open.length, line);
}
