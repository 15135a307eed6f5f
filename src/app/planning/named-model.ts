import type { Cell, Row } from '../../core/row.ts';
import type { AxisSource } from '../../core/sweep.ts';

/** What a batch says of its models before its rows are planned. */
interface Naming {
  readonly first: Row | null;
  readonly axes: readonly AxisSource[];
  readonly renames: ReadonlyMap<string, string>;
}

/** The first model that the rows or axes of a batch name; null: they name none. A row's own goes before an axis. */
export function namedModel({ first, axes, renames }: Naming): string | null {
  for (const [column, cell] of first?.cells ?? []) {
    const target = renames.get(column) ?? column;
    const text = target.toLowerCase() === 'model' ? textOf(cell) : null;
    if (text !== null) return text;
  }
  const axis = axes.find(({ name }) => name.toLowerCase() === 'model');
  if (axis === undefined) return null;
  const { given } = axis;
  const value = given.kind === 'text' ? given.text.split(/,|\|\|/)[0] : given.values[0];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function textOf(cell: Cell): string | null {
  const value = cell.kind === 'text' ? cell.text : cell.value;
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}
