import type { Row } from '../core/row.ts';
import { oneByOne } from '../core/row-batches.ts';
import { readJson } from './json/json-reader.ts';
import { readJsonl } from './json/jsonl-reader.ts';
import { fault, type Reader, type Reading, Unreadable } from './reading.ts';
import { readCsv } from './tables/csv-reader.ts';
import { readTsv } from './tables/tsv-reader.ts';
import { readTxt } from './text/txt-reader.ts';

interface Format {
  /** In lower case, with the dot. */
  readonly extensions: readonly string[];
  readonly read: Reader;
}

/** Every format of input: another one is one entry here and the file with its reader. */
export const formats = {
  csv: { extensions: ['.csv'], read: readCsv },
  tsv: { extensions: ['.tsv', '.tab'], read: readTsv },
  jsonl: { extensions: ['.jsonl', '.ndjson'], read: singly(readJsonl) },
  json: { extensions: ['.json'], read: singly(readJson) },
  yaml: { extensions: ['.yaml', '.yml'], read: refuseSweep },
  txt: { extensions: ['.txt'], read: singly(readTxt) },
  xlsx: { extensions: ['.xlsx', '.xlsm'], read: refuseBook },
} as const satisfies Record<string, Format>;

export type InputFormat = keyof typeof formats;

function singly(read: (reading: Reading) => AsyncIterable<Row>): Reader {
  return (reading) => oneByOne(read(reading));
}

// biome-ignore lint/correctness/useYield: a sweep has no rows of its own; `readInput` opens it
async function* refuseSweep({ file }: { readonly file: string }): AsyncGenerator<never> {
  throw new Unreadable(fault(file, 1, 'sweep', 'the file is a sweep, not a list of rows.'));
}

// biome-ignore lint/correctness/useYield: a workbook is not a text; `readRows` opens it
async function* refuseBook({ file }: { readonly file: string }): AsyncGenerator<never> {
  throw new Unreadable(fault(file, 1, 'binary', 'the file is a workbook, not a text.'));
}
