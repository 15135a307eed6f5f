import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Box, sharedBox, sheetLayout, wrapAfter } from '../../../src/view/sheet/sheet-layout.ts';

const measures = fc
  .record({
    columns: fc.integer({ min: 1, max: 40 }),
    rows: fc.integer({ min: 1, max: 200 }),
    cell: fc.integer({ min: 16, max: 700 }),
    gutter: fc.integer({ min: 0, max: 400 }),
    titleWidth: fc.integer({ min: 0, max: 900 }),
    titleHeight: fc.integer({ min: 0, max: 300 }),
    headerHeight: fc.integer({ min: 0, max: 300 }),
    rowHeight: fc.integer({ min: 0, max: 300 }),
    captionHeight: fc.integer({ min: 0, max: 300 }),
  })
  .map((given) => ({ ...given, rowHeight: Math.max(given.cell, given.rowHeight) }));

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.left + b.width &&
  b.left < a.left + a.width &&
  a.top < b.top + b.height &&
  b.top < a.top + a.height;

describe('the layout of a sheet', () => {
  test('has bands that follow each other and add up to its height, one for each row', () => {
    fc.assert(
      fc.property(measures, (given) => {
        const { bands, height } = sheetLayout(given);
        let top = 0;
        for (const band of bands) {
          expect(band.top).toBe(top);
          top += band.height;
        }
        expect(top).toBe(height);
        const rows = bands.filter(({ kind }) => kind === 'row').map(({ row }) => row);
        expect(rows).toEqual(Array.from({ length: given.rows }, (_, row) => row));
      }),
    );
  });

  test('keeps cells and labels within the sheet and apart from each other', () => {
    fc.assert(
      fc.property(measures, (given) => {
        const layout = sheetLayout(given);
        const band = layout.bands.find(({ kind }) => kind === 'row')?.height as number;
        const columns = [...new Set([0, Math.floor(given.columns / 2), given.columns - 1])];
        const boxes = [
          layout.gutter,
          ...columns.map((column) => layout.cell(column)),
          ...columns.map((column) => layout.caption(column)),
        ].filter(({ width, height }) => width > 0 && height > 0);
        for (const [nth, box] of boxes.entries()) {
          expect(box.left).toBeGreaterThanOrEqual(0);
          expect(box.left + box.width).toBeLessThanOrEqual(layout.width);
          expect(box.top + box.height).toBeLessThanOrEqual(band);
          for (const other of boxes.slice(nth + 1)) expect(overlap(box, other)).toBe(false);
        }
      }),
    );
  });

  test('repeats the column labels in long sheets', () => {
    const long = { columns: 2, rows: 100, cell: 256, gutter: 100, titleWidth: 0, titleHeight: 40 };
    const { bands } = sheetLayout({ ...long, headerHeight: 34, rowHeight: 256, captionHeight: 0 });
    const headers = bands.filter(({ kind }) => kind === 'header');
    expect(headers.length).toBeGreaterThan(4);
    for (const [nth, header] of headers.slice(1).entries())
      expect(header.top - (headers[nth]?.top as number)).toBeLessThan(4_400);
  });
});

describe('a cell with several images', () => {
  test('gives each its own part of the cell', () => {
    const boxes = fc.tuple(
      fc.record({
        left: fc.integer({ min: 0, max: 99 }),
        top: fc.integer({ min: 0, max: 99 }),
        width: fc.integer({ min: 40, max: 600 }),
        height: fc.integer({ min: 40, max: 600 }),
      }),
      fc.integer({ min: 1, max: 40 }),
    );
    fc.assert(
      fc.property(boxes, ([box, count]) => {
        const shared = sharedBox(box, count);
        expect(shared).toHaveLength(count);
        for (const [nth, one] of shared.entries()) {
          expect(Math.min(one.width, one.height)).toBeGreaterThan(0);
          expect(one.left).toBeGreaterThanOrEqual(box.left);
          expect(one.left + one.width).toBeLessThanOrEqual(box.left + box.width);
          expect(one.top + one.height).toBeLessThanOrEqual(box.top + box.height);
          for (const other of shared.slice(nth + 1)) expect(overlap(one, other)).toBe(false);
        }
      }),
    );
  });

  test('gives a single one the whole cell', () => {
    const box = { left: 5, top: 6, width: 70, height: 80 };
    expect(sharedBox(box, 1)).toEqual([box]);
  });
});

test('cells that wrap are at most twelve in a line, and no more than there are', () => {
  expect([1, 3, 5, 30, 1_000].map(wrapAfter)).toEqual([1, 3, 4, 6, 12]);
});
