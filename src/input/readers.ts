import { readCsv } from './csv-reader.ts';
import { readJsonl } from './jsonl-reader.ts';
import type { Reader } from './reading.ts';
import { readTsv } from './tsv-reader.ts';

interface Format {
  /** In lower case, with the dot. */
  readonly extensions: readonly string[];
  readonly read: Reader;
}

/** Every format of input: a further one is one entry here and the file with its reader. */
export const formats = {
  csv: { extensions: ['.csv'], read: readCsv },
  tsv: { extensions: ['.tsv', '.tab'], read: readTsv },
  jsonl: { extensions: ['.jsonl', '.ndjson'], read: readJsonl },
} as const satisfies Record<string, Format>;

export type InputFormat = keyof typeof formats;
