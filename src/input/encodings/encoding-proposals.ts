import { TextDecoder } from 'node:util';
import { shown } from '../reading.ts';
import { plausibility } from './plausible-text.ts';

// Where two are equally likely, the earlier one goes first.
const encodings = [
  ...['windows-1252', 'shift_jis', 'euc-jp', 'gb18030', 'big5', 'euc-kr', 'windows-1251', 'windows-1250'],
  ...['iso-8859-2', 'macintosh', 'koi8-r', 'windows-1253', 'windows-1254'],
] as const;

const maxProposals = 3;
const judgedBytes = 2048;
const shownLetters = 24;

/**
 * The encodings that bytes which are not UTF-8 may be in, each with the first text beyond ASCII as it would read, the
 * most likely one first: a hint for a person, never a decision. `bad` is the offset of the first bad byte. Empty: none
 * reads without control characters.
 */
export function proposedEncodings(bytes: Uint8Array, bad: number): string {
  const lineStart = Math.max(bytes.lastIndexOf(0x0a, bad), bytes.lastIndexOf(0x0d, bad)) + 1;
  const judged = bytes.subarray(lineStart, bad + judgedBytes);
  const sample = sampleOf(judged);
  const seen = new Set<string>();
  return encodings
    .flatMap((encoding) => {
      const text = decoded(encoding, judged);
      const reads = decoded(encoding, sample);
      if (text === null || reads === null || isUnreadable(text)) return [];
      return [{ encoding, reads, score: plausibility(text, encoding) }];
    })
    .toSorted((one, other) => other.score - one.score)
    .filter(({ reads }) => !seen.has(reads) && seen.add(reads))
    .slice(0, maxProposals)
    .map(({ encoding, reads }) => `--encoding ${encoding} (${shown(cut(reads))})`)
    .join(', ');
}

// These bytes are never part of a longer character in any of the encodings.
const separators = new Set([0x09, 0x0a, 0x0d, 0x22, 0x2c, 0x3b]);

/** The cell or line around the first byte that is not ASCII, from the word that holds it. */
function sampleOf(bytes: Uint8Array): Uint8Array {
  const first = bytes.findIndex((byte) => byte >= 0x80);
  let from = first;
  while (from > 0 && first - from < shownLetters / 2 && !separators.has(bytes[from - 1] as number)) from -= 1;
  const length = bytes.subarray(first).findIndex((byte) => separators.has(byte));
  const sample = bytes.subarray(from, length === -1 ? bytes.length : first + length);
  const start = from > 0 && !separators.has(bytes[from - 1] as number) ? sample.indexOf(0x20) + 1 : 0;
  return sample.subarray(start < first - from ? start : 0);
}

function decoded(encoding: string, bytes: Uint8Array): string | null {
  try {
    return new TextDecoder(encoding, { fatal: true, ignoreBOM: true }).decode(bytes, { stream: true });
  } catch {
    return null;
  }
}

function isUnreadable(text: string): boolean {
  return /[^\P{C}\t\n\r\u200b-\u200f]|\ufffd/u.test(text);
}

function cut(text: string): string {
  const letters = [...text.trim()];
  return letters.length > shownLetters ? `${letters.slice(0, shownLetters).join('')}…` : letters.join('');
}
