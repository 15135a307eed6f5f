import type { Cell, Row } from '../../core/row.ts';
import type { Position } from '../positions.ts';
import { fault, shown, type TextFault, Unreadable } from '../reading.ts';
import { doubledKey } from './json-faults.ts';
import { blankWithin, type LooseJson, looseJson } from './json-loose.ts';
import { isPrompt } from './json-members.ts';
import { blanksNote, type Told } from './json-row.ts';
import type { TableLayout } from './json-shape.ts';
import { maxValues, plainValue, type ValueNode } from './value-tree.ts';

/** A row of a table: its cells by column, and what is wrong with it as a whole. */
interface Line {
  readonly cells: ReadonlyMap<string, ValueNode>;
  readonly wrong: TextFault | null;
}

interface Table {
  readonly columns: readonly string[];
  readonly lines: Iterable<Line>;
}

const notes = {
  columns: 'read as columns of cells.',
  lists: 'read as columns, each a list of cells.',
  split: 'read as a table of "columns" and "data".',
  values: 'read as a table, its first row as the names of the columns.',
} as const satisfies Record<TableLayout | 'values', string>;

const tooMany = 'this is too much for a table in JSON; write the rows as JSONL, one object per line.';

/** The rows of a table that is one JSON value. Throws `Unreadable` for what is wrong with the table as a whole. */
export function* tableRows(
  told: Told,
  text: string,
  layout: TableLayout | 'values',
  positionOf: (at: number) => Position,
): Generator<Row> {
  const { file } = told;
  const problemOf = ({ at, kind, message }: TextFault) => fault(file, positionOf(at), kind, message);
  const loose = looseJson(text, { piece: 'file', max: maxValues, around: 3 });
  if ('broken' in loose) throw new Unreadable(problemOf(loose.broken));
  const { tree, faults } = loose;
  if (tree === null) throw new Unreadable(problemOf({ at: 0, kind: 'too_long', message: tooMany }));
  if (faults.length > 0) throw new Unreadable(...faults.map(problemOf));
  const table = tableOf(tree, layout);
  if ('message' in table) throw new Unreadable(problemOf(table));
  told.note(() => positionOf(tree.at), 'list', notes[layout]);
  const [blank] = loose.blanks;
  if (blank !== undefined) told.note(() => positionOf(blank), 'blank', blanksNote);
  for (const line of table.lines) {
    const wrong = line.wrong ?? wrongCell(line, loose);
    if (wrong !== null) told.report(problemOf(wrong));
    else yield rowOf(file, table.columns, line.cells, positionOf);
  }
}

function wrongCell({ cells }: Line, loose: LooseJson): TextFault | null {
  for (const node of cells.values()) {
    const wrong = blankWithin(node, loose);
    if (wrong !== null) return wrong;
  }
  return null;
}

function rowOf(
  file: string,
  columns: readonly string[],
  nodes: ReadonlyMap<string, ValueNode>,
  positionOf: (at: number) => Position,
): Row {
  const cells = new Map<string, Cell>();
  let first = Number.POSITIVE_INFINITY;
  for (const [name, node] of nodes) {
    first = Math.min(first, node.at);
    const value = plainValue(node);
    if (value !== null) cells.set(name, { kind: 'typed', value });
  }
  const { line } = positionOf(Number.isFinite(first) ? first : 0);
  return {
    file,
    line,
    cells,
    columns,
    placeOf(name) {
      const node = nodes.get(name);
      return node === undefined ? { file, line, column: null } : { file, ...positionOf(node.at) };
    },
  };
}

function tableOf(tree: ValueNode, layout: TableLayout | 'values'): Table | TextFault {
  if (tree.kind === 'list') return headedTable(tree.items[0] as ValueNode, tree.items.slice(1));
  if (tree.kind === 'scalar') return refusal(tree.at, 'the file contains no table.');
  const names = tree.entries.map(({ name, at }) => ({ name, at }));
  const member = (key: string): ValueNode =>
    tree.entries.find(({ name }) => name === key)?.value as ValueNode;
  switch (layout) {
    case 'columns': {
      const columns = tree.entries.map(({ name, value }) => [name, cellsByKey(value)] as const);
      const keys = new Set(columns.flatMap(([, cells]) => [...cells.keys()]));
      return checked(names, () => [...keys].map((key) => line(columns, key)));
    }
    case 'lists': {
      const uneven = unevenColumn(tree.entries);
      if (uneven !== null) return uneven;
      const columns = tree.entries.map(({ name, value }) => [name, listOf(value)] as const);
      const length = Math.max(...columns.map(([, cells]) => cells?.length ?? 0));
      return checked(names, () =>
        Array.from({ length }, (_, row) => ({
          // A single value beside the lists applies to every row, as in pandas.
          cells: new Map(
            tree.entries.map(({ name, value }) => [name, listOf(value)?.[row] ?? value] as const),
          ),
          wrong: null,
        })),
      );
    }
    case 'split':
    case 'values':
      return headedTable(member('columns'), listOf(member('data')) ?? []);
  }
}

