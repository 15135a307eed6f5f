import { positionsOf } from './positions.ts';
import { fault, type Reader, type Reading, tooLong, Unreadable } from './reading.ts';
import type { TableRecord } from './table-record.ts';
import { tableRows } from './table-rows.ts';
import { type TextLine, textLines } from './text-lines.ts';
import { readSpanning } from './tsv-spanning.ts';

/**
 * Tab-separated text. The registered format has no quoting, while spreadsheets quote a cell that holds a quote or a
 * line break, so a cell counts as quoted only if it is quoted from end to end by the rules of RFC 4180. All other
 * quotes are letters like any other, at the start of a cell too.
 */
export const readTsv: Reader = (reading) => tableRows(reading, tsvRecords(reading));

async function* tsvRecords({ file, texts, report }: Reading): AsyncGenerator<readonly TableRecord[]> {
  let width: number | null = null;
  let waiting: readonly TextLine[] = [];

  const take = (lines: readonly TextLine[], ended: boolean): readonly TableRecord[] => {
    const records: TableRecord[] = [];
    let at = 0;
    while (at < lines.length) {
      const line = lines[at] as TextLine;
      if (line.tooLong) {
        const problem = fault(file, line.number, 'too_long', tooLong);
        if (width === null) throw new Unreadable(problem);
        report(problem);
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

  for await (const lines of textLines(texts)) yield take([...waiting, ...lines], false);
  yield take(waiting, true);
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
  if (!parts.some((part) => part.startsWith('"') && !isQuoted(part))) return plain;

  const spanning = readSpanning(lines, from, width, ended);
  if (spanning === 'more') return 'more';
  if (spanning === null) return plain;
  if (parts.length === width && (spanning.fields.length !== width || spanning.overTab)) return plain;
  const { fields, offsets, next } = spanning;
  const starts = () => {
    const spanned = lines.slice(from, next).map(({ text, end }) => text + end);
    return positionsOf(spanned.join(''), offsets, line.number);
  };
  return { record: { fields, line: line.number, delimiter: '\t', starts }, next };
}

function plainRecord({ text, number }: TextLine, parts: readonly string[]): TableRecord {
  return {
    fields: parts.map((part) => (isQuoted(part) ? part.slice(1, -1).replaceAll('""', '"') : part)),
    line: number,
    delimiter: '\t',
    starts() {
      let next = 0;
      const offsets = parts.map((part) => {
        const at = next;
        next += part.length + 1;
        return at;
      });
      return positionsOf(text, offsets, number);
    },
  };
}

function isQuoted(part: string): boolean {
  if (part.length < 2 || !part.startsWith('"') || !part.endsWith('"')) return false;
  return !part.slice(1, -1).replaceAll('""', '').includes('"');
}
