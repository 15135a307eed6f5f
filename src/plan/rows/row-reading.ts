import type { Problem } from '../../core/complaints.ts';
import type { Cell, Row } from '../../core/row.ts';
import type { CellRules } from '../conventions.ts';
import { showValue } from '../models/sentences.ts';
import { standsForNothing } from './blank-words.ts';
import { type Blank, rawValue } from './body.ts';
import { type Renaming, reservedMeaning } from './columns.ts';
import { lifted } from './lifting.ts';

/** One column of a row after renaming. */
export interface ColumnValue {
  readonly column: string;
  readonly target: string;
  readonly mapped: boolean;
  readonly cell: Cell;
  /** The column of the file that it stands in, where that is another one: it is a member of the object there. */
  readonly root?: string;
}

/** A row before its model is looked at. `row` is null for the words alone. */
export interface RowReading {
  readonly row: Row | null;
  /** The user's own name for it. */
  readonly name: string | null;
  /** The model it asks for, and the column that says so. */
  readonly model: { readonly id: string; readonly column: string } | null;
  /** Everything but `id` and `model`. */
  readonly columns: readonly ColumnValue[];
  readonly problems: readonly Problem[];
  /** Of `id` and `model`, the cells that count as empty. */
  readonly blanks: readonly Blank[];
}

export function readRow(
  row: Row | null,
  renaming: Renaming,
  { literal }: Pick<CellRules, 'literal'>,
): RowReading {
  const reserved = new Map<'id' | 'model', { readonly text: string; readonly column: string }>();
  const columns: ColumnValue[] = [];
  const problems: Problem[] = [];
  const blanks: Blank[] = [];
  const takesBlanks = !literal && row?.sent === undefined;
  function read(value: ColumnValue): void {
    const { column, target, cell, root = column } = value;
    const type = reservedMeaning(target)?.type;
    if (type === undefined) {
      columns.push(value);
      return;
    }
    const text = plainText(cell);
    const place = row?.placeOf(root) ?? null;
    const say = (kind: string, message: string): void => {
      problems.push({ severity: 'error', place, kind, message });
    };
    const other = reserved.get(type);
    if (other !== undefined)
      say('twice', `the columns ${showValue(other.column)} and ${showValue(column)} both mean ${type}`);
    else if (text === null)
      say('type', `${type} ${showValue(rawValue(cell))} is not text; write it in quotes`);
    else if (takesBlanks && standsForNothing(text)) blanks.push({ name: type, word: text, place });
    else if (text !== '') reserved.set(type, { text, column: root });
  }
  for (const [column, cell] of row?.cells ?? []) read({ column, ...renaming.targetOf(column), cell });
  if (row !== null && row.sent === undefined) {
    for (const lift of renaming.lifts) {
      const found = lifted(lift, row);
      if (found === null) continue;
      renaming.use(lift);
      read({ column: lift.column, target: lift.target, mapped: true, ...found });
    }
  }
  const model = reserved.get('model');
  return {
    row,
    name: reserved.get('id')?.text ?? null,
    model: model === undefined ? null : { id: model.text, column: model.column },
    columns,
    problems,
    blanks,
  };
}

/** null: it is no text, nor a number that is as good as one. */
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