function cellsByKey(column: ValueNode): ReadonlyMap<string, ValueNode> {
  return new Map(
    column.kind === 'map' ? column.entries.map(({ name, value }) => [name, value] as const) : [],
  );
}

function line(columns: readonly (readonly [string, ReadonlyMap<string, ValueNode>])[], key: string): Line {
  const cells = new Map<string, ValueNode>();
  for (const [name, byKey] of columns) {
    const node = byKey.get(key);
    if (node !== undefined) cells.set(name, node);
  }
  return { cells, wrong: null };
}

function listOf(node: ValueNode): readonly ValueNode[] | null {
  return node.kind === 'list' ? node.items : null;
}

function unevenColumn(
  entries: readonly { readonly name: string; readonly value: ValueNode }[],
): TextFault | null {
  const lists = entries.filter(({ value }) => value.kind === 'list');
  const [first] = lists;
  const other = lists.find(
    ({ value }) => listOf(value)?.length !== listOf((first ?? entries[0])?.value as ValueNode)?.length,
  );
  if (first === undefined || other === undefined) return null;
  const count = ({ value }: { readonly value: ValueNode }): number => listOf(value)?.length ?? 0;
  return refusal(
    other.value.at,
    `${shown(other.name)} has ${valuesOf(count(other))}, but ${shown(first.name)} has ${count(first)}; each row needs one of each.`,
  );
}

function valuesOf(count: number): string {
  return count === 1 ? '1 value' : `${count} values`;
}

const headerAdvice =
  'a table of lists needs the names of its columns in its first row: [["prompt", "seed"], ["a red cube", 1]].';

function headedTable(header: ValueNode, rows: readonly ValueNode[]): Table | TextFault {
  const names: { name: string; at: number }[] = [];
  for (const node of listOf(header) ?? []) {
    if (node.kind !== 'scalar' || typeof node.value !== 'string') return refusal(node.at, headerAdvice);
    names.push({ name: node.value, at: node.at });
  }
  if (names.length === 0 || !isHeader(names)) return refusal(header.at, headerAdvice);
  return checked(names, () =>
    rows.map((row): Line => {
      const cells = listOf(row);
      const wrong =
        cells === null
          ? refusal(row.at, 'the item must hold a list of cells, as the first row does.')
          : cells.length === names.length
            ? null
            : { ...refusal(row.at, unequal(cells.length, names.length)), kind: 'ragged' };
      const pairs =
        wrong === null ? names.map(({ name }, at) => [name, cells?.[at] as ValueNode] as const) : [];
      return { cells: new Map(pairs), wrong };
    }),
  );
}

function unequal(cells: number, columns: number): string {
  return `the row has ${cells} ${cells === 1 ? 'cell' : 'cells'}, but there are ${columns} columns.`;
}

// Prompts in a list of lists must not be taken for column names, or they would not be read.
function isHeader(names: readonly { readonly name: string }[]): boolean {
  return (
    names.some(({ name }) => isPrompt(name)) || names.every(({ name }) => /^[\p{L}_][\w.-]*$/u.test(name))
  );
}

function checked(
  names: readonly { readonly name: string; readonly at: number }[],
  lines: () => readonly Line[],
): Table | TextFault {
  const seen = new Set<string>();
  for (const { name, at } of names) {
    if (name.trim() === '') return refusal(at, 'a column has no name.');
    if (seen.has(name.toLowerCase())) return doubledKey(name, at);
    seen.add(name.toLowerCase());
  }
  const all = lines();
  if (all.length === 0) return { at: names[0]?.at ?? 0, kind: 'no_rows', message: 'the table has no rows.' };
  return { columns: names.map(({ name }) => name), lines: all };
}

function refusal(at: number, message: string): TextFault {
  return { at, kind: 'json', message };
}
