import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KeyColumn } from '../../../../src/view/page/filters/key-column.ts';
import { type Axes, crossings, crossTable, type Line } from '../../../../src/view/page/grid/cross-table.ts';
import type { Direction } from '../../../../src/view/page/state/app.ts';

const jobCount = 24;
const column = (codes: readonly number[], id = 'key'): KeyColumn => ({
  key: { id, label: id, kind: 'axis', isPrompt: false, order: [], value: () => undefined },
  labels: Array.from({ length: 4 }, (_, code) => `v${code}`),
  codes: Int32Array.from(codes),
});
const anyColumn = fc.option(
  fc.array(fc.nat(3), { minLength: jobCount, maxLength: jobCount }).map((codes) => column(codes)),
  { nil: null },
);
const anyAxes: fc.Arbitrary<Axes> = fc.record({
  x: anyColumn,
  y: anyColumn,
  superX: anyColumn,
  superY: anyColumn,
});
const anyPlaces = fc.subarray(Array.from({ length: jobCount }, (_, place) => place));

test('every job is in exactly one cell, the one of its values', () => {
  fc.assert(
    fc.property(anyPlaces, anyAxes, (places, axes) => {
      const table = crossTable(places, axes);
      const found: number[] = [];
      for (const [row, down] of table.rows.entries()) {
        for (const [across, line] of table.columns.entries()) {
          for (const job of table.at(row, across)) {
            found.push(job);
            expect(table.positionOf(job)).toEqual({ row, column: across });
            const values = [axes.y, axes.superY, axes.x, axes.superX].map((axis) => axis?.codes[job] ?? 0);
            expect(values).toEqual([down.code, down.above, line.code, line.above]);
          }
        }
      }
      expect(found).toEqual(table.inOrder());
      expect([...found].sort((a, b) => a - b)).toEqual(places);
    }),
  );
});

test('lines are sorted by the outer axis, then by their own, and none is empty', () => {
  fc.assert(
    fc.property(anyPlaces, anyAxes, (places, axes) => {
      const { rows, columns, at } = crossTable(places, axes);
      const rank = ({ above, code }: Line): number => above * 100 + code;
      for (const lines of [rows, columns]) {
        expect(lines.map(rank)).toEqual([...new Set(lines.map(rank))].sort((a, b) => a - b));
      }
      for (const row of rows.keys())
        expect(columns.some((_, across) => at(row, across).length > 0)).toBe(true);
      for (const across of columns.keys())
        expect(rows.some((_, row) => at(row, across).length > 0)).toBe(true);
    }),
  );
});

test('the neighbour of a cell in any direction is the nearest with a job, and leads back', () => {
  const back: Readonly<Record<Direction, Direction>> = {
    left: 'right',
    right: 'left',
    up: 'down',
    down: 'up',
  };
  fc.assert(
    fc.property(anyPlaces, anyAxes, (places, axes) => {
      const table = crossTable(places, axes);
      for (const job of places) {
        const from = table.positionOf(job);
        if (from === null) throw new Error('A job has no position.');
        for (const direction of Object.keys(back) as Direction[]) {
          const to = table.neighbour(from, direction);
          if (to === null) continue;
          expect(table.at(to.row, to.column).length).toBeGreaterThan(0);
          expect(table.neighbour(to, back[direction])).toEqual(from);
        }
      }
    }),
  );
});

test('a job that filters hide has no position, and its cell still counts as planned', () => {
  const axes = { x: column([0, 1, 0, 1]), y: column([0, 0, 1, 1]), superX: null, superY: null };
  const table = crossTable([0, 3], axes);
  expect(table.positionOf(1)).toBe(null);
  expect(table.at(0, 1)).toEqual([]);
  const [first] = table.rows as [Line];
  const [, second] = table.columns as [Line, Line];
  expect(crossings([0, 1, 2, 3], axes)(first, second)).toBe(true);
  expect(crossings([0, 3], axes)(first, second)).toBe(false);
});

test('without axes all jobs share one cell', () => {
  const table = crossTable([2, 0, 1].sort(), { x: null, y: null, superX: null, superY: null });
  expect([table.rows.length, table.columns.length, table.at(0, 0)]).toEqual([1, 1, [0, 1, 2]]);
});
