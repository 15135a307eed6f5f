import type { Place } from '../../core/complaints.ts';
import type { Cell, Row } from '../../core/row.ts';
import type { Position } from '../positions.ts';
import { emptyInput, fault, type Reading, Unreadable } from '../reading.ts';
import { readHeader, type TableHeader, withRowNames } from './table-header.ts';
import { type TableNotes, tableNotes } from './table-notes.ts';
import type { OpenedTable } from './table-opening.ts';
import { brokenProblem, raggedProblem, swallowedWarning } from './table-ragged.ts';
import type { TableItem, TableRecord } from './table-record.ts';

type Table = Pick<Reading, 'file' | 'report'>;

/** How far a table has been read. */
interface Progress {
  header: TableHeader | null;
  /** Takes the records below the header: see `rowsBelow`. */
  below: ((item: TableItem | null) => Row | null) | null;
  isEmpty: boolean;
}

/**
 * The records below a header as rows, each group when it is gone through. Blank records, comments and the header's
 * repetitions are left out; those that are wrong are reported. Throws `Unreadable` for a header that cannot be used and
 * for a table without rows.
 */
export async function* tableRows(
  table: Table,
  batches: AsyncIterable<readonly TableItem[]>,
  comments: OpenedTable['comments'],
): AsyncGenerator<Iterable<Row>, void, undefined> {
  const notes = tableNotes(table);
  const read: Progress = { header: null, below: null, isEmpty: true };
  const earlier: Row[] = [];
  function* rowsOf(batch: readonly TableItem[]): Generator<Row> {
    for (const item of batch) {
      if (read.below === null) {
        if ('problem' in item) throw new Unreadable(item.problem);
        read.header = readHeader(table.file, item);
        const hasComments = comments() !== null;
        read.below = rowsBelow(table, read.header, { earlier, notes, hasComments });
        continue;
      }
      if (!('problem' in item) && isBlank(item)) continue;
      read.isEmpty = false;
      const row = read.below(item);
      if (earlier.length > 0) yield* earlier.splice(0);
      if (row !== null) yield row;
    }
  }
  try {
    for await (const batch of batches) yield rowsOf(batch);
    read.below?.(null);
    yield earlier;
  } finally {
    notes.report(read.header, comments());
  }
  if (read.header === null) throw emptyInput(table.file);
  if (read.isEmpty) {
    const message = 'there is a header but no row below it.';
    throw new Unreadable(fault(table.file, read.header.line, 'no_rows', message));
  }
}

// Spreadsheets write rows of nothing but delimiters below the last one that was ever touched.
function isBlank({ fields }: TableRecord): boolean {
  return fields.length === 1 ? fields[0]?.trim() === '' : fields.every((field) => field === '');
}

interface Circumstances {
  /** Where a row goes that has waited for the next record. */
  readonly earlier: Row[];
  readonly notes: TableNotes;
  /** The file begins with comments. */
  readonly hasComments: boolean;
}

