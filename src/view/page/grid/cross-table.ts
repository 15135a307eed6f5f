import type { KeyColumn } from '../filters/key-column.ts';
import type { Direction } from '../state/app.ts';

/** A row or a column: a value of its axis within a value of the outer axis, each as the number of its label. */
export interface Line {
  readonly above: number;
  readonly code: number;
}

export interface Axes {
  readonly x: KeyColumn | null;
  readonly y: KeyColumn | null;
  readonly superX: KeyColumn | null;
  readonly superY: KeyColumn | null;
}

/** A cell by its row and column; -1: the label of a column or a row. */
export interface CellPosition {
  readonly row: number;
  readonly column: number;
}

/** Jobs, by index, in rows and columns. Lines without jobs are left out. */
export interface CrossTable {
  readonly rows: readonly Line[];
  readonly columns: readonly Line[];
  at(row: number, column: number): readonly number[];
  positionOf(job: number): CellPosition | null;
  /** Row by row. */
  inOrder(): readonly number[];
  /** The nearest cell with a job in this direction; null at an edge. */
  neighbour(from: CellPosition, direction: Direction): CellPosition | null;
}

const noJobs: readonly number[] = [];

export function crossTable(jobs: readonly number[], axes: Axes): CrossTable {
  const down = lines(jobs, axes.superY, axes.y);
  const across = lines(jobs, axes.superX, axes.x);
  const width = across.lines.length;
  const cells = new Map<number, number[]>();
  for (const job of jobs) {
    const cell = down.lineOf(job) * width + across.lineOf(job);
    const inCell = cells.get(cell);
    if (inCell === undefined) cells.set(cell, [job]);
    else inCell.push(job);
  }
  const at = (row: number, column: number): readonly number[] => cells.get(row * width + column) ?? noJobs;
  let order: readonly number[] | null = null;

  return {
    rows: down.lines,
    columns: across.lines,
    at,
    positionOf(job) {
      const position = { row: down.lineOf(job), column: across.lineOf(job) };
      return at(position.row, position.column).includes(job) ? position : null;
    },
    inOrder() {
      order ??= [...Float64Array.from(cells.keys()).sort()].flatMap((cell) => cells.get(cell) as number[]);
      return order;
    },
    neighbour({ row, column }, direction) {
      const [downwards, sideways] = steps[direction];
      let next = { row: row + downwards, column: column + sideways };
      while (next.row in down.lines && next.column in across.lines) {
        if (at(next.row, next.column).length > 0) return next;
        next = { row: next.row + downwards, column: next.column + sideways };
      }
      return null;
    },
  };
}

/** Whether any of these jobs belongs where two lines cross, even if the table leaves it out. */
export function crossings(jobs: Iterable<number>, axes: Axes): (row: Line, column: Line) => boolean {
  const width = spanOf(axes.superX) * spanOf(axes.x);
  const keyOf = (row: Line, column: Line): number =>
    (row.above * spanOf(axes.y) + row.code) * width + column.above * spanOf(axes.x) + column.code;
  const known = new Set<number>();
  for (const job of jobs) {
    known.add(keyOf(lineOf(job, axes.superY, axes.y), lineOf(job, axes.superX, axes.x)));
  }
  return (row, column) => known.has(keyOf(row, column));
}

const steps: Readonly<Record<Direction, readonly [down: number, across: number]>> = {
  left: [0, -1],
  right: [0, 1],
  up: [-1, 0],
  down: [1, 0],
};

function lines(jobs: readonly number[], above: KeyColumn | null, axis: KeyColumn | null) {
  const span = spanOf(axis);
  const keyOf = (job: number): number => {
    const line = lineOf(job, above, axis);
    return line.above * span + line.code;
  };
  const found = Float64Array.from(new Set(jobs.map(keyOf))).sort();
  const numbers = new Map(Array.from(found, (key, number) => [key, number]));
  return {
    lines: Array.from(found, (key): Line => ({ above: Math.floor(key / span), code: key % span })),
    /** -1: the table has no such line. */
    lineOf: (job: number): number => numbers.get(keyOf(job)) ?? -1,
  };
}

function lineOf(job: number, above: KeyColumn | null, axis: KeyColumn | null): Line {
  return { above: above?.codes[job] ?? 0, code: axis?.codes[job] ?? 0 };
}

function spanOf(axis: KeyColumn | null): number {
  return axis?.labels.length ?? 1;
}
