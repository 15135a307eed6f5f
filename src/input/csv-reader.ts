import { type CsvCut, type CsvCutter, csvCutter } from './csv-cutter.ts';
import { csvDialect, holdsFirstRecord } from './csv-dialect.ts';
import type { Reader, Reading } from './reading.ts';
import type { TableRecord } from './table-record.ts';
import { tableRows } from './table-rows.ts';

/** Comma-separated text as RFC 4180 has it, and its dialects with semicolons and tabs. */
export const readCsv: Reader = (reading) => tableRows(reading, csvRecords(reading));

async function* csvRecords({ file, texts }: Reading): AsyncGenerator<readonly TableRecord[]> {
  let opening = '';
  let cutter: CsvCutter | null = null;
  for await (const text of texts) {
    if (cutter !== null) {
      yield* delivered(await cutter.write(text));
      continue;
    }
    opening += text;
    if (!holdsFirstRecord(opening)) continue;
    cutter = csvCutter(file, csvDialect(opening));
    yield* delivered(await cutter.write(opening));
  }
  if (cutter === null) {
    cutter = csvCutter(file, csvDialect(opening));
    yield* delivered(await cutter.write(opening));
  }
  yield* delivered(await cutter.end());
}

function* delivered({ records, end }: CsvCut): Generator<readonly TableRecord[]> {
  if (records.length > 0) yield records;
  if (end !== null) throw end;
}
