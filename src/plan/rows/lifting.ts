import { isJsonObject, type JsonValue } from '../../core/json.ts';
import type { Cell, Row } from '../../core/row.ts';
import { rawValue } from './body.ts';

/** A rename whose column may be a path into an object: `parameters.seed`. */
export interface Lift {
  /** As the user wrote it. */
  readonly column: string;
  readonly target: string;
}

interface Lifted {
  /** The column that the value was found in. */
  readonly root: string;
  readonly cell: Cell;
}

export function liftOf(column: string, target: string): Lift[] {
  return /[^.]\.[^.]/.test(column) ? [{ column, target }] : [];
}

/** What the path leads to in this row; null: nothing, or the row has a column of that very name. */
export function lifted({ column }: Lift, { cells }: Row): Lifted | null {
  if (cells.has(column)) return null;
  for (let dot = column.indexOf('.'); dot !== -1; dot = column.indexOf('.', dot + 1)) {
    const root = columnNamed(column.slice(0, dot), cells);
    if (root === null) continue;
    const value = memberAt(objectIn(cells.get(root) as Cell), column.slice(dot + 1));
    // A null in JSON means 'not given', as in a cell.
    if (value !== undefined && value !== null) return { root, cell: { kind: 'typed', value } };
  }
  return null;
}

function columnNamed(name: string, cells: Row['cells']): string | null {
  if (cells.has(name)) return name;
  const lower = name.toLowerCase();
  for (const each of cells.keys()) if (each.toLowerCase() === lower) return each;
  return null;
}

/** The object or list that a cell holds, also as the text of a table; null: it holds none. */
export function objectIn(cell: Cell): JsonValue {
  const value = rawValue(cell);
  if (typeof value !== 'string') return typeof value === 'object' ? value : null;
  if (!/^\s*[[{]/.test(value)) return null;
  try {
    const parsed = JSON.parse(value) as JsonValue;
    return typeof parsed === 'object' ? parsed : null;
  } catch {
    return null;
  }
}

/** Keys may hold dots themselves, and those of lists are numbers from 0. */
function memberAt(value: JsonValue, path: string): JsonValue | undefined {
  if (Array.isArray(value)) {
    const [index = '', ...rest] = path.split('.');
    const item = /^\d{1,6}$/.test(index) ? (value as readonly JsonValue[])[Number(index)] : undefined;
    return item === undefined || rest.length === 0 ? item : memberAt(item, rest.join('.'));
  }
  if (!isJsonObject(value)) return undefined;
  if (Object.hasOwn(value, path)) return value[path];
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    if (!Object.hasOwn(value, key)) continue;
    const found = memberAt(value[key] as JsonValue, path.slice(dot + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}
