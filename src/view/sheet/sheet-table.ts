import { type JobStatus, jobStatuses, type SavedFile } from '../../core/job/job.ts';
import { type ManifestLine, resultsOf } from '../../core/job/manifest.ts';
import { canonicalJson, type JsonValue } from '../../core/json.ts';
import { valueFor } from './sheet-keys.ts';

/** What a sheet needs of a job. */
export interface SheetJob {
  readonly job: string;
  readonly state: JobStatus;
  /** What went wrong, or null. */
  readonly reason: string | null;
  readonly files: readonly Pick<SavedFile, 'path' | 'mime'>[];
  /** For each key of the table, the place of the job's value among that key's values. */
  readonly places: readonly number[];
}

/** The jobs with their values by key. Values are kept once each, so that long prompts cost little. */
export interface SheetTable {
  readonly keys: readonly string[];
  /** In the order of `keys`: different values, numbers by size and others as they first appear, null last. */
  readonly values: readonly (readonly JsonValue[])[];
  readonly jobs: readonly SheetJob[];
}

export function sheetTable(lines: Iterable<ManifestLine>, keys: readonly string[]): SheetTable {
  const columns = keys.map(() => new Map<string, { readonly place: number; readonly value: JsonValue }>());
  const jobs: SheetJob[] = [];
  for (const line of lines) {
    const places = keys.map((key, at) => {
      const column = columns[at] as (typeof columns)[number];
      const value = valueFor(line, key);
      const text = canonicalJson(value);
      const known = column.get(text) ?? { place: column.size, value };
      column.set(text, known);
      return known.place;
    });
    jobs.push({
      job: line.job,
      state: line.state,
      reason: line.error === null ? null : `${line.error.class}: ${line.error.message}`,
      files: resultsOf(line).map(({ path, mime }) => ({ path, mime })),
      places,
    });
  }
  const orders = columns.map((column, at) =>
    ordered(
      [...column.values()].map(({ value }) => value),
      keys[at] as string,
    ),
  );
  return {
    keys,
    values: orders.map(({ values }) => values),
    jobs: jobs.map((job) => ({
      ...job,
      places: job.places.map((place, at) => (orders[at] as Order).placeOf[place] as number),
    })),
  };
}

interface Order {
  readonly values: readonly JsonValue[];
  /** From the place of a value as it came to its place in order. */
  readonly placeOf: readonly number[];
}

function ordered(values: readonly JsonValue[], key: string): Order {
  const given = values.filter((value) => value !== null);
  const numeric = given.every((value) => numberOf(value) !== null);
  const rank = (value: JsonValue): number => {
    if (value === null) return Number.POSITIVE_INFINITY;
    if (key === 'state') return jobStatuses.indexOf(value as JobStatus);
    return numeric ? (numberOf(value) as number) : 0;
  };
  const sorted = values
    .map((value, place) => ({ value, place, rank: rank(value) }))
    .sort((a, b) => (a.rank === b.rank ? a.place - b.place : a.rank < b.rank ? -1 : 1));
  const placeOf: number[] = [];
  sorted.forEach(({ place }, at) => {
    placeOf[place] = at;
  });
  return { values: sorted.map(({ value }) => value), placeOf };
}

// Tags and cells of a CSV file are texts, also where they hold numbers.
function numberOf(value: JsonValue): number | null {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string' || !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return null;
  return Number(value);
}
