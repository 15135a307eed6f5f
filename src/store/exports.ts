import { extname, join } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { UserError } from '../core/complaints.ts';
import type { JsonValue } from '../core/json.ts';
import type { ManifestLine } from '../core/manifest.ts';
import { openWhole, type WholeFile } from './durable-files.ts';
import { privateFile } from './plain-files.ts';
import type { LedgerReader } from './reader.ts';
import { utf8Block } from './utf8-pieces.ts';

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
  { header: 'notes', cell: (line) => line.notes.join(' ') },
];

/** How a manifest is written down. */
interface Form {
  readonly head: string;
  readonly text: (lines: readonly ManifestLine[]) => string;
}

/** Writes `manifest.jsonl` and `manifest.csv` into the run folder, each whole or as it was. */
export async function writeManifests(reader: LedgerReader): Promise<void> {
  const files = [join(reader.dir, 'manifest.jsonl'), join(reader.dir, 'manifest.csv')];
  await writeLines(reader, files, privateFile);
}

/**
 * Writes the manifest to a file, whole or as it was, in the form that its extension names. Resolves with the number
 * of jobs. Throws UserError: 'usage' for another extension, 'output' for what the disk is to blame for.
 */
export function exportManifest(reader: LedgerReader, file: string): Promise<number> {
  return writeLines(reader, [file]);
}

/** All files in one go, since reading the lines takes most of the time. */
async function writeLines(reader: LedgerReader, files: readonly string[], mode?: number): Promise<number> {
  const wanted = files.map((file) => ({ file, form: formFor(reader, file) }));
  const opened: { readonly form: Form; readonly text: TextFile }[] = [];
  let jobs = 0;
  try {
    for (const { file, form } of wanted) {
      const text = textFile(await openWhole(file, mode));
      opened.push({ form, text });
      await text.append(form.head);
    }
    for (const lines of groups(reader.lines())) {
      jobs += lines.length;
      for (const { form, text } of opened) await text.append(form.text(lines));
    }
    for (const { text } of opened) await text.finish();
    return jobs;
  } catch (error) {
    for (const { text } of opened) await text.discard();
    throw error;
  }
}

function* groups(lines: Iterable<ManifestLine>): Iterable<readonly ManifestLine[]> {
  let group: ManifestLine[] = [];
  for (const line of lines) {
    group.push(line);
    if (group.length < rowsAtOnce) continue;
    yield group;
    group = [];
  }
  if (group.length > 0) yield group;
}

interface TextFile extends Pick<WholeFile, 'finish' | 'discard'> {
  append(text: string): Promise<void>;
}

function textFile(file: WholeFile): TextFile {
  const block = utf8Block();
  return {
    async append(text) {
      if (block.put(text)) return;
      await file.write(block.take());
      if (!block.put(text)) await file.write(Buffer.from(text));
    },
    async finish() {
      await file.write(block.take());
      await file.finish();
    },
    discard: file.discard,
  };
}

function formFor(reader: LedgerReader, file: string): Form {
  switch (extname(file).toLowerCase()) {
    case '.jsonl':
    case '.ndjson':
      return { head: '', text: (lines) => lines.map((line) => `${JSON.stringify(line)}\n`).join('') };
    case '.csv':
      return csvForm(columnsFor(reader));
  }
  throw new UserError('usage', `${file} ends in neither .csv nor .jsonl.`, 'Choose one of these two.');
}

/**
 * With a byte order mark, since this file is for spreadsheets and Excel reads it as Windows-1252 without one; scripts
 * have the JSON lines. `id` comes first, so that a reader that does not know the mark still finds every input.
 */
function csvForm(columns: readonly CsvColumn[]): Form {
  return {
    head: `\uFEFF${csv([columns.map(({ header }) => header)])}`,
    text: (lines) => csv(lines.map((line) => columns.map(({ cell }) => cell(line)))),
  };
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
