import type { Place, Problem } from '../../core/complaints.ts';
import type { JsonValue } from '../../core/json.ts';
import type { Row } from '../../core/row.ts';
import type { ModelInputs } from '../models/schema.ts';
import { rawValue } from '../rows/body.ts';
import { maxColumns } from '../rows/columns.ts';
import { objectIn } from '../rows/lifting.ts';
import { nestedInputs } from '../rows/nested-inputs.ts';
import { type Shape, shapeIn, shapeOf } from '../rows/pixel-shapes.ts';
import type { ColumnValue } from '../rows/row-reading.ts';
import type { Likeness } from './column-likeness.ts';
import { type ColumnHint, hintProblem } from './unsent-hints.ts';

/** A column that a model is not sent. */
interface UnsentColumn {
  readonly column: string;
  /** After `--map`. */
  readonly name: string;
  /** The input that it may be meant for, where no row has that; null: none. */
  readonly akinTo: string | null;
  /** It is called so elsewhere. */
  readonly isAlias: boolean;
}

/** What is kept as tags and not sent to one model: each column counts once, however many rows there are. */
export interface UnsentColumns {
  /** Whether the row has to be weighed as well. */
  see(value: ColumnValue, likeness: Likeness | null): boolean;
  /** Learns whether the row lacks the input that its column is like. */
  weigh(
    value: ColumnValue,
    likeness: Likeness | null,
    given: ReadonlyMap<string, unknown>,
    inDoubt: ReadonlySet<string>,
    row: Row,
  ): void;
  /** The column is of use: a template draws on it, or a member of its object is sent. */
  use(column: string): void;
  columns(): readonly UnsentColumn[];
  /** Warnings of columns that are inputs under another name, and notes. */
  problems(): readonly Problem[];
}

// Texts are looked into only so often.
const maxParsed = 100;

/** `elsewhere`: whether axes or defaults give the input. */
export function unsentColumns(
  inputs: ModelInputs,
  elsewhere: (input: string) => boolean,
  repeat: number,
): UnsentColumns {
  const seen = new Map<string, { readonly value: ColumnValue; rows: number }>();
  const used = new Set<string>();
  const hints = new Map<string, ColumnHint>();
  let side: { readonly row: Row; readonly kind: 'width' | 'height'; readonly pixels: number } | null = null;

  function isOpen(input: string, given: ReadonlyMap<string, unknown>, inDoubt: ReadonlySet<string>): boolean {
    // That a needed input is missing is an error already.
    if (inputs.fields?.get(input)?.required === true) return false;
    return !given.has(input) && !inDoubt.has(input) && !elsewhere(input);
  }

  // Finding a place takes longer than all else, so only the first one is looked for.
  function hint(key: string, found: Omit<ColumnHint, 'isConstant' | 'place'>, at: () => Place): void {
    const known = hints.get(key);
    if (known === undefined) {
      if (hints.size < maxColumns) hints.set(key, { ...found, place: at(), isConstant: true });
    } else if (known.isConstant && known.value !== found.value)
      hints.set(key, { ...known, isConstant: false });
  }

  function shapeOfRow(kind: 'size' | 'width' | 'height', value: JsonValue, row: Row): Shape | null {
    if (kind === 'size') return shapeIn(value);
    const pixels = typeof value === 'object' ? Number.NaN : Number(value);
    const other = side?.row === row && side.kind !== kind ? side.pixels : null;
    side = { row, kind, pixels };
    if (other === null) return null;
    return kind === 'height' ? shapeOf(other, pixels) : shapeOf(pixels, other);
  }

  function weighNested(
    { column, cell }: ColumnValue,
    given: ReadonlyMap<string, unknown>,
    inDoubt: ReadonlySet<string>,
    at: () => Place,
  ): void {
    for (const { key, of } of nestedInputs(objectIn(cell), inputs, column)) {
      if (!isOpen(of, given, inDoubt)) continue;
      hint(`${column}.${key}`, { kind: 'nested', column, key, of, value: null, shape: null }, at);
    }
  }

  return {
    see(value, likeness) {
      const { column, cell } = value;
      let entry = seen.get(column);
      if (entry === undefined) {
        entry = { value, rows: 0 };
        if (seen.size < maxColumns) seen.set(column, entry);
      }
      entry.rows += 1;
      if (likeness !== null) return true;
      const content = rawValue(cell);
      if (typeof content === 'object') return content !== null;
      return entry.rows <= maxParsed && typeof content === 'string' && /^\s*\{/.test(content);
    },
    weigh(value, likeness, given, inDoubt, row) {
      const { column, cell } = value;
      const content = rawValue(cell);
      const at = (): Place => row.placeOf(value.root ?? column);
      if (likeness === null) return weighNested(value, given, inDoubt, at);
      const { kind } = likeness;
      const found = { kind, column, key: null, of: null, value: content, shape: null };
      switch (kind) {
        case 'alias':
        case 'akin':
          if (isOpen(likeness.of, given, inDoubt)) hint(column, { ...found, of: likeness.of }, at);
          break;
        case 'size':
        case 'width':
        case 'height': {
          const shape = shapeOfRow(kind, content, row);
          if (shape === null || !isOpen(likeness.of, given, inDoubt)) break;
          const written = kind === 'size' ? content : `${shape.width}x${shape.height}`;
          hint(column, { ...found, of: likeness.of, value: written, shape }, at);
          break;
        }
        case 'count':
          if (repeat === 1) hint(column, found, at);
          break;
      }
    },
    use: (column) => void (used.size < maxColumns && used.add(column.toLowerCase())),
    columns: () =>
      [...seen.values()]
        .map(({ value: { column, target } }) => ({ column, name: target }))
        .filter(({ column, name }) => !used.has(column.toLowerCase()) && !used.has(name.toLowerCase()))
        .map(({ column, name }) => unsentColumn(column, name, hints.get(column))),
    problems: () =>
      byColumn(hints.values())
        .filter(([{ kind, column }]) => kind === 'nested' || !used.has(column.toLowerCase()))
        .flatMap((of) => hintProblem(of, inputs) ?? []),
  };
}

function unsentColumn(column: string, name: string, hint: ColumnHint | undefined): UnsentColumn {
  const { kind = null, of = null } = hint ?? {};
  const isAlias = kind === 'alias';
  return { column, name, isAlias, akinTo: isAlias || kind === 'akin' ? of : null };
}

/** The hints of each column, those of its members apart. */
function byColumn(hints: Iterable<ColumnHint>): readonly (readonly [ColumnHint, ...ColumnHint[]])[] {
  const groups = Map.groupBy(hints, ({ kind, column }) => (kind === 'nested' ? `.${column}` : column));
  return [...groups.values()] as [ColumnHint, ...ColumnHint[]][];
}
