import { extname, join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { UserError } from '../core/complaints.ts';
import type { JsonValue } from '../core/json.ts';
import type { ManifestLine } from '../core/manifest.ts';
import { writeWholeBytes } from './durable-files.ts';
import type { LedgerReader } from './reader.ts';
import { utf8Pieces } from './utf8-pieces.ts';

type Cell = string | number;

interface CsvColumn {
  readonly header: string;
  readonly cell: (line: ManifestLine) => Cell;
}

// Few enough to be gone before they leave the young generation.
const rowsAtOnce = 50;

// The order of the contract: after the inputs, what became of the job.
const outcome: readonly CsvColumn[] = [
  { header: 'state', cell: (line) => line.state },
  { header: 'request_id', cell: (line) => line.request_id ?? '' },
  { header: 'files', cell: (line) => line.outputs.map(({ path }) => path).join(' ') },
  { header: 'cost', cell: (line) => line.cost ?? '' },
  {
    header: 'error',
    cell: (line) => (line.error === null ? '' : `${line.error.class}: ${line.error.message}`),
  },
];

/** Writes `manifest.jsonl` and `manifest.csv` into the run folder, each whole or as it was. */
export async function writeManifests(reader: LedgerReader): Promise<void> {
  await exportManifest(reader, join(reader.dir, 'manifest.jsonl'));
  await exportManifest(reader, join(reader.dir, 'manifest.csv'));
}

/**
 * Writes the manifest to a file, whole or as it was, in the form that its extension names. Resolves with the number
 * of jobs. Throws UserError: 'usage' for another extension, 'output' for what the disk is to blame for.
 */
export async function exportManifest(reader: LedgerReader, file: string): Promise<number> {
  let jobs = 0;
  function* counted(): Iterable<ManifestLine> {
    for (const line of reader.lines()) {
      jobs += 1;
      yield line;
    }
  }
  await writeWholeBytes(file, pieces(textsFor(reader, file, counted())));
  return jobs;
}

function textsFor(reader: LedgerReader, file: string, lines: Iterable<ManifestLine>): Iterable<string> {
  switch (extname(file).toLowerCase()) {
    case '.jsonl':
    case '.ndjson':
      return jsonlTexts(lines);
    case '.csv':
      return csvTexts(columnsFor(reader), lines);
  }
  throw new UserError('usage', `${file} ends in neither .csv nor .jsonl.`, 'Choose one of these two.');
}

async function* pieces(texts: Iterable<string>): AsyncGenerator<Uint8Array> {
  yield* utf8Pieces(texts);
}

function* jsonlTexts(lines: Iterable<ManifestLine>): Iterable<string> {
  for (const line of lines) yield `${JSON.stringify(line)}\n`;
}

/**
 * With a byte order mark, since this file is for spreadsheets and Excel reads it as Windows-1252 without one; scripts
 * have the JSON lines. `id` comes first, so that a reader that does not know the mark still finds every input.
 */
function* csvTexts(columns: readonly CsvColumn[], lines: Iterable<ManifestLine>): Iterable<string> {
  yield `\uFEFF${csv([columns.map(({ header }) => header)])}`;
  let rows: Cell[][] = [];
  for (const line of lines) {
    rows.push(columns.map(({ cell }) => cell(line)));
    if (rows.length < rowsAtOnce) continue;
    yield csv(rows);
    rows = [];
  }
  if (rows.length > 0) yield csv(rows);
}

/** Cells that a spreadsheet would run as a formula get an apostrophe in front; numbers stay numbers. */
function csv(rows: readonly (readonly Cell[])[]): string {
  return stringify([...rows], { escape_formulas: true });
}

function columnsFor(reader: LedgerReader): CsvColumn[] {
  const { inputs, tags, models } = reader.columns();
  const columns: CsvColumn[] = [{ header: 'id', cell: (line) => line.id ?? '' }];
  if (models > 1) columns.push({ header: 'model', cell: (line) => line.model });
  const taken = new Set([...columns, ...outcome].map(({ header }) => header));

  /** A name that another column has already is told apart by where it comes from. */
  function add(source: 'input' | 'tags', key: string): void {
    const header = taken.has(key) ? `${source}.${key}` : key;
    taken.add(header);
    columns.push({ header, cell: (line) => cellOf(own(line[source], key)) });
  }

  for (const key of inputs) add('input', key);
  for (const key of tags) add('tags', key);
  return [...columns, ...outcome];
}

function own(source: Readonly<Record<string, JsonValue>>, key: string): JsonValue {
  return Object.hasOwn(source, key) ? (source[key] as JsonValue) : null;
}

function cellOf(value: JsonValue): Cell {
  if (value === null) return '';
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}
