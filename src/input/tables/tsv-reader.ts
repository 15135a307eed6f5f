import { positionsOf } from '../positions.ts';
import { fault, type Reader, tooLong, Unreadable } from '../reading.ts';
import { type TextLine, textLines } from '../text/text-lines.ts';
import { csvDialect } from './csv-dialect.ts';
import { csvRecords } from './csv-reader.ts';
import { openTable } from './table-opening.ts';
import type { TableItem, TableRecord } from './table-record.ts';
import { tableRows } from './table-rows.ts';
import { readSpanning } from './tsv-spanning.ts';

/**
 * Tab-separated text. The registered format has no quoting, while spreadsheets quote a cell that holds a quote or a
 * line break, so a cell counts as quoted only if it is quoted from end to end by the rules of RFC 4180. All other
 * quotes are ordinary characters, at the start of a cell too.
 *
 * Own code because csv-parse cannot read cells as "quoted from end to end or not at all", even with `relax_quotes`:
 * prompts that start with a quoted word need it.
 */
export const readTsv: Reader = (reading) => {
  const { texts, comments } = openTable(reading);
  return tableRows(reading, recordsOf(reading.file, texts), comments);
};

/** A header without a tab that something else separates is that of a CSV file under the wrong name. */
async function* recordsOf(file: string, texts: AsyncIterable<string>): AsyncGenerator<readonly TableItem[]> {
  const pieces = texts[Symbol.asyncIterator]();
  try {
    const opening = await pieces.next();
    const first: string = opening.done === true ? '' : opening.value;
    const { delimiter } = csvDialect(first);
    const all = followed(first, pieces);
    yield* headerHolds(first, '\t') || delimiter === '\t' || !headerHolds(first, delimiter)
      ? tsvRecords(file, all)
      : csvRecords(file, all);
  } finally {
    await pieces.return?.();
  }
}

async function* followed(first: string, others: AsyncIterator<string>): AsyncGenerator<string> {
  yield first;
  for (let next = await others.next(); next.done !== true; next = await others.next()) yield next.value;
}

function headerHolds(opening: string, delimiter: string): boolean {
  return /^.*\S.*$/m.exec(opening)?.[0].includes(delimiter) ?? false;
}

async function* tsvRecords(file: string, texts: AsyncIterable<string>): AsyncGenerator<readonly TableItem[]> {
  let width: number | null = null;
  let waiting: readonly TextLine[] = [];

  const take = (lines: readonly TextLine[], ended: boolean): readonly TableItem[] => {
    const records: TableItem[] = [];
    let at = 0;
    while (at < lines.length) {
      const line = lines[at] as TextLine;
      if (line.tooLong) {
        const problem = fault(file, line.number, 'too_long', tooLong);
        if (width === null) throw new Unreadable(problem);
        records.push({ problem });
      }
      if (line.text === '') {
        at += 1;
        continue;
      }
      const found = readRecord(lines, at, width, ended);
      if (found === 'more') break;
      width ??= found.record.fields.length;
      records.push(found.record);
      at = found.next;
    }
    waiting = lines.slice(at);
    return records;
  };

  for await (const lines of textLines(texts)) yield take([...waiting, ...withoutMarks(lines)], false);
  yield take(waiting, true);
}

/** The second of two joined files may begin with a byte order mark. */
function withoutMarks(lines: readonly TextLine[]): readonly TextLine[] {
  if (!lines.some(({ text }) => text.startsWith('\ufeff'))) return lines;
  return lines.map((line) => ({ ...line, text: line.text.replace(/^\ufeff+/, '') }));
}

interface Found {
  readonly record: TableRecord;
  /** The index of the line after the record. */
  readonly next: number;
}

/**
 * The record at the start of a line. It spans tabs or lines only where that is what makes it fit the header:
 * `"To be` in one cell and `not to be"` in a later one are two prompts, not one.
 */
function readRecord(
  lines: readonly TextLine[],
  from: number,
  width: number | null,
  ended: boolean,
): Found | 'more' {
  const line = lines[from] as TextLine;
  const parts = line.text.split('\t');
  const plain = { record: plainRecord(line, parts), next: from + 1 };
  if (!line.text.includes('"') || !parts.some((part) => part.startsWith('"') && !isQuoted(part)))
    return plain;

  const spanning = readSpanning(lines, from, width, ended);
  if (spanning === 'more') return 'more';
  if (spanning === null) return plain;
  const fits = spanning.fields.length === width;
  if (parts.length === width && (!fits || spanning.overTab)) return plain;
  // A quote must not hide rows that stand below it.
  const swallowed = lines.slice(from + 1, spanning.next);
  if (!fits && swallowed.some(({ text }) => text.split('\t').length === width)) return plain;
  const { fields, offsets, next } = spanning;
  const raw = () =>
    lines
      .slice(from, next)
      .map(({ text, end }) => text + end)
      .join('');
  const starts = () => positionsOf(raw(), offsets, line.number);
  const spans = next > from + 1;
  return { record: { fields, line: line.number, delimiter: '\t', spans, starts, raw }, next };
}

function plainRecord({ text, number }: TextLine, parts: readonly string[]): TableRecord {
  return {
    fields: text.includes('"') ? parts.map(unquoted) : parts,
    line: number,
    delimiter: '\t',
    spans: false,
    starts() {
      let next = 0;
      const offsets = parts.map((part) => {
        const at = next;
        next += part.length + 1;
        return at;
      });
      return positionsOf(text, offsets, number);
    },
    raw: () => text,
  };
}

function unquoted(part: string): string {
  return isQuoted(part) ? part.slice(1, -1).replaceAll('""', '"') : part;
}

function isQuoted(part: string): boolean {
  if (part.length < 2 || !part.startsWith('"') || !part.endsWith('"')) return false;
  return !part.slice(1, -1).replaceAll('""', '').includes('"');
}
