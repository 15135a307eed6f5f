import type { SheetTable } from './sheet-table.ts';

/** What a user asked for, as names of keys; null or empty: not said. */
export interface RequestedKeys {
  readonly x: string | null;
  readonly y: string | null;
  readonly pages: readonly string[];
  /** Jobs that share a cell stand side by side in it, instead of on pages. */
  readonly stack: boolean;
}

/** By which keys a sheet is laid out. */
export interface SheetChoice {
  readonly x: string;
  /** null: one key alone, whose cells follow each other in lines that wrap. */
  readonly y: string | null;
  readonly pages: readonly string[];
  /** Those of the pages' keys that nobody asked for: without them, jobs would share a cell. */
  readonly addedPages: readonly string[];
  /** Keys by which jobs that share a cell, or one label, still differ. */
  readonly within: readonly string[];
}

/**
 * Chooses what was left open. Rows and columns: the two axes with the most values, or the prompts and the axis there
 * is. Then whatever still tells apart the jobs of a cell becomes a key of pages, so that no image is left out.
 */
export function chooseKeys(table: SheetTable, axes: readonly string[], asked: RequestedKeys): SheetChoice {
  const { x, y } = rowsAndColumns(table, axes, asked);
  const shown = [...(x === null ? [] : [x]), ...(y === null ? [] : [y]), ...asked.pages];
  const column = x ?? 'job';
  const telling = tellingApart(table, shown, [...axes, 'prompt', 'model', 'rep', ...table.keys]);
  const paged = y !== null && !asked.stack;
  return {
    x: column,
    y,
    pages: paged ? [...asked.pages, ...telling] : asked.pages,
    addedPages: paged ? telling : [],
    within: paged ? [] : telling,
  };
}

function rowsAndColumns(table: SheetTable, axes: readonly string[], { x, y, pages }: RequestedKeys) {
  // With one key asked for as columns, one key is what is wanted.
  if (x !== null) return { x, y };
  const taken = new Set([...(y === null ? [] : [y]), ...pages]);
  const candidates = [...axes, 'rep']
    .filter((key) => !taken.has(key) && valueCount(table, key) > 1)
    .sort((a, b) => valueCount(table, b) - valueCount(table, a));
  const rest = ['prompt', 'model', 'id'].filter(
    (key) => !taken.has(key) && !candidates.includes(key) && valueCount(table, key) > 1,
  );
  if (y !== null) return { x: firstCrossing(table, y, [...candidates, ...rest]), y };
  const [first = null, ...others] = candidates;
  if (first === null) return { x: rest[0] ?? null, y: null };
  const second = firstCrossing(table, first, others);
  if (second !== null) return { x: second, y: first };
  const prompts = firstCrossing(table, first, rest);
  return prompts === null ? { x: first, y: null } : { x: first, y: prompts };
}

/** The first key that does not go in step with `key`, as linked axes do. */
function firstCrossing(table: SheetTable, key: string, others: readonly string[]): string | null {
  return others.find((other) => pairs(table, key, other) > valueCount(table, key)) ?? null;
}

function pairs(table: SheetTable, one: string, other: string): number {
  const [first, second] = [table.keys.indexOf(one), table.keys.indexOf(other)];
  return new Set(table.jobs.map(({ places }) => `${places[first]} ${places[second]}`)).size;
}

function valueCount(table: SheetTable, key: string): number {
  return table.values[table.keys.indexOf(key)]?.length ?? 0;
}

/** The fewest keys, taken in order, by which jobs differ that have the same values for `shown`. */
function tellingApart(table: SheetTable, shown: readonly string[], candidates: readonly string[]): string[] {
  const placesOf = (keys: readonly string[]) => keys.map((key) => table.keys.indexOf(key));
  const shownAt = placesOf(shown);
  const groups = table.jobs.map(({ places }) => shownAt.map((at) => places[at]).join(' '));
  const telling: string[] = [];
  for (const key of new Set(candidates)) {
    const at = table.keys.indexOf(key);
    // What happened to jobs, or what they are called, is no reason for a page of its own.
    if (at === -1 || shown.includes(key) || ['state', 'id', 'job', 'parent'].includes(key)) continue;
    if (new Set(groups).size === groups.length) break;
    const seen = new Map<string, number>();
    const differs = table.jobs.some(({ places }, nth) => {
      const group = groups[nth] as string;
      const place = places[at] as number;
      const before = seen.get(group);
      seen.set(group, place);
      return before !== undefined && before !== place;
    });
    if (!differs) continue;
    telling.push(key);
    table.jobs.forEach(({ places }, nth) => {
      groups[nth] += ` ${places[at]}`;
    });
  }
  return telling;
}
