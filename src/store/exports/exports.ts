import { dirname, extname, join, relative, resolve, sep } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { UserError } from '../../core/complaints.ts';
import type { Condition } from '../../core/job/conditions.ts';
import {
  estimatedColumn,
  type MarkOptions,
  markColumn,
  markedObject,
  type OutcomeColumn,
  outcomeColumns,
  tableMark,
  valueColumns,
} from '../../core/job/exported-rows.ts';
import { type ManifestLine, manifestFiles } from '../../core/job/manifest.ts';
import type { JsonValue } from '../../core/json.ts';
import { openWhole, type WholeFile } from '../files/durable-files.ts';
import { privateFile } from '../files/plain-files.ts';
import type { LedgerReader } from '../ledger/reader.ts';
import { secondsTaken } from './manifest-filter.ts';
import { utf8Block } from './utf8-pieces.ts';

type Cell = string | number;

interface CsvColumn {
  readonly header: string;
  readonly cell: (line: ManifestLine) => Cell;
}

// Few enough that the garbage collector's young generation holds them.
const rowsAtOnce = 50;

// After the inputs, what became of the job.
const outcomes: Readonly<Record<OutcomeColumn, CsvColumn['cell']>> = {
  state: (line) => line.state,
  request_id: (line) => line.request_id ?? '',
  files: filesCell,
  cost: (line) => line.cost ?? '',
  error: (line) => (line.error === null ? '' : `${line.error.class}: ${line.error.message}`),
  notes: (line) => line.notes.join(' '),
  job: (line) => line.job,
  rep: (line) => line.rep,
  attempts: (line) => line.attempts,
  submitted_at: (line) => line.submitted_at ?? '',
  took_s: (line) => secondsTaken(line) ?? '',
  pixels: ({ outputs: [first] }) => (first?.width == null ? '' : `${first.width}x${first.height}`),
  width: ({ outputs: [first] }) => first?.width ?? '',
  height: ({ outputs: [first] }) => first?.height ?? '',
  bytes: ({ outputs: [first] }) => first?.bytes ?? '',
};

const headerOf = ({ header }: CsvColumn): string => header;
const estimates = {
  header: estimatedColumn,
  cell: (line: ManifestLine) => (line.cost_estimated ? 'true' : ''),
};

/** How a manifest is written down. */
interface Form {
  readonly head: string;
  readonly text: (lines: readonly ManifestLine[]) => string;
}

/** Writes `manifest.jsonl` and `manifest.csv` into the run folder, each whole or as it was. */
export async function writeManifests(reader: LedgerReader): Promise<void> {
  const files = manifestFiles.map((name) => join(reader.dir, name));
  await writeLines(reader, files, everything, privateFile);
}

/** What of the manifest is exported, and in which shape. */
export interface ExportWish {
  /** `input`: rows as an input has them, of the current plan, to be corrected and run again. */
  readonly as: MarkOptions['as'];
  readonly accepts: (line: ManifestLine) => boolean;
  /** All of these must hold as well. */
  readonly conditions?: readonly Condition[];
}

const everything: ExportWish = { as: 'manifest', accepts: () => true };

/**
 * Writes the manifest to a file, whole or as it was, in the form that its extension names. Resolves with the number
 * of jobs. Throws UserError: 'usage' for another extension, 'output' for what the disk is to blame for.
 */
export function exportManifest(
  reader: LedgerReader,
  file: string,
  wish: ExportWish = everything,
): Promise<number> {
  return writeLines(reader, [file], wish);
}

/** All files in one go, since reading the lines takes most of the time. */
async function writeLines(
  reader: LedgerReader,
  files: readonly string[],
  wish: ExportWish = everything,
  mode?: number,
): Promise<number> {
  const wanted = files.map((file) => ({ file, form: formFor(reader, file, wish) }));
  const opened: { readonly form: Form; readonly text: TextFile }[] = [];
  let jobs = 0;
  try {
    for (const { file, form } of wanted) {
      const text = textFile(await openWhole(file, mode));
      opened.push({ form, text });
      await text.append(form.head);
    }
    for (const lines of groups(wishedLines(reader, wish))) {
      jobs += lines.length;
      for (const { form, text } of opened) await text.append(form.text(lines));
    }
    for (const { text } of opened) await text.finish();
    return jobs;
  } catch (error) {
    for (const { text } of opened) text.discard();
    throw error;
  }
}

