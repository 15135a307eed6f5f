import fc from 'fast-check';
import { expect, test } from 'vitest';
import { masonry, type Tile, wallMove } from '../../../../src/view/page/wall/masonry.ts';

const form = { width: 900, tileWidth: 200, minColumns: 2, captionHeight: 40, headingHeight: 44, gap: 12 };
const anyWall = fc
  .array(fc.array(fc.double({ min: 0.3, max: 2, noNaN: true }), { maxLength: 12 }), { maxLength: 4 })
  .map((shapes) => {
    let job = 0;
    const groups = shapes.map((group, n) => ({ heading: `heading ${n}`, jobs: group.map(() => job++) }));
    const flat = shapes.flat();
    return masonry(groups, { ...form, shapeOf: (place) => flat[place] as number });
  });

test('no tile overlaps another or leaves the wall, and none is above an earlier one', () => {
  fc.assert(
    fc.property(anyWall, ({ tiles, tileWidth, height }) => {
      for (const [number, tile] of tiles.entries()) {
        expect(tile.left + tileWidth).toBeLessThanOrEqual(form.width);
        expect(tile.top + tile.height).toBeLessThanOrEqual(height);
        expect(tile.top).toBeGreaterThanOrEqual(tiles[number - 1]?.top ?? 0);
        for (const other of tiles.slice(0, number)) {
          const isApart = other.left !== tile.left || other.top + other.height <= tile.top;
          expect(isApart).toBe(true);
        }
      }
    }),
  );
});

test('exactly what is between two edges is found there', () => {
  fc.assert(
    fc.property(anyWall, fc.integer({ min: -100, max: 1_500 }), fc.nat(600), (wall, from, length) => {
      const there = [...wall.tiles.entries()].filter(
        ([, { top, height }]) => top <= from + length && top + height >= from,
      );
      expect(wall.within(from, from + length)).toEqual(there.map(([number]) => number));
    }),
  );
});

test('a narrow window still has two columns', () => {
  const wall = masonry([{ heading: null, jobs: [0, 1, 2] }], {
    ...form,
    width: 374,
    tileWidth: 300,
    shapeOf: () => 1,
  });
  expect(wall.columns).toBe(2);
  expect(new Set(wall.tiles.map(({ left }) => left)).size).toBe(2);
});

test('keys stay within the wall; up and down keep the column', () => {
  fc.assert(
    fc.property(anyWall, fc.nat(), (wall, number) => {
      if (wall.tiles.length === 0) return;
      const from = number % wall.tiles.length;
      for (const key of [
        'ArrowLeft',
        'ArrowRight',
        'ArrowUp',
        'ArrowDown',
        'PageUp',
        'PageDown',
        'Home',
        'End',
      ]) {
        const to = wallMove(key, from, wall, 700) as number;
        expect(wall.tiles[to]).toBeDefined();
        const isVertical = /Up|Down/.test(key);
        if (isVertical) expect((wall.tiles[to] as Tile).left).toBe((wall.tiles[from] as Tile).left);
      }
      expect(wallMove('a', from, wall, 700)).toBe(null);
    }),
  );
});

test('no image is taller than the cap, and a wall that would be too high gets more columns', () => {
  const jobs = Array.from({ length: 1_000 }, (_, n) => n);
  const groups = [{ heading: null, jobs }];
  const shapeOf = (job: number): number => (job % 10 === 0 ? 2.2 : 1);
  const capped = masonry(groups, { ...form, shapeOf, maxImageHeight: 250 });
  expect(Math.max(...capped.tiles.map(({ height }) => height))).toBe(250 + form.captionHeight);
  const tall = masonry(groups, { ...form, shapeOf });
  const low = masonry(groups, { ...form, shapeOf, maxHeight: tall.height / 3 });
  expect(low.height).toBeLessThanOrEqual(tall.height / 3);
  expect(low.columns).toBeGreaterThan(tall.columns);
  expect(low.tiles).toHaveLength(1_000);
});
