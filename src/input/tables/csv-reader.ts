import type { Reader, Reading } from '../reading.ts';
import { type CsvCutter, csvCutter } from './csv-cutter.ts';
import { csvDialect } from './csv-dialect.ts';
import { openTable } from './table-opening.ts';
import type { TableItem } from './table-record.ts';
import { tableRows } from './table-rows.ts';

/** Comma-separated text as in RFC 4180, and its dialects with semicolons, tabs and vertical bars. */
export const readCsv: Reader = (reading) => {
  const { texts, comments } = openTable(reading);
  return tableRows(reading, csvRecords(reading.file, texts), comments);
};

/** The records of a text, whose first piece holds its opening. */
export async function* csvRecords(
  file: Reading['file'],
  texts: AsyncIterable<string>,
): AsyncGenerator<readonly TableItem[]> {
  let cutter: CsvCutter | null = null;
  for await (const text of texts) {
    cutter ??= csvCutter(file, csvDialect(text));
    for (const piece of pieces(text)) yield await cutter.write(piece);
  }
  if (cutter !== null) yield await cutter.end();
}

// Records that wait for their turn are moved in memory again and again, so that few are to wait.
const pieceLength = 8 * 1024;

/** A text in pieces that end between two characters, and never between CR and LF. */
function* pieces(text: string): Generator<string> {
  for (let from = 0; from < text.length; ) {
    let to = from + pieceLength;
    const last = text.charCodeAt(to - 1);
    if (last === 0x0d || (last >= 0xd800 && last <= 0xdbff)) to += 1;
    yield text.slice(from, to);
    from = to;
  }
}
