import { fault, shown, Unreadable } from './reading.ts';
import type { TableRecord } from './table-record.ts';

// As many as a spreadsheet can have.
const mostColumns = 16_384;

export interface TableHeader {
  readonly line: number;
  /** The columns' names without white space around them, in the user's spelling. */
  readonly names: readonly string[];
  /** Where in `names` each one stands. */
  readonly columns: ReadonlyMap<string, number>;
  /** How many cells the header has; those beyond `names` are the empty ones that spreadsheets add at the end. */
  readonly width: number;
}

/** Reads the names of the columns. Throws `Unreadable`, with all of its problems, where one is missing or doubled. */
export function readHeader(file: string, record: TableRecord): TableHeader {
  const all = record.fields.map((field) => field.trim());
  const named = all.findLastIndex((name) => name !== '') + 1;
  if (named === 0) {
    throw new Unreadable(fault(file, record.line, 'header', 'the header names no column.'));
  }
  if (named > mostColumns) {
    const message = `the header names ${named} columns; ${mostColumns} are the most that can be read.`;
    throw new Unreadable(fault(file, record.line, 'header', message));
  }
  const names = all.slice(0, named);
  const starts = record.starts();
  const firsts = new Map<string, number>();
  const problems = names.flatMap((name, index) => {
    const first = firsts.get(name.toLowerCase());
    if (first === undefined && name !== '') {
      firsts.set(name.toLowerCase(), index);
      return [];
    }
    const where = starts[index] ?? record.line;
    if (first === undefined) {
      return [fault(file, where, 'header', `column ${index + 1} of the header has no name.`)];
    }
    const earlier = names[first] as string;
    const spelling = earlier === name ? '' : ` (as ${shown(earlier)}; case does not tell columns apart)`;
    const message = `the column ${shown(name)} is there twice: it is column ${first + 1}${spelling} and column ${index + 1}.`;
    return [fault(file, where, 'header', message)];
  });
  if (problems.length > 0) throw new Unreadable(...problems);
  const columns = new Map(names.map((name, index) => [name, index]));
  return { line: record.line, names, columns, width: all.length };
}
