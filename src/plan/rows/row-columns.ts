import { rawValue } from './body.ts';
import { type RowReading, tagText } from './row-reading.ts';

/** The columns of one row as templates and exclusions see them: by the user's name, or the one it was renamed to. */
export interface RowColumns {
  /** The cell as written; null where the row has no value in a column of that name. */
  textOf(name: string): string | null;
  /** The column is there and its cell is empty. */
  isEmpty(name: string): boolean;
  names(): readonly string[];
}

export function rowColumns({ row, columns }: RowReading): RowColumns {
  let texts: ReadonlyMap<string, string> | null = null;
  function byLower(): ReadonlyMap<string, string> {
    if (texts !== null) return texts;
    const made = new Map<string, string>();
    const add = (name: string, text: string): void => {
      if (!made.has(name.toLowerCase())) made.set(name.toLowerCase(), text);
    };
    for (const [name, cell] of row?.cells ?? []) add(name, rawValue(cell) === null ? '' : tagText(cell));
    for (const { target, cell } of columns) add(target, rawValue(cell) === null ? '' : tagText(cell));
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
        ...columns.map(({ target }) => target),
        ...Object.keys(row?.sent?.tags ?? {}),
      ]),
    ],
  };
}
