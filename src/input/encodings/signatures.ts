interface Signature {
  readonly at: number;
  readonly bytes: readonly number[];
  readonly looksLike: string;
}

const ascii = (text: string): readonly number[] => [...text].map((letter) => letter.charCodeAt(0));

const oldExcel =
  'looks like an old Excel file (.xls), or one with a password; save it as .xlsx or as CSV (UTF-8).';
const excel = 'looks like an Excel file, not like text; add --format xlsx.';
const image = 'is an image, not a list of prompts.';

const signatures = [
  { at: 0, bytes: [0xd0, 0xcf, 0x11, 0xe0], looksLike: oldExcel },
  { at: 0, bytes: [0x89, ...ascii('PNG')], looksLike: image },
  { at: 0, bytes: [0xff, 0xd8, 0xff], looksLike: image },
  { at: 0, bytes: ascii('GIF8'), looksLike: image },
  { at: 8, bytes: ascii('WEBP'), looksLike: image },
  { at: 4, bytes: ascii('ftyp'), looksLike: 'is a video or an image, not a list of prompts.' },
  { at: 0, bytes: ascii('%PDF-'), looksLike: 'is a PDF; copy its text into a CSV file.' },
  {
    at: 0,
    bytes: [0x1f, 0x8b],
    looksLike: 'is compressed with gzip twice; decompress it once.',
  },
  { at: 0, bytes: ascii('SQLite format 3'), looksLike: 'is a SQLite database; export it as CSV.' },
] as const satisfies readonly Signature[];

/** What a file that is not text looks like, as the end of a sentence; null for what may be text. */
export function binaryLooks(head: Uint8Array): string | null {
  if (startsWith(head, 0, [0x50, 0x4b, 0x03, 0x04])) return zipLooks(head);
  const found = signatures.find(({ at, bytes }) => startsWith(head, at, bytes));
  return found?.looksLike ?? null;
}

function zipLooks(head: Uint8Array): string {
  const names = Buffer.from(head).toString('latin1');
  if (names.includes('opendocument'))
    return 'looks like a LibreOffice file, not like text; save it as .xlsx or as CSV (UTF-8).';
  if (names.includes('xl/') || names.includes('[Content_Types].xml')) return excel;
  return 'looks like an Excel file or another zip archive, not like text; save it as CSV (UTF-8).';
}

function startsWith(head: Uint8Array, at: number, bytes: readonly number[]): boolean {
  return bytes.every((byte, index) => head[at + index] === byte);
}

/**
 * The byte order of UTF-16 text without a mark: every other byte of ASCII is then zero, and no text holds zeros
 * otherwise. Elsewhere than in Western text the names of the columns, delimiters and line ends are ASCII.
 */
export function unmarkedUtf16(head: Uint8Array): 'utf-16le' | 'utf-16be' | null {
  const zeros = [0, 0];
  head.forEach((byte, index) => {
    if (byte === 0) zeros[index % 2] = (zeros[index % 2] as number) + 1;
  });
  const [even, odd] = zeros as [number, number];
  const encoding = odd > 1 && even <= odd / 8 ? 'utf-16le' : even > 1 && odd <= even / 8 ? 'utf-16be' : null;
  if (encoding === null || Math.max(even, odd) > head.length / 4) return encoding;
  const text = new TextDecoder(encoding).decode(head.subarray(0, head.length & ~1));
  return /[^\P{C}\t\n\r\u200b-\u200f]|\ufffd/u.test(text.slice(0, -1)) ? null : encoding;
}
