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
    yield await cutter.write(text);
  }
  if (cutter !== null) yield await cutter.end();
}
