import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sheetFileNames } from '../../../src/view/sheet/sheet-files.ts';
import type { KeyValue, SheetPage } from '../../../src/view/sheet/sheet-pages.ts';

const keys = { x: 'seed', y: 'Style' };

function pageOf(...values: KeyValue[]): SheetPage {
  return { values, jobCount: 0, columns: [], wrapAt: 0, labels: [], part: null, jobsAt: () => [] };
}

describe('the file names of sheets', () => {
  test('contain the keys and the values of the page', () => {
    const pages = [
      pageOf({ key: 'aspect_ratio', value: '16:9' }, { key: 'mood', value: 'Very calm' }),
      pageOf({ key: 'aspect_ratio', value: '1:1' }, { key: 'mood', value: null }),
    ];
    expect(sheetFileNames(pages, keys, null)).toEqual([
      'seed-by-style_aspect-ratio-16x9_very-calm',
      'seed-by-style_aspect-ratio-1x1_mood-none',
    ]);
    expect(sheetFileNames([pageOf()], { x: 'prompt', y: null }, null)).toEqual(['prompt']);
    expect(sheetFileNames([pageOf()], keys, 'Mine')).toEqual(['Mine']);
  });

  test('end with numbers that sort where a page has several pictures', () => {
    const parts = Array.from({ length: 100 }, (_, nth) => ({ ...pageOf(), part: { nth: nth + 1, of: 100 } }));
    const names = sheetFileNames(parts, keys, 'mine');
    expect([names[0], names[11], names[99]]).toEqual(['mine-001', 'mine-012', 'mine-100']);
    expect([...names].sort()).toEqual(names);
    expect(sheetFileNames([{ ...pageOf(), part: { nth: 2, of: 3 } }], keys, null)).toEqual([
      'seed-by-style-02',
    ]);
  });

  test('are safe, short and unique, even if case is ignored', () => {
    const values = fc.array(
      fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('A', 'a', '../x', 'CON')),
    );
    fc.assert(
      fc.property(values, (given) => {
        const names = sheetFileNames(
          given.map((value) => pageOf({ key: 'k', value }, { key: 'x'.repeat(300), value })),
          keys,
          null,
        );
        expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(given.length);
        for (const name of names) {
          expect(name).toMatch(/^[\p{L}\p{N}\p{M}_-]+$/u);
          expect(Buffer.byteLength(name)).toBeLessThanOrEqual(160);
        }
      }),
    );
  });
});
