import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ManifestLine } from '../../../src/core/job/manifest.ts';
import { checkSize, tileSize } from '../../../src/view/sheet/sheet-bounds.ts';
import { planSheets } from '../../../src/view/sheet/sheets.ts';
import { aLine } from './sheet-builders.ts';

function plan(
  lines: readonly ManifestLine[],
  asked: { x: string; y: string | null },
  rows: number | null,
  cell = 256,
) {
  const known = { axes: [], inputs: ['prompt', 'n'], tags: [] };
  return planSheets(lines, known, { ...asked, pages: [], stack: false }, { cell, rows });
}

const gridOf = (rows: number, columns: number): ManifestLine[] =>
  Array.from({ length: rows * columns }, (_, nth) =>
    aLine(nth, { input: { prompt: `p${Math.floor(nth / columns)}`, n: nth % columns } }),
  );

describe('a page of many rows', () => {
  test('becomes pictures of so many, each with the labels of all columns, and none is lost', () => {
    const { pages, jobCount } = plan(gridOf(45, 3), { x: 'n', y: 'prompt' }, 20);
    expect(
      pages.map(({ part, labels, columns, jobCount: jobs }) => [part, labels.length, columns, jobs]),
    ).toEqual([
      [{ nth: 1, of: 3 }, 20, ['0', '1', '2'], 60],
      [{ nth: 2, of: 3 }, 20, ['0', '1', '2'], 60],
      [{ nth: 3, of: 3 }, 5, ['0', '1', '2'], 15],
    ]);
    expect(jobCount).toBe(135);
    expect(pages[1]?.labels[0]).toBe('p20');
    expect(pages[1]?.jobsAt(2, 0).map(({ job }) => Number.parseInt(job, 16))).toEqual([62]);
  });

  test('is one picture where it has no more', () => {
    expect(plan(gridOf(20, 3), { x: 'n', y: 'prompt' }, 20).pages.map(({ part }) => part)).toEqual([null]);
  });

  test('leaves out pictures without a job', () => {
    const diagonal = Array.from({ length: 400 }, (_, nth) =>
      aLine(nth, { input: { prompt: `p${nth}`, n: nth } }),
    );
    const { pages } = plan(diagonal, { x: 'n', y: 'prompt' }, 100);
    expect(pages.reduce((sum, page) => sum + page.jobCount, 0)).toBe(400);
    expect(pages.every((page) => page.jobCount > 0)).toBe(true);
    expect(pages.at(-1)?.part).toEqual({ nth: pages.length, of: pages.length });
  });

  test('of cells that follow each other has as many in each line as before', () => {
    const lines = Array.from({ length: 500 }, (_, nth) => aLine(nth, { input: { prompt: `p${nth}` } }));
    const { pages } = plan(lines, { x: 'prompt', y: null }, 20);
    expect(pages.map(({ wrapAt, labels }) => [wrapAt, labels.length])).toEqual([
      [12, 240],
      [12, 240],
      [12, 20],
    ]);
    expect(pages[2]?.jobsAt(0, 19).map(({ job }) => Number.parseInt(job, 16))).toEqual([499]);
  });

  test('shows each job once, whatever the grid and the limit', () => {
    fc.assert(
      fc.property(
        fc.nat(30),
        fc.nat(30),
        fc.option(fc.integer({ min: 1, max: 9 })),
        fc.integer({ min: 16, max: 8192 }),
        (r, c, rows, cell) => {
          const lines = gridOf(r + 1, c + 1);
          const { pages } = plan(lines, { x: 'n', y: 'prompt' }, rows, cell);
          const shown = pages.flatMap(({ columns, labels, jobsAt }) =>
            (columns ?? []).flatMap((_c, column) =>
              labels.flatMap((_l, row) => jobsAt(column, row).map(({ job }) => job)),
            ),
          );
          expect(shown.sort()).toEqual(lines.map(({ job }) => job).sort());
          for (const page of pages) expect(page.labels.length).toBeLessThanOrEqual(rows ?? 31);
        },
      ),
    );
  });
});

test('a picture of so many rows and columns is one that programs open', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 16, max: 2_000 }),
      fc.integer({ min: 1, max: 100_000 }),
      fc.option(fc.integer({ min: 1, max: 100_000 })),
      fc.boolean(),
      (cell, columns, wanted, isGrid) => {
        const size = tileSize({ cell, columns, keys: 1, isGrid }, wanted);
        const width = size.columns * cell;
        const height = size.rows * cell;
        expect(size.columns).toBeLessThanOrEqual(columns);
        expect(() => checkSize(width, height)).not.toThrow();
      },
    ),
  );
  expect(tileSize({ cell: 256, columns: 4, keys: 0, isGrid: true }, 20)).toEqual({ columns: 4, rows: 20 });
  expect(() => checkSize(32_768, 1)).toThrow('larger than most programs open');
  expect(() => checkSize(13_378, 13_378)).toThrow('larger');
  expect(() => checkSize(13_377, 13_377)).not.toThrow();
});
