import type { JsonValue } from '../../core/json.ts';
import type { SheetChoice } from './sheet-choice.ts';
import { labelOf } from './sheet-keys.ts';
import type { SheetJob, SheetTable } from './sheet-table.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: JsonValue;
}

/** What one picture shows, before anything is measured. */
export interface SheetPage {
  /** Its values of the keys that pages are made by. */
  readonly values: readonly KeyValue[];
  readonly jobCount: number;
  /** Columns of labels, or null where each cell has a label of its own. */
  readonly columns: readonly string[] | null;
  /** Labels of the rows, or the cells' own, in order. */
  readonly labels: readonly string[];
  /** The jobs of a cell: of a column and a row, or of the label at `row`. None: a hole. */
  jobsAt(column: number, row: number): readonly SheetJob[];
}

/**
 * Lays the jobs out over pages: every job is in one cell of one page. A page has the rows and columns that one of its
 * jobs is in; what is empty then is a combination that the folder lacks.
 */
export function sheetPages(table: SheetTable, choice: SheetChoice): readonly SheetPage[] {
  const at = (key: string): number => table.keys.indexOf(key);
  const pageKeys = choice.pages.map(at);
  const groups = new Map<string, SheetJob[]>();
  for (const job of table.jobs) append(groups, pageKeys.map((key) => job.places[key]).join(' '), job);
  const byValues = [...groups.values()].sort((a, b) => compareFirst(a, b, pageKeys));
  return byValues.map((jobs) => {
    const [first] = jobs as [SheetJob];
    const values = choice.pages.map((key) => ({ key, value: valueAt(table, at(key), first) }));
    const page = { values, jobCount: jobs.length };
    return choice.y === null
      ? { ...page, ...cellsInLine(table, jobs, at(choice.x), choice.within.map(at)) }
      : { ...page, ...cellsInGrid(table, jobs, at(choice.x), at(choice.y)) };
  });
}

type Cells = Pick<SheetPage, 'columns' | 'labels' | 'jobsAt'>;

function cellsInGrid(table: SheetTable, jobs: readonly SheetJob[], x: number, y: number): Cells {
  const [columns, rows] = [placesUsed(jobs, x), placesUsed(jobs, y)];
  const cells = new Map<string, SheetJob[]>();
  for (const job of jobs) append(cells, `${job.places[x]} ${job.places[y]}`, job);
  return {
    columns: columns.map((place) => labelOf(table.values[x]?.[place] as JsonValue)),
    labels: rows.map((place) => labelOf(table.values[y]?.[place] as JsonValue)),
    jobsAt: (column, row) => cells.get(`${columns[column]} ${rows[row]}`) ?? [],
  };
}

/** Each job has a cell of its own, under its value and whatever else tells it from the others of that value. */
function cellsInLine(
  table: SheetTable,
  jobs: readonly SheetJob[],
  x: number,
  within: readonly number[],
): Cells {
  const sorted = [...jobs].sort((a, b) => (a.places[x] as number) - (b.places[x] as number));
  const told = (key: number, job: SheetJob): string =>
    `${table.keys[key]} ${labelOf(valueAt(table, key, job))}`;
  return {
    columns: null,
    labels: sorted.map((job) =>
      [labelOf(valueAt(table, x, job)), ...within.map((key) => told(key, job))].join(' · '),
    ),
    jobsAt: (_, row) => [sorted[row] as SheetJob],
  };
}

function placesUsed(jobs: readonly SheetJob[], key: number): readonly number[] {
  return [...new Set(jobs.map(({ places }) => places[key] as number))].sort((a, b) => a - b);
}

function valueAt(table: SheetTable, key: number, { places }: SheetJob): JsonValue {
  return table.values[key]?.[places[key] as number] as JsonValue;
}

function compareFirst(a: readonly SheetJob[], b: readonly SheetJob[], keys: readonly number[]): number {
  for (const key of keys) {
    const difference = (a[0]?.places[key] as number) - (b[0]?.places[key] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function append<K, V>(groups: Map<K, V[]>, key: K, value: V): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}
