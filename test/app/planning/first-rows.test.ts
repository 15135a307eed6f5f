import { expect, test } from 'vitest';
import { readAhead } from '../../../src/app/planning/first-rows.ts';
import { namedModel } from '../../../src/app/planning/named-model.ts';
import type { Cell, Row } from '../../../src/core/row.ts';
import { rowsIn } from '../../../src/core/row-batches.ts';
import type { AxisSource } from '../../../src/core/sweep.ts';

const rowOf = (line: number, cells: Readonly<Record<string, Cell>> = {}): Row => ({
  file: 'a.csv',
  line,
  cells: new Map(Object.entries(cells)),
  placeOf: () => ({ file: 'a.csv', line, column: null }),
});

async function* input(groups: readonly (readonly Row[])[], ended: () => void = () => {}) {
  try {
    yield* groups;
  } finally {
    ended();
  }
}

const linesOf = async (inputs: Awaited<ReturnType<typeof readAhead>>['rows']): Promise<number[]> => {
  const lines: number[] = [];
  for (const each of inputs) for await (const { line } of rowsIn(each)) lines.push(line);
  return lines;
};

test('the first row is read ahead, and read again with all others', async () => {
  const ahead = await readAhead([
    input([]),
    input([[], [rowOf(2), rowOf(3)], [rowOf(4)]]),
    input([[rowOf(5)]]),
  ]);
  expect(ahead.first?.line).toBe(2);
  expect(await linesOf(ahead.rows)).toEqual([2, 3, 4, 5]);
});

test('no input has a row', async () => {
  const ahead = await readAhead([input([]), input([[]])]);
  expect(ahead.first).toBe(null);
  expect(await linesOf(ahead.rows)).toEqual([]);
  await ahead.close();
});

test('an input that nobody reads on is closed, once', async () => {
  let closed = 0;
  const ahead = await readAhead([input([[rowOf(1)], [rowOf(2)]], () => (closed += 1))]);
  expect(closed).toBe(0);
  await ahead.close();
  await ahead.close();
  expect(closed).toBe(1);
});

const axis = (name: string, text: string): AxisSource => ({
  name,
  given: { kind: 'text', text },
  source: `${name}=${text}`,
  place: null,
});
const none = { first: null, axes: [], renames: new Map() };

test.each([
  ['nothing', none, null],
  ['a column', { ...none, first: rowOf(1, { Model: { kind: 'text', text: ' a/b ' } }) }, 'a/b'],
  ['a typed cell', { ...none, first: rowOf(1, { model: { kind: 'typed', value: 'a/b' } }) }, 'a/b'],
  ['a cell that is no text', { ...none, first: rowOf(1, { model: { kind: 'typed', value: 7 } }) }, null],
  [
    'a column that is renamed',
    {
      ...none,
      first: rowOf(1, { engine: { kind: 'text', text: 'a/b' } }),
      renames: new Map([['engine', 'model']]),
    },
    'a/b',
  ],
  ['an axis', { ...none, axes: [axis('seed', '1'), axis('model', 'x/y, a/b')] }, 'x/y'],
  [
    'a row before an axis',
    { ...none, first: rowOf(1, { model: { kind: 'text', text: 'a/b' } }), axes: [axis('model', 'x/y')] },
    'a/b',
  ],
])('the model of a batch: %s', (_, naming, model) => {
  expect(namedModel(naming)).toBe(model);
});
