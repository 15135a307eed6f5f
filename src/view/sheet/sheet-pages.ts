import type { JsonValue } from '../../core/json.ts';
import type { SheetChoice } from './sheet-choice.ts';
import { labelOf } from './sheet-keys.ts';
import { wrapAfter } from './sheet-layout.ts';
import type { SheetJob, SheetTable } from './sheet-table.ts';

export interface KeyValue {
  readonly key: string;
  readonly value: JsonValue;
}

/** The contents of one sheet, before anything is measured. */
export interface SheetPage {
  /** Its values for the page keys. */
  readonly values: readonly KeyValue[];
  readonly jobCount: number;
  /** Column labels; null: each cell has its own label. */
  readonly columns: readonly string[] | null;
  /** Without columns: how many cells a line has before it wraps. */
  readonly wrapAt: number;
  /** Row labels, or the labels of the cells, in order. */
  readonly labels: readonly string[];
  /** Which of several pictures of this page it is, from 1; null: it has only one. */
  readonly part: { readonly nth: number; readonly of: number } | null;
  /** The jobs of a cell: the one at a column and a row, or the one with the label at `row`. May be empty. */
  jobsAt(column: number, row: number): readonly SheetJob[];
}

/**
 * Distributes the jobs over pages: every job is in one cell of one page. A page has only rows and columns with jobs;
 * an empty cell is a combination that the run folder does not have.
 */
export function sheetPages(table: SheetTable, choice: SheetChoice): readonly SheetPage[] {
  const at = (key: string): number => table.keys.indexOf(key);
  const pageKeys = choice.pages.map(at);
  const groups = new Map<string, SheetJob[]>();
  for (const job of table.jobs) append(groups, pageKeys.map((key) => job.indexes[key]).join(' '), job);
  const byValues = [...groups.values()].sort((a, b) => compareFirst(a, b, pageKeys));
  return byValues.map((jobs) => {
    const [first] = jobs as [SheetJob];
    const values = choice.pages.map((key) => ({ key, value: valueAt(table, at(key), first) }));
    const page = { values, jobCount: jobs.length, part: null };
    return choice.y === null
      ? { ...page, ...cellsInLine(table, jobs, at(choice.x), choice.within.map(at)) }
      : { ...page, ...cellsInGrid(table, jobs, at(choice.x), at(choice.y)) };
  });
}

type Cells = Pick<SheetPage, 'columns' | 'wrapAt' | 'labels' | 'jobsAt'>;

function cellsInGrid(table: SheetTable, jobs: readonly SheetJob[], x: number, y: number): Cells {
  const [columns, rows] = [usedIndexes(jobs, x), usedIndexes(jobs, y)];
  const cells = new Map<string, SheetJob[]>();
  for (const job of jobs) append(cells, `${job.indexes[x]} ${job.indexes[y]}`, job);
  return {
    columns: columns.map((index) => labelOf(table.values[x]?.[index] as JsonValue)),
    wrapAt: columns.length,
    labels: rows.map((index) => labelOf(table.values[y]?.[index] as JsonValue)),
    jobsAt: (column, row) => cells.get(`${columns[column]} ${rows[row]}`) ?? [],
  };
}

/** Each job has its own cell, labelled with its value and with whatever distinguishes it from other jobs of that value. */
function cellsInLine(
  table: SheetTable,
  jobs: readonly SheetJob[],
  x: number,
  within: readonly number[],
): Cells {
  const sorted = [...jobs].sort((a, b) => (a.indexes[x] as number) - (b.indexes[x] as number));
  const labelled = (key: number, job: SheetJob): string =>
    `${table.keys[key]} ${labelOf(valueAt(table, key, job))}`;
  return {
    columns: null,
    wrapAt: wrapAfter(sorted.length),
    labels: sorted.map((job) =>
      [labelOf(valueAt(table, x, job)), ...within.map((key) => labelled(key, job))].join(' · '),
    ),
    jobsAt: (_, row) => [sorted[row] as SheetJob],
  };
}

function usedIndexes(jobs: readonly SheetJob[], key: number): readonly number[] {
  return [...new Set(jobs.map(({ indexes }) => indexes[key] as number))].sort((a, b) => a - b);
}

function valueAt(table: SheetTable, key: number, { indexes }: SheetJob): JsonValue {
  return table.values[key]?.[indexes[key] as number] as JsonValue;
}

function compareFirst(a: readonly SheetJob[], b: readonly SheetJob[], keys: readonly number[]): number {
  for (const key of keys) {
    const difference = (a[0]?.indexes[key] as number) - (b[0]?.indexes[key] as number);
    if (difference !== 0) return difference;
  }
  return 0;
}

function append<K, V>(groups: Map<K, V[]>, key: K, value: V): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [value]);
  else group.push(value);
}
