import type { Place } from '../core/complaints.ts';
import type { Cell, Row } from '../core/row.ts';
import type { Position } from './positions.ts';
import { emptyInput, fault, type Reading, Unreadable } from './reading.ts';
import { readHeader, type TableHeader } from './table-header.ts';
import type { TableRecord } from './table-record.ts';

type Table = Pick<Reading, 'file' | 'report'>;

/**
 * The records below a header as rows. Blank records are left out; ragged ones are reported. Throws `Unreadable` for
 * a header that cannot be used and for a table without rows.
 */
export async function* tableRows(
  table: Table,
  batches: AsyncIterable<readonly TableRecord[]>,
): AsyncGenerator<Row> {
  let header: TableHeader | null = null;
  let below = false;
  for await (const batch of batches) {
    for (const record of batch) {
      if (header === null) {
        header = readHeader(table.file, record);
        continue;
      }
      if (isBlank(record)) continue;
      below = true;
      const row = tableRow(table, header, record);
      if (row !== null) yield row;
    }
  }
  if (header === null) throw emptyInput(table.file);
  if (!below) {
    const message = 'there is a header but no row below it.';
    throw new Unreadable(fault(table.file, header.line, 'no_rows', message));
  }
}

// Spreadsheets write rows of nothing but delimiters below the last one that was ever touched.
function isBlank({ fields }: TableRecord): boolean {
  return fields.length === 1 ? fields[0]?.trim() === '' : fields.every((field) => field === '');
}

function tableRow({ file, report }: Table, header: TableHeader, record: TableRecord): Row | null {
  const { fields, line } = record;
  const { names, columns } = header;
  const surplus = fields.findIndex((field, index) => index >= names.length && field !== '');
  if (fields.length < names.length || fields.length > header.width || surplus !== -1) {
    report(ragged(file, header, record));
    return null;
  }
  const cells = new Map<string, Cell>();
  for (const [index, name] of names.entries()) {
    const text = fields[index] as string;
    if (text !== '') cells.set(name, { kind: 'text', text });
  }
  let starts: readonly Position[] | null = null;
  return {
    file,
    line,
    cells,
    columns: names,
    placeOf: (name): Place => {
      const index = columns.get(name);
      if (index !== undefined) starts ??= record.starts();
      const start = index === undefined ? undefined : starts?.[index];
      return { file, line: start?.line ?? line, column: start?.column ?? null };
    },
  };
}

const delimiterNames: Readonly<Record<string, string>> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'vertical bar',
};

function ragged(file: string, { names }: TableHeader, record: TableRecord) {
  const { fields, line, delimiter } = record;
  const mark = delimiterNames[delimiter] ?? delimiter;
  const counts = `the row has ${counted(fields.length, 'cell')}, but the header has ${counted(names.length, 'column')}`;
  if (fields.length < names.length) {
    const advice = `is a ${mark} missing, or is there a line break in a text that is not in quotes?`;
    return fault(file, line, 'ragged', `${counts}; ${advice}`);
  }
  // A comma of prose has a space behind it.
  const prose = fields.findIndex((field, index) => index > 0 && field.startsWith(' '));
  const start = record.starts()[prose === -1 ? names.length : prose];
  const advice = `put a text that holds a ${mark} in quotes.`;
  return fault(file, start ?? line, 'ragged', `${counts}; ${advice}`);
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
