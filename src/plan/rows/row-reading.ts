import { type Place, type Problem, problemValue } from '../../core/complaints.ts';
import type { Cell, Row } from '../../core/row.ts';
import type { CellRules } from '../conventions.ts';
import { showValue } from '../models/sentences.ts';
import { standsForNothing } from './blank-words.ts';
import { type Blank, rawValue } from './body.ts';
import { type Renaming, reservedMeaning } from './columns.ts';
import { lifted } from './lifting.ts';

/** One cell of a row under its column, which may be renamed. */
export interface ColumnValue {
  readonly column: string;
  readonly target: string;
  readonly mapped: boolean;
  readonly cell: Cell;
  /** The column of the file that holds it, where that is a different one: this is a member of the object there. */
  readonly root?: string;
}

/** What a row says, before its model is looked at. `row` is null for the words alone. */
export interface RowReading {
  readonly row: Row | null;
  /** The user's own name for it. */
  readonly name: string | null;
  /** The model it asks for, and the column that says so. */
  readonly model: { readonly id: string; readonly column: string } | null;
  /** Everything but `id` and `model`. */
  readonly values: readonly ColumnValue[];
  readonly texts: ColumnTexts;
  readonly problems: readonly Problem[];
  /** Of `id` and `model`, the cells that count as empty. */
  readonly blanks: readonly Blank[];
}

/** The columns of a row as templates and exclusions see them: by the user's name, or the one it was renamed to. */
export interface ColumnTexts {
  /** The cell as written; null where the row has no value in a column of that name. */
  textOf(name: string): string | null;
  /** The column is there and its cell is empty. */
  isEmpty(name: string): boolean;
  names(): readonly string[];
}

/** A cell of the column `id` or `model`. */
interface Reserved {
  readonly text: string;
  readonly column: string;
}

const nothing: readonly [string, Cell][] = [];

export function readRow(
  row: Row | null,
  renaming: Renaming,
  { literal }: Pick<CellRules, 'literal'>,
): RowReading {
  const reserved: Record<'id' | 'model', Reserved | null> = { id: null, model: null };
  const values: ColumnValue[] = [];
  const problems: Problem[] = [];
  const blanks: Blank[] = [];
  const takesBlanks = !literal && row?.sent === undefined;
  function read(value: ColumnValue): void {
    const { column, target, cell, root = column } = value;
    const type = reservedMeaning(target)?.type;
    if (type === undefined) {
      values.push(value);
      return;
    }
    const text = plainText(cell);
    const place = row?.placeOf(root) ?? null;
    const say = (kind: string, message: string): void => {
      const value = problemValue(rawValue(cell));
      problems.push({ severity: 'error', place, kind, message, key: column, value });
    };
    const other = reserved[type];
    if (other !== null)
      say('twice', `the columns ${showValue(other.column)} and ${showValue(column)} both mean ${type}`);
    else if (text === null)
      say('type', `${type} ${showValue(rawValue(cell))} is not text; write it in quotes`);
    else if (takesBlanks && standsForNothing(text)) blanks.push({ name: type, word: text, place });
    else if (text !== '') reserved[type] = { text, column: root };
  }
  for (const [column, cell] of row?.cells ?? nothing) {
    const { target, mapped } = renaming.targetOf(column);
    read({ column, target, mapped, cell });
  }
  if (row !== null && row.sent === undefined) {
    for (const lift of renaming.lifts) {
      const found = lifted(lift, row);
      if (found === null) continue;
      renaming.use(lift);
      read({ column: lift.column, target: lift.target, mapped: true, ...found });
    }
  }
  const { id, model } = reserved;
  return {
    row,
    name: id?.text ?? null,
    model: model === null ? null : { id: model.text, column: model.column },
    values,
    texts: columnTexts(row, values),
    problems,
    blanks,
  };
}

function columnTexts(row: Row | null, values: readonly ColumnValue[]): ColumnTexts {
  let texts: ReadonlyMap<string, string> | null = null;
  function byLower(): ReadonlyMap<string, string> {
    if (texts !== null) return texts;
    const made = new Map<string, string>();
    const add = (name: string, text: string): void => {
      if (!made.has(name.toLowerCase())) made.set(name.toLowerCase(), text);
    };
    for (const [name, cell] of row?.cells ?? []) add(name, rawValue(cell) === null ? '' : tagText(cell));
    for (const { target, cell } of values) add(target, rawValue(cell) === null ? '' : tagText(cell));
    for (const [name, text] of Object.entries(row?.sent?.tags ?? {})) add(name, text);
    texts = made;
    return made;
  }
  return {
    textOf(name) {
      const exact = row?.cells.get(name);
      if (exact !== undefined && rawValue(exact) !== null) return tagText(exact);
      return byLower().get(name.toLowerCase()) ?? null;
    },
    isEmpty(name) {
      if (row === null || byLower().has(name.toLowerCase())) return false;
      const lower = name.toLowerCase();
      const spellings = [
        name,
        lower,
        name.toUpperCase(),
        `${name.slice(0, 1).toUpperCase()}${lower.slice(1)}`,
      ];
      return spellings.some((each) => row.placeOf(each).column !== null);
    },
    names: () => [
      ...new Set([
        ...(row?.cells.keys() ?? []),
        ...values.map(({ target }) => target),
        ...Object.keys(row?.sent?.tags ?? {}),
      ]),
    ],
  };
}

/** null: it is neither a text, nor a number that can be read as one. */
function plainText(cell: Cell): string | null {
  const value = rawValue(cell);
  if (value === null) return '';
  return typeof value === 'string' || Number.isSafeInteger(value) ? String(value) : null;
}

/** A cell that is carried along and never sent. */
export function tagText(cell: Cell): string {
  const value = rawValue(cell);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Where a row stands as a whole, or the cell of one of its columns. */
export function placeInRow({ row }: RowReading, name: string | null): Place | null {
  return row?.placeOf(name ?? '') ?? null;
}
