import type { SheetTable } from './sheet-table.ts';

/** The keys that the user asked for; null or empty: not given. */
export interface RequestedKeys {
  readonly x: string | null;
  readonly y: string | null;
  readonly pages: readonly string[];
  /** Jobs that share a cell are drawn side by side in it instead of on separate pages. */
  readonly stack: boolean;
}

/** The keys by which a sheet is laid out. */
export interface SheetChoice {
  readonly x: string;
  /** null: a single key, whose cells follow each other in lines that wrap. */
  readonly y: string | null;
  readonly pages: readonly string[];
  /** The page keys that the user did not ask for, but without which jobs would share a cell. */
  readonly addedPages: readonly string[];
  /** Keys in which jobs of the same cell or label still differ. */
  readonly within: readonly string[];
}

/**
 * Chooses the keys that the user did not give. Rows and columns are the two axes with the most values, or the prompts
 * and the only axis. Any key in which the jobs of a cell still differ becomes a page key, so that no image is left out.
 */
export function chooseKeys(
  table: SheetTable,
  axes: readonly string[],
  requested: RequestedKeys,
): SheetChoice {
  const { x, y } = rowsAndColumns(table, axes, requested);
  const shown = [...(x === null ? [] : [x]), ...(y === null ? [] : [y]), ...requested.pages];
  const column = x ?? 'job';
  const distinguishing = distinguishingKeys(table, shown, [
    ...axes,
    table.prompt,
    'model',
    'rep',
    ...table.keys,
  ]);
  const paged = y !== null && !requested.stack;
  return {
    x: column,
    y,
    pages: paged ? [...requested.pages, ...distinguishing] : requested.pages,
    addedPages: paged ? distinguishing : [],
    within: paged ? [] : distinguishing,
  };
}

function rowsAndColumns(table: SheetTable, axes: readonly string[], { x, y, pages }: RequestedKeys) {
  // Columns without rows: the user wants a single key.
  if (x !== null) return { x, y };
  const taken = new Set([...(y === null ? [] : [y]), ...pages]);
  const candidates = [...axes, 'rep']
    .filter((key) => !taken.has(key) && valueCount(table, key) > 1)
    .sort((a, b) => valueCount(table, b) - valueCount(table, a));
  const rest = [table.prompt, 'model', 'id'].filter(
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

/** The first key whose values are not tied to those of `key`, as the values of linked axes are. */
function firstCrossing(table: SheetTable, key: string, others: readonly string[]): string | null {
  return others.find((other) => pairs(table, key, other) > valueCount(table, key)) ?? null;
}

function pairs(table: SheetTable, one: string, other: string): number {
  const [first, second] = [table.keys.indexOf(one), table.keys.indexOf(other)];
  return new Set(table.jobs.map(({ indexes }) => `${indexes[first]} ${indexes[second]}`)).size;
}

function valueCount(table: SheetTable, key: string): number {
  return table.values[table.keys.indexOf(key)]?.length ?? 0;
}

/** The fewest keys, taken in order, that distinguish jobs with the same values for `shown`. */
function distinguishingKeys(
  table: SheetTable,
  shown: readonly string[],
  candidates: readonly string[],
): string[] {
  const shownAt = shown.map((key) => table.keys.indexOf(key));
  const groups = table.jobs.map(({ indexes }) => shownAt.map((at) => indexes[at]).join(' '));
  const distinguishing: string[] = [];
  for (const key of new Set(candidates)) {
    const at = table.keys.indexOf(key);
    // A state, name or id is no reason for a separate page.
    if (at === -1 || shown.includes(key) || ['state', 'id', 'job', 'parent'].includes(key)) continue;
    if (new Set(groups).size === groups.length) break;
    const seen = new Map<string, number>();
    const differs = table.jobs.some(({ indexes }, nth) => {
      const group = groups[nth] as string;
      const index = indexes[at] as number;
      const before = seen.get(group);
      seen.set(group, index);
      return before !== undefined && before !== index;
    });
    if (!differs) continue;
    distinguishing.push(key);
    table.jobs.forEach(({ indexes }, nth) => {
      groups[nth] += ` ${indexes[at]}`;
    });
  }
  return distinguishing;
}
