import { type JobStatus, jobStatuses, type SavedFile } from '../../core/job/job.ts';
import { type ManifestLine, resultsOf } from '../../core/job/manifest.ts';
import { promptName } from '../../core/job/named-inputs.ts';
import { canonicalJson, type JsonValue } from '../../core/json.ts';
import { valueFor } from './sheet-keys.ts';

/** What a sheet needs to know of a job. */
export interface SheetJob {
  readonly job: string;
  readonly state: JobStatus;
  /** Why it has no result, or null. */
  readonly reason: string | null;
  readonly files: readonly Pick<SavedFile, 'path' | 'mime'>[];
  /** The runner in whose folder they lie; absent: they were saved in this one. */
  readonly runner?: string;
  /** For each key of the table, the index of the job's value among that key's values. */
  readonly indexes: readonly number[];
}

/** The jobs with their values by key. Each value is stored once, so that long prompts take little memory. */
export interface SheetTable {
  readonly keys: readonly string[];
  /** The key of what is shown as the prompt. */
  readonly prompt: string;
  /**
   * In the order of `keys`: the distinct values, those of an axis as in the plan, other numbers sorted, the rest in order
   * of first appearance, null last.
   */
  readonly values: readonly (readonly JsonValue[])[];
  readonly jobs: readonly SheetJob[];
}

/** The values of each axis of the plan, in the plan's order. */
type AxisOrders = ReadonlyMap<string, readonly JsonValue[]>;

export function sheetTable(
  lines: Iterable<ManifestLine>,
  keys: readonly string[],
  orders: AxisOrders = new Map(),
): SheetTable {
  const columns = keys.map(() => new Map<string, { readonly index: number; readonly value: JsonValue }>());
  const jobs: SheetJob[] = [];
  let prompt = keys.includes('prompt') ? 'prompt' : null;
  for (const line of lines) {
    prompt ??= promptName(line.input);
    const indexes = keys.map((key, at) => {
      const column = columns[at] as (typeof columns)[number];
      const value = valueFor(line, key);
      const text = canonicalJson(value);
      const known = column.get(text) ?? { index: column.size, value };
      column.set(text, known);
      return known.index;
    });
    jobs.push({
      job: line.job,
      state: line.state,
      reason: line.error === null ? null : `${line.error.class}: ${line.error.message}`,
      files: resultsOf(line).map(({ path, mime }) => ({ path, mime })),
      ...(line.runner === undefined ? {} : { runner: line.runner }),
      indexes,
    });
  }
  const sorted = columns.map((column, at) =>
    ordered(
      [...column.values()].map(({ value }) => value),
      keys[at] as string,
      orders.get(keys[at] as string) ?? [],
    ),
  );
  return {
    keys,
    prompt: prompt ?? 'prompt',
    values: sorted.map(({ values }) => values),
    jobs: jobs.map((job) => ({
      ...job,
      indexes: job.indexes.map((index, at) => (sorted[at] as Order).sortedIndex[index] as number),
    })),
  };
}

interface Order {
  readonly values: readonly JsonValue[];
  /** From the index of a value by first appearance to its index in sorted order. */
  readonly sortedIndex: readonly number[];
}

function ordered(values: readonly JsonValue[], key: string, planned: readonly JsonValue[]): Order {
  const given = values.filter((value) => value !== null);
  const places = new Map(planned.map((value, place) => [canonicalJson(value), place]));
  const numeric = given.every((value) => numberOf(value) !== null);
  const rank = (value: JsonValue): number => {
    if (value === null) return Number.POSITIVE_INFINITY;
    if (key === 'state') return jobStatuses.indexOf(value as JobStatus);
    if (places.size > 0) return places.get(canonicalJson(value)) ?? places.size;
    return numeric ? (numberOf(value) as number) : 0;
  };
  const sorted = values
    .map((value, index) => ({ value, index, rank: rank(value) }))
    .sort((a, b) => (a.rank === b.rank ? a.index - b.index : a.rank < b.rank ? -1 : 1));
  const sortedIndex: number[] = [];
  sorted.forEach(({ index }, at) => {
    sortedIndex[index] = at;
  });
  return { values: sorted.map(({ value }) => value), sortedIndex };
}

// Tags and CSV cells are text even if they look like numbers.
function numberOf(value: JsonValue): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return null;
  return Number(value);
}