function* wishedLines(
  reader: LedgerReader,
  { as, accepts, conditions = [] }: ExportWish,
): Iterable<ManifestLine> {
  const lines = reader.lines({ currentPlanOnly: as === 'input', conditions });
  for (const line of lines) if (accepts(line)) yield line;
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

function formFor(reader: LedgerReader, file: string, { as }: ExportWish): Form {
  const dir = relative(resolve(dirname(file)), resolve(reader.dir))
    .split(sep)
    .join('/');
  const options = { as, folder: dir === '' ? null : dir };
  switch (extname(file).toLowerCase()) {
    case '.jsonl':
    case '.ndjson':
      return { head: '', text: jsonLines(reader, options) };
    case '.csv':
      return csvForm(columnsFor(reader, options));
  }
  throw new UserError('usage', `${file} ends in neither .csv nor .jsonl.`, 'Choose one of these two.');
}

function jsonLines(reader: LedgerReader, options: Omit<MarkOptions, 'hasModel'>): Form['text'] {
  const hasModel = reader.models() > 1;
  const objectOf = (line: ManifestLine): unknown =>
    options.as === 'input' ? markedObject(line, { ...options, hasModel }) : line;
  return (lines) => lines.map((line) => `${JSON.stringify(objectOf(line))}\n`).join('');
}

/**
 * With a byte order mark, since this file is for spreadsheets and Excel reads it as Windows-1252 without one; scripts
 * have the JSON lines. `id` comes first, so that a reader that does not know the mark still finds every input.
 */
function csvForm(columns: readonly CsvColumn[]): Form {
  return {
    head: `\uFEFF${csv([columns.map(headerOf)])}`,
    text: (lines) => csv(lines.map((line) => columns.map(({ cell }) => cell(line)))),
  };
}

/** Cells that a spreadsheet would run as a formula get an apostrophe in front; numbers stay numbers. */
function csv(rows: readonly (readonly Cell[])[]): string {
  return stringify([...rows], { escape_formulas: true });
}

function columnsFor(reader: LedgerReader, options: Omit<MarkOptions, 'hasModel'>): CsvColumn[] {
  const { inputs, tags, models, hasAlso, hasEstimates } = reader.columns();
  const isManifest = options.as === 'manifest';
  const outcome = isManifest ? outcomeColumns.map((header) => ({ header, cell: outcomes[header] })) : [];
  const model: CsvColumn = { header: 'model', cell: (line) => line.model };
  const showsAlso = hasAlso && isManifest;
  const reserved = ['id', 'model', 'also', estimatedColumn, markColumn, ...outcome.map(headerOf)];
  const values = valueColumns({ input: inputs, tags }, reserved);
  const hasModel = models > 1 || isManifest;
  return [
    { header: 'id', cell: (line) => line.id ?? '' },
    ...(models > 1 ? [model] : []),
    ...values.map(({ source, key, header }) => ({
      header,
      cell: (line: ManifestLine) => cellOf(own(line[source], key)),
    })),
    ...outcome,
    ...(hasEstimates && isManifest ? [estimates] : []),
    ...(showsAlso ? [{ header: 'also', cell: alsoCell }] : []),
    ...(models > 1 || !isManifest ? [] : [model]),
    {
      header: markColumn,
      cell: (line) => ascii(JSON.stringify(tableMark(line, values, { ...options, hasModel }))),
    },
  ];
}

/** Survives being saved in any encoding. */
function ascii(json: string): string {
  return json.replace(/[^\0-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Paths with spaces get lines of their own. */
function filesCell({ outputs }: ManifestLine): string {
  const paths = outputs.map(({ path }) => path);
  return paths.join(paths.some((path) => path.includes(' ')) ? '\n' : ' ');
}

/** The ids of the other rows of this job; where a row has none, its position. */
function alsoCell({ also = [] }: ManifestLine): string {
  return also.map(({ id, row }) => id ?? row).join('\n');
}

function own(source: Readonly<Record<string, JsonValue>>, key: string): JsonValue {
  return Object.hasOwn(source, key) ? (source[key] as JsonValue) : null;
}

function cellOf(value: JsonValue): Cell {
  if (value === null) return '';
  return typeof value === 'string' || typeof value === 'number' ? value : JSON.stringify(value);
}
