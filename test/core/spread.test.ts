import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Facets, spreading } from '../../src/core/spread.ts';

/** Every cell of a grid, the last dimension first, as a plan has its seeds. */
function gridOf(sizes: readonly number[]): Facets[] {
  let cells: Facets[] = [{}];
  for (const [d, size] of [...sizes.entries()].reverse()) {
    cells = cells.flatMap((cell) =>
      Array.from({ length: size }, (_, v) => ({ ...cell, [`d${d}`]: `v${v}` })),
    );
  }
  return cells;
}

function chosenFrom(cells: readonly Facets[], n: number, taken: readonly Facets[] = []): Facets[] {
  const spread = spreading();
  for (const cell of taken) spread.take(cell);
  for (const cell of cells) spread.add(cell);
  return spread.choose(n).map((position) => cells[position] as Facets);
}

function countsOf(chosen: readonly Facets[], name: string): number[] {
  const counts = new Map<string, number>();
  for (const cell of chosen) counts.set(cell[name] as string, (counts.get(cell[name] as string) ?? 0) + 1);
  return [...counts.values()];
}

const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 4 });
const amount = fc.integer({ min: 1, max: 25 });

describe('jobs spread over a grid', () => {
  test('have every value of every dimension as evenly as their number allows', () => {
    fc.assert(
      fc.property(sizes, amount, (grid, n) => {
        const cells = gridOf(grid);
        const chosen = chosenFrom(cells, n);
        expect(new Set(chosen).size).toBe(Math.min(n, cells.length));
        for (const [d, size] of grid.entries()) {
          const counts = countsOf(chosen, `d${d}`);
          expect(counts).toHaveLength(Math.min(size, chosen.length));
          if (n <= cells.length) expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
        }
      }),
      { seed: 1, numRuns: 300 },
    );
  });

  test('are always the same', () => {
    fc.assert(
      fc.property(sizes, amount, (grid, n) => {
        expect(chosenFrom(gridOf(grid), n)).toEqual(chosenFrom(gridOf(grid), n));
      }),
      { seed: 2, numRuns: 50 },
    );
  });

  test('cover every value of a dimension that no other binds, whatever holes the grid has', () => {
    fc.assert(
      fc.property(sizes, fc.array(fc.boolean(), { minLength: 400, maxLength: 400 }), (grid, holes) => {
        const cells = gridOf(grid).filter((_, nth) => holes[nth % holes.length] === true);
        for (const [d] of grid.entries()) {
          const alone = cells.map((cell) => ({ only: cell[`d${d}`] as string }));
          const values = new Set(alone.map(({ only }) => only));
          if (values.size === 0) continue;
          const spread = spreading();
          for (const cell of alone) spread.add(cell);
          const covered = new Set(spread.choose(values.size).map((position) => alone[position]?.only));
          expect(covered).toEqual(values);
        }
      }),
      { seed: 3, numRuns: 100 },
    );
  });

  test('fill up what was chosen before, so that both together are spread', () => {
    fc.assert(
      fc.property(sizes, amount, amount, (grid, before, more) => {
        const cells = gridOf(grid);
        const taken = chosenFrom(cells, before);
        const rest = cells.filter((cell) => !taken.includes(cell));
        const all = [...taken, ...chosenFrom(rest, more, taken)];
        expect(all).toHaveLength(Math.min(before + more, cells.length));
        for (const [d, size] of grid.entries()) {
          const counts = countsOf(all, `d${d}`);
          if (all.length >= size * 2 && grid.length === 1) {
            expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
          }
          if (grid.length === 1) expect(counts).toHaveLength(Math.min(size, all.length));
        }
      }),
      { seed: 4, numRuns: 100 },
    );
  });

  test('take rows from the beginning, the middle and the end of a long table', () => {
    const cells = Array.from({ length: 800 }, (_, row) => ({ row: `row ${row}` }));
    const numbers = chosenFrom(cells, 8).map(({ row }) => Math.floor(Number(row?.slice(4)) / 100));
    expect(numbers.sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('vary the combinations once every value occurs', () => {
    const chosen = chosenFrom(gridOf([4, 4, 100]), 16);
    expect(new Set(chosen.map(({ d0, d1 }) => `${d0} ${d1}`)).size).toBe(16);
    expect(new Set(chosen.map(({ d2 }) => d2)).size).toBe(16);
  });

  test('treat a value that a row lacks as one of its own', () => {
    const cells = [{ style: 'a' }, { style: 'a' }, {}, { style: 'b' }] as Facets[];
    expect(new Set(chosenFrom(cells, 3).map(({ style }) => style))).toEqual(new Set(['a', undefined, 'b']));
  });
});
