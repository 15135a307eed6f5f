import type { Position } from '../positions.ts';
import { fault, shown, Unreadable } from '../reading.ts';
import { isInputName } from './table-recognition.ts';
import { fitsHeader, type TableRecord } from './table-record.ts';

// As many as a spreadsheet can have.
const maxColumns = 16_384;

export interface TableHeader {
  readonly line: number;
  /** The columns' names without white space around them, in the user's spelling. */
  readonly names: readonly string[];
  /** Where in a row the column of each name stands. */
  readonly indexes: readonly number[];
  /** The same by name. */
  readonly columns: ReadonlyMap<string, number>;
  /** The place in a row of each column without a name, and what its cells are called. */
  readonly nameless: ReadonlyMap<number, string>;
  /** How many cells a row must have to have one for each name. */
  readonly needed: number;
  /** How many it may have that are not empty. */
  readonly width: number;
  /** Whether a row has a cell for each name, and no surplus. */
  fits(fields: readonly string[]): boolean;
  /** Whether these are the cells of the header again, as in the middle of joined files. */
  isRepeated(fields: readonly string[]): boolean;
  /** Where a cell of the header stands; its line for one that it lacks. */
  placeOf(index: number): Position | number;
}

/** Reads the names of the columns. Throws `Unreadable`, with all of its problems, where one is doubled or none is there. */
export function readHeader(file: string, record: TableRecord): TableHeader {
  const cells = record.fields.map(nameOf);
  const needed = cells.findLastIndex((name) => name !== '') + 1;
  if (needed === 0) {
    throw new Unreadable(fault(file, record.line, 'header', 'the header names no column.'));
  }
  if (needed > maxColumns) {
    const message = `the header names ${needed} columns; ${maxColumns} is the maximum that can be read.`;
    throw new Unreadable(fault(file, record.line, 'header', message));
  }
  refuseDoubled(file, record, cells);
  return headerOf(cells, {
    line: record.line,
    placeOf: (index) => record.starts()[index] ?? record.line,
  });
}

/** The same header for rows that each have one cell more in front: the names of the rows, as R writes them. */
export function withRowNames({ line, columns, width }: TableHeader): TableHeader {
  const cells = Array.from({ length: width + 1 }, () => '');
  for (const [name, index] of columns) cells[index + 1] = name;
  return headerOf(cells, { line, placeOf: () => line });
}

function headerOf(cells: readonly string[], place: Pick<TableHeader, 'line' | 'placeOf'>): TableHeader {
  const columns = new Map(cells.flatMap((name, index) => (name === '' ? [] : [[name, index] as const])));
  const taken = new Set([...columns.keys()].map((name) => name.toLowerCase()));
  const nameless = new Map(
    cells.flatMap((name, index) => (name === '' ? [[index, freeName(index, taken)] as const] : [])),
  );
  return {
    ...place,
    names: [...columns.keys()],
    indexes: [...columns.values()],
    columns,
    nameless,
    needed: cells.findLastIndex((name) => name !== '') + 1,
    width: cells.length,
    fits: fitsHeader(cells),
    isRepeated: (fields) =>
      fields.length >= columns.size && fields.every((field, index) => nameOf(field) === (cells[index] ?? '')),
  };
}

function freeName(index: number, taken: ReadonlySet<string>): string {
  let name = `column ${index + 1}`;
  while (taken.has(name)) name = `nameless ${name}`;
  return name;
}

/** `# prompt`, as some programs begin a header, is a known name. */
function nameOf(cell: string): string {
  const name = cell.trim();
  if (!name.startsWith('#')) return name;
  const bare = name.slice(1).trim();
  return isInputName(bare) ? bare : name;
}

function refuseDoubled(file: string, record: TableRecord, names: readonly string[]): void {
  const starts = record.starts();
  const firsts = new Map<string, number>();
  const problems = names.flatMap((name, index) => {
    const first = firsts.get(name.toLowerCase());
    if (name === '') return [];
    if (first === undefined) {
      firsts.set(name.toLowerCase(), index);
      return [];
    }
    const earlier = names[first] as string;
    const spelling = earlier === name ? '' : ` (as ${shown(earlier)}; case does not matter)`;
    const message = `the column ${shown(name)} appears twice: it is column ${first + 1}${spelling} and column ${index + 1}.`;
    return [fault(file, starts[index] ?? record.line, 'header', message)];
  });
  if (problems.length > 0) throw new Unreadable(...problems);
}
