import type { CellPosition } from './cross-table.ts';

type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

interface GridBounds {
  readonly rows: number;
  readonly columns: number;
  /** Labels can have the focus, too: they are in row -1 or column -1. */
  readonly hasRowLabels: boolean;
  readonly hasColumnLabels: boolean;
  /** Rows that fit into the window. */
  readonly page: number;
}

/** Where a key moves the focus from a cell or label; null: the key does not move it. At an edge the focus stays. */
export function gridMove(
  press: KeyPress,
  { row, column }: CellPosition,
  bounds: GridBounds,
): CellPosition | null {
  if (press.altKey || press.shiftKey) return null;
  const isFar = press.ctrlKey || press.metaKey;
  const leftmost = bounds.hasRowLabels && row >= 0 ? -1 : 0;
  const topmost = bounds.hasColumnLabels && column >= 0 ? -1 : 0;
  const [lastRow, lastColumn] = [bounds.rows - 1, bounds.columns - 1];
  const down = (by: number): CellPosition => ({
    row: Math.min(Math.max(row + by, topmost), lastRow),
    column,
  });
  switch (press.key) {
    case 'ArrowLeft':
      return { row, column: Math.max(isFar ? 0 : column - 1, leftmost) };
    case 'ArrowRight':
      return { row, column: isFar ? lastColumn : Math.min(column + 1, lastColumn) };
    case 'ArrowUp':
      return isFar ? { row: 0, column } : down(-1);
    case 'ArrowDown':
      return isFar ? { row: lastRow, column } : down(1);
    case 'PageUp':
      return { row: Math.min(row, Math.max(row - bounds.page, 0)), column };
    case 'PageDown':
      return down(bounds.page);
    case 'Home':
      return { row: isFar ? 0 : row, column: 0 };
    case 'End':
      return { row: isFar ? lastRow : row, column: lastColumn };
    default:
      return null;
  }
}
