import type { KeyColumn } from '../filters/key-column.ts';
import type { Direction } from '../state/app.ts';

/** A row or a column: a value of its axis within a value of the axis above; each as the number of its label. */
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

export interface Place {
  readonly row: number;
  readonly column: number;
}

/** Jobs, by their places in the plan, in rows and columns. Lines that none of them is in are left out. */
export interface CrossTable {
  readonly rows: readonly Line[];
  readonly columns: readonly Line[];
  at(row: number, column: number): readonly number[];
  placeOf(job: number): Place | null;
  /** Row by row. */
  inOrder(): readonly number[];
  /** The nearest cell in this direction that holds a job; null at an edge. */
  beside(place: Place, direction: Direction): Place | null;
}

const nothing: readonly number[] = [];

export function crossTable(places: readonly number[], axes: Axes): CrossTable {
  const down = lines(places, axes.superY, axes.y);
  const across = lines(places, axes.superX, axes.x);
  const width = across.lines.length;
  const cells = new Map<number, number[]>();
  for (const job of places) {
    const cell = down.lineOf(job) * width + across.lineOf(job);
    const jobs = cells.get(cell);
    if (jobs === undefined) cells.set(cell, [job]);
    else jobs.push(job);
  }
  const at = (row: number, column: number): readonly number[] => cells.get(row * width + column) ?? nothing;
  let order: readonly number[] | null = null;

  return {
    rows: down.lines,
    columns: across.lines,
    at,
    placeOf(job) {
      const place = { row: down.lineOf(job), column: across.lineOf(job) };
      return at(place.row, place.column).includes(job) ? place : null;
    },
    inOrder() {
      order ??= [...Float64Array.from(cells.keys()).sort()].flatMap((cell) => cells.get(cell) as number[]);
      return order;
    },
    beside({ row, column }, direction) {
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

/** Whether any of these jobs belongs where two lines cross, whatever the table leaves out. */
export function crossings(places: Iterable<number>, axes: Axes): (row: Line, column: Line) => boolean {
  const width = spanOf(axes.superX) * spanOf(axes.x);
  const keyOf = (row: Line, column: Line): number =>
    (row.above * spanOf(axes.y) + row.code) * width + column.above * spanOf(axes.x) + column.code;
  const known = new Set<number>();
  for (const job of places) {
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

function lines(places: readonly number[], above: KeyColumn | null, axis: KeyColumn | null) {
  const span = spanOf(axis);
  const keyOf = (job: number): number => {
    const line = lineOf(job, above, axis);
    return line.above * span + line.code;
  };
  const found = Float64Array.from(new Set(places.map(keyOf))).sort();
  const numbers = new Map(Array.from(found, (key, number) => [key, number]));
  return {
    lines: Array.from(found, (key): Line => ({ above: Math.floor(key / span), code: key % span })),
    /** -1 for a line that the table lacks. */
    lineOf: (job: number): number => numbers.get(keyOf(job)) ?? -1,
  };
}

function lineOf(job: number, above: KeyColumn | null, axis: KeyColumn | null): Line {
  return { above: above?.codes[job] ?? 0, code: axis?.codes[job] ?? 0 };
}

function spanOf(axis: KeyColumn | null): number {
  return axis?.labels.length ?? 1;
}
