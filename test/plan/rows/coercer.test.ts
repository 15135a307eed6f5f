import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonType, JsonValue } from '../../../src/core/json.ts';
import { coerceText, fitToSend } from '../../../src/plan/rows/coercer.ts';
import { sized } from '../../support/tiers.ts';

function field(types: readonly JsonType[], choices: readonly JsonValue[] | null = null) {
  return { types, choices };
}

test.each<[JsonType[], string, JsonValue]>([
  [['string'], '0042', '0042'],
  [['string'], ' padded ', ' padded '],
  [['string'], 'null', 'null'],
  [[], 'true', 'true'],
  [['integer'], '0042', 42],
  [['integer'], '+5', 5],
  [['integer'], '-0', 0],
  [['integer'], '9007199254740991', 9_007_199_254_740_991],
  [['number'], '7.50', 7.5],
  [['number'], '.5', 0.5],
  [['number'], '1e3', 1000],
  [['number'], '-0.0', 0],
  [['integer'], '7.0', 7],
  [['integer'], ' 42 ', 42],
  [['integer'], '1,234', 1234],
  [['integer'], '1 234 567', 1234567],
  [['integer'], "12'345", 12345],
  [['integer'], '1_000.00', 1000],
  [['integer'], '\u00a07\u00a0', 7],
  [['integer'], '7e0', 7],
  [['integer'], '1.20E+01', 12],
  [['integer'], '70e-1', 7],
  [['integer'], '1.234.567', 1234567],
  [['number'], '1.234.567', 1234567],
  [['number'], '1,234.5', 1234.5],
  [['number'], '1,234,567', 1234567],
  [['number'], ' 7.5 ', 7.5],
  [['boolean'], ' true ', true],
  [['boolean'], 'on', true],
  [['boolean'], '0.0', false],
  [['boolean'], 'TRUE', true],
  [['boolean'], 'no', false],
  [['boolean'], '0', false],
  [['array'], ' ["a", 1]', ['a', 1]],
  [['object'], '{"a": {"b": []}}', { a: { b: [] } }],
  [['integer', 'null'], 'null', null],
  [['string', 'null'], 'null', 'null'],
  [['integer', 'string'], '42', 42],
  [['integer', 'string'], '0042', '0042'],
  [['boolean', 'string'], 'yes', 'yes'],
  [['boolean', 'integer'], '1', 1],
  [['string', 'array'], '["a"]', ['a']],
  [['string', 'array'], '[a', '[a'],
])('as %j the text %j is %j', (types, text, value) => {
  expect(coerceText(field(types), text)).toStrictEqual({ ok: true, value });
});

test.each<[JsonType[], string, string, string]>([
  [['integer'], '12345678901234567890', 'digits', 'has more digits than can be sent exactly'],
  [['integer'], '42.5', 'type', 'is not a whole number'],
  [['integer'], '1,23', 'type', 'is not a whole number'],
  [['integer'], '1,2345', 'type', 'is not a whole number'],
  [['integer'], '1.234', 'type', 'is not a whole number'],
  [['integer'], '12 34', 'type', 'is not a whole number'],
  [['integer'], '1,234 567', 'type', 'is not a whole number'],
  [['number'], '1,234', 'type', 'is not a number; write 1.234 or 1234'],
  [['number'], '1,5', 'type', 'is not a number; write 1.5'],
  [['integer'], '7.5e0', 'type', 'is not a whole number'],
  [['integer'], '75e-1', 'type', 'is not a whole number'],
  [
    ['integer'],
    '1.2E+15',
    'type',
    'is not a whole number with all its digits; format the column as a number',
  ],
  [['integer'], '0x10', 'type', 'is not a whole number'],
  [['integer'], '', 'type', 'is not a whole number'],
  [['integer'], '４２', 'type', 'is not a whole number'],
  [['number'], '7,5', 'type', 'is not a number; write 7.5'],
  [['number'], 'Infinity', 'type', 'is not a number'],
  [['number'], '1e999', 'digits', 'has more digits than can be sent exactly'],
  [['number'], '1e-999', 'digits', 'has more digits than can be sent exactly'],
  [['number'], '9007199254740993', 'digits', 'has more digits than can be sent exactly'],
  [['boolean'], 'maybe', 'type', 'is neither true nor false; write true, false, yes, no, 1 or 0'],
  [['boolean'], 'constructor', 'type', 'is neither true nor false; write true, false, yes, no, 1 or 0'],
  [['array'], 'a,b', 'type', 'is not a JSON list; write it like ["first","second"]'],
  [['array'], '[1,', 'type', 'is not a JSON list; write it like ["first","second"]'],
  [
    ['array'],
    '["7", 12345678901234567890]',
    'digits',
    'holds 12345678901234567890, which has more digits than can be sent exactly',
  ],
  [['array'], `${'['.repeat(90_000)}${']'.repeat(90_000)}`, 'type', 'is nested more than 64 levels deep'],
  [['object'], '[]', 'type', 'is not a JSON object; write it like {"name":"value"}'],
])('as %j the text %.30j is refused', (types, text, kind, reason) => {
  expect(coerceText(field(types), text)).toEqual({ ok: false, kind, reason });
});