/** Takes the records below a header one by one, null at their end, and gives their rows. */
function rowsBelow(
  { file, report }: Table,
  written: TableHeader,
  { earlier, notes, hasComments }: Circumstances,
): (item: TableItem | null) => Row | null {
  let header = written;
  let isFirst = true;
  let hasRowNames = false;
  // A record that the next one tells more of.
  let held: TableRecord | null = null;

  const rowOf = (record: TableRecord): Row | null => {
    const { fields, line } = record;
    const isShort = fields.length < header.needed;
    const problem = raggedProblem(file, header, record, hasRowNames && isShort);
    if (problem !== null) {
      report(problem);
      return null;
    }
    const warning = swallowedWarning(file, header, record);
    if (warning !== null) report(warning);
    if (isShort) notes.short(line, fields.length);
    return tableRow(file, header, record, notes);
  };

  /** Whether the record is left out without being a row. */
  const isAside = (record: TableRecord): boolean => {
    const { fields, line, delimiter } = record;
    const [first = ''] = fields;
    if (isSign(first)) {
      if (hasComments || !header.fits(fields)) {
        notes.comment(line);
        return true;
      }
      if (first.trimStart().startsWith('# ')) notes.numberSign(line);
    }
    if (written.isRepeated(fields)) {
      notes.headerAgain(line);
      return true;
    }
    return delimiter === '|' && isFooter(record);
  };

  /** Whether only the next record tells what this one is: the half of a row, or one with its number in front. */
  const isHalfTold = (record: TableRecord, isTop: boolean): boolean =>
    (isTop && isNumbered(header, record, '1')) ||
    (!hasRowNames && record.fields.length === 1 && header.needed >= 3);

  /** Takes the record that has been held, now that the next one is there. true: that one with it. */
  const release = (before: TableRecord, next: TableRecord | null): boolean => {
    held = null;
    if (before.fields.length > 1) {
      hasRowNames = next !== null && isNumbered(header, next, '2');
      if (hasRowNames) header = withRowNames(header);
    } else if (next?.fields.length === header.needed - 1) {
      report(brokenProblem(file, header, before, next));
      return true;
    }
    const row = rowOf(before);
    if (row !== null) earlier.push(row);
    return false;
  };

  return (item) => {
    const record = item === null || 'problem' in item ? null : cleaned(item);
    if (held !== null && release(held, record)) return null;
    if (item !== null && 'problem' in item) report(item.problem);
    if (record === null) return null;
    const isTop = isFirst;
    isFirst = false;
    if ((isTop && isRuler(record)) || isAside(record)) return null;
    if (!isHalfTold(record, isTop)) return rowOf(record);
    held = record;
    return null;
  };
}

/** Whether a text begins with `#`, as comments do. */
function isSign(text: string): boolean {
  return text.charCodeAt(0) <= 0x23 && text.trimStart().startsWith('#');
}

/** A record without the byte order mark that the second of two joined files begins with. */
function cleaned(record: TableRecord): TableRecord {
  const { fields, delimiter } = record;
  const first = fields[0] as string;
  const isPadded = delimiter === '|';
  if (!isPadded && first.charCodeAt(0) !== 0xfeff) return record;
  const bare = [first.replace(/^\ufeff+/, ''), ...fields.slice(1)];
  // What prints tables with vertical bars sets white space around the cells.
  return { ...record, fields: isPadded ? bare.map((field) => field.trim()) : bare };
}

/** R's `write.table` numbers the rows and leaves that column out of the header. */
function isNumbered({ names, width }: TableHeader, { fields }: TableRecord, number: string): boolean {
  return fields[0] === number && fields.length === width + 1 && names.length === width;
}

/** The line below the header of a table that is printed with vertical bars. */
function isRuler({ fields, delimiter }: TableRecord): boolean {
  return delimiter === '|' && fields.every((field) => /^:?[-=+]*:?$/.test(field.trim()));
}

function isFooter({ fields }: TableRecord): boolean {
  return fields.length === 1 && /^\(\d+ rows?\)$/.test(fields[0]?.trim() ?? '');
}

function tableRow(file: string, header: TableHeader, record: TableRecord, notes: TableNotes): Row {
  const { fields, line } = record;
  const { names, indexes, columns, nameless } = header;
  const cells = new Map<string, Cell>();
  for (let at = 0; at < names.length; at += 1) {
    const text = fields[indexes[at] as number];
    if (text !== undefined && text !== '') cells.set(names[at] as string, { kind: 'text', text });
  }
  if (nameless.size > 0) addNameless(cells, header, fields, notes);
  let starts: readonly Position[] | null = null;
  return {
    file,
    line,
    cells,
    columns: header.names,
    placeOf: (name): Place => {
      const index = columns.get(name) ?? (cells.has(name) ? indexOf(nameless, name) : undefined);
      if (index !== undefined) starts ??= record.starts();
      const start = index === undefined ? undefined : starts?.[index];
      return { file, line: start?.line ?? line, column: start?.column ?? null };
    },
  };
}

function addNameless(
  cells: Map<string, Cell>,
  { nameless }: TableHeader,
  fields: readonly string[],
  notes: TableNotes,
): void {
  for (const [index, name] of nameless) {
    const text = fields[index] ?? '';
    if (text.trim() === '') continue;
    cells.set(name, { kind: 'text', text });
    notes.nameless(index, name);
  }
}

function indexOf(nameless: ReadonlyMap<number, string>, name: string): number | undefined {
  for (const [index, each] of nameless) if (each === name) return index;
  return undefined;
}
