import { expect, test } from 'vitest';
import { gridMove } from '../../../../src/view/page/grid/grid-keys.ts';

const bounds = { rows: 10, columns: 4, hasRowLabels: true, hasColumnLabels: true, page: 3 };
const press = (key: string, more: { ctrlKey?: boolean; shiftKey?: boolean } = {}) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...more,
});
const far = { ctrlKey: true };

test.each([
  ['ArrowRight', {}, { row: 2, column: 3 }],
  ['ArrowLeft', {}, { row: 2, column: 1 }],
  ['ArrowUp', {}, { row: 1, column: 2 }],
  ['ArrowDown', {}, { row: 3, column: 2 }],
  ['PageDown', {}, { row: 5, column: 2 }],
  ['PageUp', {}, { row: 0, column: 2 }],
  ['Home', {}, { row: 2, column: 0 }],
  ['End', {}, { row: 2, column: 3 }],
  ['Home', far, { row: 0, column: 0 }],
  ['End', far, { row: 9, column: 3 }],
  ['ArrowDown', far, { row: 9, column: 2 }],
])('%s %o leads from row 2, column 2 to %o', (key, more, place) => {
  expect(gridMove(press(key, more), { row: 2, column: 2 }, bounds)).toEqual(place);
});

test('labels come before the first row and the first column, if there are any', () => {
  expect(gridMove(press('ArrowLeft'), { row: 2, column: 0 }, bounds)).toEqual({ row: 2, column: -1 });
  expect(gridMove(press('ArrowUp'), { row: 0, column: 2 }, bounds)).toEqual({ row: -1, column: 2 });
  const bare = { ...bounds, hasRowLabels: false, hasColumnLabels: false };
  expect(gridMove(press('ArrowLeft'), { row: 2, column: 0 }, bare)).toEqual({ row: 2, column: 0 });
  expect(gridMove(press('ArrowUp'), { row: 0, column: 2 }, bare)).toEqual({ row: 0, column: 2 });
});

test('no key leads to the corner where the labels meet', () => {
  expect(gridMove(press('ArrowLeft'), { row: -1, column: 0 }, bounds)).toEqual({ row: -1, column: 0 });
  expect(gridMove(press('ArrowUp'), { row: 0, column: -1 }, bounds)).toEqual({ row: 0, column: -1 });
  expect(gridMove(press('PageUp'), { row: -1, column: 1 }, bounds)).toEqual({ row: -1, column: 1 });
});

test('other keys, and keys of the browser, are left alone', () => {
  expect(gridMove(press('a'), { row: 0, column: 0 }, bounds)).toBe(null);
  expect(gridMove(press('ArrowLeft', { shiftKey: true }), { row: 0, column: 1 }, bounds)).toBe(null);
});