test('a text that is the same as one of the choices is that choice', () => {
  expect(coerceText(field(['integer'], [5, 10]), '10')).toEqual({ ok: true, value: 10 });
  expect(coerceText(field(['integer', 'string'], [1, '1']), '1')).toEqual({ ok: true, value: '1' });
  expect(coerceText(field(['boolean', 'string'], [true, 'auto']), 'auto')).toEqual({
    ok: true,
    value: 'auto',
  });
});

const types = fc.subarray<JsonType>(['null', 'boolean', 'integer', 'number', 'string', 'array', 'object']);
const texts = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.json(),
  fc.bigInt().map(String),
  fc.double().map(String),
  fc.stringMatching(/^[+-]?\d{0,25}\.?\d{0,25}(e[+-]?\d{1,4})?$/),
  fc.constantFrom('', ' ', '-', '[', '{"', '"\\'),
);

test('no text and no choice of types makes it throw', () => {
  fc.assert(
    fc.property(
      types,
      fc.option(fc.array(fc.jsonValue() as fc.Arbitrary<JsonValue>)),
      texts,
      (given, choices, text) => {
        const read = coerceText(field(given, choices), text);
        if (read.ok) expect(() => JSON.stringify(fitToSend(read.value, true))).not.toThrow();
        else expect(read.reason).toMatch(/^(is|has|holds|cannot) /);
      },
    ),
    { numRuns: sized(100, 500) },
  );
});

test('a whole number is sent with exactly the digits that were written, or refused', () => {
  const most = 10n ** 20n;
  fc.assert(
    fc.property(
      fc.oneof(fc.bigInt({ min: -most, max: most }), fc.maxSafeInteger().map(BigInt)),
      fc.constantFrom<JsonType>('integer', 'number'),
      (value, type) => {
        const read = coerceText(field([type]), String(value));
        if (read.ok) expect(JSON.stringify(read.value)).toBe(String(value));
        else expect(read.kind).toBe('digits');
        expect(read.ok || !Number.isSafeInteger(Number(value))).toBe(true);
      },
    ),
  );
});

test('every number that can be sent is read as itself, and no -0 comes out', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const read = coerceText(field(['number']), String(value));
      expect(read).toStrictEqual({ ok: true, value: value === 0 ? 0 : value });
    }),
  );
});

test.each<[JsonValue, string]>([
  [Number.NaN, 'digits'],
  [Number.POSITIVE_INFINITY, 'digits'],
  [12_345_678_901_234_567_000, 'digits'],
  [{ a: [1, 2 ** 53] }, 'digits'],
  ['a\0b', 'control'],
  [['\ud800'], 'control'],
])('the typed value %j is not sent', (value, kind) => {
  expect(fitToSend(value, false)).toMatchObject({ ok: false, kind });
});

test('a value that can be sent comes out unchanged, but for -0', () => {
  expect(fitToSend([-0, { a: -0 }], false)).toStrictEqual({ ok: true, value: [0, { a: 0 }] });
  expect(fitToSend('line\nbreak\tand \u0007', false)).toEqual({ ok: true, value: 'line\nbreak\tand \u0007' });
  const own = JSON.parse('{"__proto__":{"x":1}}') as JsonValue;
  expect(JSON.stringify(fitToSend(own, false))).toBe('{"ok":true,"value":{"__proto__":{"x":1}}}');
});
