import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bareItem } from '../../../src/plan/axes/axis-grammar.ts';
import { type RangeRead, rangeTexts } from '../../../src/plan/axes/axis-range.ts';

function expand(text: string, whole = false): RangeRead {
  const item = bareItem(text);
  if (item.kind !== 'range' && item.kind !== 'until') throw new Error(`${text} is no range`);
  return rangeTexts(item, whole);
}

function textsOf(text: string, whole = false): readonly string[] {
  const read = expand(text, whole);
  if (!read.ok) throw new Error(read.reason);
  return read.texts;
}

test.each<[string, string]>([
  ['1-4', '1 2 3 4'],
  ['4-4', '4'],
  ['01-03', '1 2 3'],
  ['10-7', '10 9 8 7'],
  ['1-10 (+3)', '1 4 7 10'],
  ['1-9 (+3)', '1 4 7'],
  ['10-1 (-3)', '10 7 4 1'],
  ['10-1 (3)', '10 7 4 1'],
  ['-1.5--0.5', '-1.5 -0.5'],
  ['0.1-0.5 (+0.1)', '0.1 0.2 0.3 0.4 0.5'],
  ['0-1 [5]', '0 0.25 0.5 0.75 1'],
  ['1-0 [3]', '1 0.5 0'],
  ['0-1 [4]', '0 0.333333 0.666667 1'],
  ['-1-1 [4]', '-1 -0.333333 0.333333 1'],
  ['5-9 [1]', '5'],
  ['range(0,10,2)', '0 2 4 6 8'],
  ['range(0,9,2)', '0 2 4 6 8'],
  ['range(3)', '0 1 2'],
  ['range(3,0,-1)', '3 2 1'],
  ['range(0,1,0.25)', '0 0.25 0.5 0.75'],
])('%s is %s', (text, values) => {
  expect(textsOf(text).join(' ')).toBe(values);
});

test('evenly spaced whole numbers are cut as A1111 cuts them', () => {
  expect(textsOf('1-10 [5]', true)).toStrictEqual(['1', '3', '5', '7', '10']);
  expect(textsOf('-1--10 [5]', true)).toStrictEqual(['-1', '-3', '-5', '-7', '-10']);
});

test.each<[string, string]>([
  ['1-4 (-1)', 'never reaches 4, since its step of -1 leads away from it; write 1-4 (+1)'],
  ['10-1 (+3)', 'never reaches 1, since its step of 3 leads away from it; write 10-1 (-3)'],
  ['range(3,0)', 'never reaches 0, since its step of 1 leads away from it; write range(3,0,-1)'],
  ['1-4 (0)', 'has a step of 0; give another step'],
  ['range(5,5)', 'holds no value, since its stop is excluded; write a stop beyond its start'],
  ['1-4 [0]', 'has 0 values; ask for at least 1'],
  ['1-1000001', 'has 1,000,001 values; an axis can have at most 1,000,000, so use a wider step'],
  ['0-1 [1000001]', 'has 1,000,001 values; an axis can have at most 1,000,000, so use a wider step'],
  [
    '0.5-0.1',
    'holds only 0.5 in steps of -1; write a step as in 0.5-0.1 (-0.1), or a number of values as in 0.5-0.1 [5]',
  ],
])('%s is refused', (text, reason) => {
  expect(expand(text)).toStrictEqual({ ok: false, reason });
});

test('a million values are the most that one range may hold', () => {
  expect(textsOf('1-1000000')).toHaveLength(1_000_000);
});

/** Units of a ten-thousandth as a decimal text. */
function shown(units: number): string {
  const digits = String(Math.abs(units)).padStart(5, '0');
  return `${units < 0 ? '-' : ''}${digits.slice(0, -4)}.${digits.slice(-4)}`;
}

function unitsOf(text: string): bigint {
  const [whole = '', fraction = ''] = text.split('.');
  return BigInt(`${whole}${fraction.padEnd(4, '0')}`);
}

test('a range has floor((to - from) / step) + 1 values, each exactly where BigInt arithmetic puts it', () => {
  const units = fc.integer({ min: -1_000_000, max: 1_000_000 });
  fc.assert(
    fc.property(units, units, fc.integer({ min: 1, max: 500_000 }), (from, to, size) => {
      const step = to < from ? -size : size;
      const count = Math.floor((to - from) / step) + 1;
      fc.pre(count <= 2_000);
      const texts = textsOf(`${shown(from)}-${shown(to)} (${step < 0 ? '' : '+'}${shown(step)})`);
      const exact = Array.from({ length: count }, (_, index) => BigInt(from) + BigInt(step) * BigInt(index));
      expect(texts.map(unitsOf)).toStrictEqual(exact);
      expect(texts.filter((text) => /\.\d*0$|\.$|^-0$/.test(text))).toStrictEqual([]);
    }),
  );
});

test('[n] gives n values from the first to the last', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer(), fc.integer({ min: 2, max: 500 }), (from, to, count) => {
      const texts = textsOf(`${from}-${to} [${count}]`);
      expect([texts.length, texts[0], texts.at(-1)]).toStrictEqual([count, String(from), String(to)]);
    }),
  );
});
