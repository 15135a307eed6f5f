import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tracks } from '../../../../src/view/page/grid/tracks.ts';

const lines = fc
  .array(fc.tuple(fc.nat(3), fc.nat(5)), { maxLength: 20 })
  .map((pairs) => pairs.map(([above, code]) => ({ above, code })).sort((a, b) => a.above - b.above));

test('lines follow each other, with a larger gap between values of the outer axis', () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: 1, max: 50 }), (all, size) => {
      const { offsetOf, total, groups } = tracks(all, size, 6, 22);
      let at = 0;
      for (const [line, { above }] of all.entries()) {
        expect(offsetOf(line)).toBe(at);
        at += size + 6 + (all[line + 1] !== undefined && all[line + 1]?.above !== above ? 22 : 0);
      }
      expect(total).toBe(all.length === 0 ? 0 : at - 6);
      expect(groups.flatMap(({ first, last }) => [...all.keys()].slice(first, last + 1))).toEqual([
        ...all.keys(),
      ]);
    }),
  );
});

test('exactly what is between two edges is found there', () => {
  fc.assert(
    fc.property(lines, fc.integer({ min: -50, max: 700 }), fc.nat(400), (all, from, length) => {
      const { offsetOf, span } = tracks(all, 30, 6, 22);
      const { first, last } = span(from, from + length);
      for (const line of all.keys()) {
        const isThere = offsetOf(line) + 30 > from && offsetOf(line) <= from + length;
        expect(line >= first && line <= last).toBe(isThere);
      }
    }),
  );
});
