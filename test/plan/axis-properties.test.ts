import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import { sized } from '../support/tiers.ts';
import {
  decimal,
  fieldOf,
  flag,
  freeText,
  integer,
  messages,
  picture,
  quotedAxis,
  resolved,
  style,
} from './axis-arrange.ts';

const list = fieldOf(['array'], { name: 'loras' });
const either = fieldOf(['integer', 'string'], { name: 'size' });
const levels = fieldOf(['integer'], { name: 'level', choices: [1, 2, 4] });

const numbers = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }));
const texts = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: fc.constantFrom(',', '"', '|', ' ', '\n', '*', '!', '@', '1', '-', 'a', '[') }),
  fc.constantFrom(
    '1-4',
    '10-1 (-3)',
    '0-1 [5]',
    'range(0,10,2)',
    '*',
    '!anime',
    '@a.png',
    '@@a',
    ' a || b ',
    '',
  ),
);
const sendable = texts.filter((text) => !text.includes('\0') && text.isWellFormed() && !text.includes('{{'));

test('quoted values are read back as they were, each type by its field', () => {
  const several = { minLength: 1, maxLength: 8 };
  const same = (field: typeof integer, values: readonly JsonValue[]): void => {
    expect(resolved(field, quotedAxis(values)).values).toStrictEqual(values);
  };
  fc.assert(
    fc.property(
      fc.uniqueArray(sendable, several),
      fc.uniqueArray(
        numbers.map((each) => each + 0),
        several,
      ),
      (some, amounts) => {
        same(freeText, some);
        same(decimal, amounts);
        same(picture, some.filter((text) => !text.startsWith('data:')).concat('end'));
        same(list, [some, amounts]);
      },
    ),
    { numRuns: sized(100, 500) },
  );
  same(flag, [true, false]);
});

test('an axis of k distinct values has k values', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(), { minLength: 1 }), (seeds) => {
      expect(resolved(integer, seeds.join(',')).values).toHaveLength(seeds.length);
    }),
  );
});

test('whatever is written, an axis has values or errors, never both and never neither', () => {
  const fields = [integer, decimal, freeText, style, flag, picture, list, either, levels, null];
  fc.assert(
    fc.property(
      fc.constantFrom(...fields),
      fc.array(texts).map((some) => some.join(',')),
      (field, text) => {
        const read = resolved(field, text);
        expect(read.values.length > 0).toBe(read.problems.length === 0);
        expect(messages(read).every((message) => message.isWellFormed() && !/[\n\0]/.test(message))).toBe(
          true,
        );
      },
    ),
    { numRuns: sized(100, 1_000) },
  );
});
