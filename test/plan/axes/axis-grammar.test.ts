import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AxisFault, type AxisItem, bareItem, parseAxis } from '../../../src/plan/axes/axis-grammar.ts';
import { sized } from '../../support/tiers.ts';
import { quotedAxis } from '../axis-arrange.ts';

function value(text: string, quoted = false): AxisItem {
  return { kind: 'value', text, quoted };
}

function faultOf(text: string): AxisFault {
  try {
    parseAxis(text);
  } catch (error) {
    if (error instanceof AxisFault) return error;
    throw error;
  }
  throw new Error(`${text} has no fault`);
}

test.each<[string, readonly AxisItem[]]>([
  ['', [value('')]],
  ['   ', [value('')]],
  ['anime,realistic', [value('anime'), value('realistic')]],
  [' anime ,\n realistic', [value('anime'), value('realistic')]],
  ['"a, b",c', [value('a, b', true), value('c')]],
  [' "say ""hi""" , ""', [value('say "hi"', true), value('', true)]],
  ['"1-4","*"', [value('1-4', true), value('*', true)]],
  ['a, b || c, d', [value('a, b'), value('c, d')]],
  ['"a || b",c', [value('a || b', true), value('c')]],
  ['a sign, "open", at night || dusk', [value('a sign, "open", at night'), value('dusk')]],
  ['5" nails,a "b" c', [value('5" nails'), value('a "b" c')]],
  ['a|b,|', [value('a|b'), value('|')]],
  ['*,!anime', [{ kind: 'all' }, { kind: 'without', text: 'anime' }]],
  ['! "a, b",c', [{ kind: 'without', text: 'a, b' }, value('c')]],
  ['!', [value('!')]],
  ['a:b:c,16:9', [value('a:b:c'), value('16:9')]],
  ['@photos/*.{png,jpg},@{a,b', [value('@photos/*.{png,jpg}'), value('@{a'), value('b')]],
  ['{a,b}', [value('{a'), value('b}')]],
  ['range(a,b)', [value('range(a'), value('b)')]],
])('%j holds these items', (text, items) => {
  expect(parseAxis(text)).toStrictEqual(items);
});

test.each<[string, string, string, string | null, number | null]>([
  ['1-4', '1', '4', null, null],
  [' 1 - 4 ', '1', '4', null, null],
  ['-1.5--0.5', '-1.5', '-0.5', null, null],
  ['1--3', '1', '-3', null, null],
  ['1-10 (+3)', '1', '10', '+3', null],
  ['10-1(-3)', '10', '1', '-3', null],
  ['.5-1. ( 0.25 )', '.5', '1.', '0.25', null],
  ['0-1 [5]', '0', '1', null, 5],
])('%j is a range', (text, from, to, step, count) => {
  expect(parseAxis(text)).toStrictEqual([{ kind: 'range', text: text.trim(), from, to, step, count }]);
});

test.each<[string, string, string, string | null]>([
  ['range(0,10,2)', '0', '10', '2'],
  ['range( 0, 10 )', '0', '10', null],
  ['range(4)', '0', '4', null],
  ['range(10,0,-1)', '10', '0', '-1'],
])('%j is a range without its stop, whose commas are its own', (text, from, to, step) => {
  const item = { kind: 'until', text, from, to, step };
  expect(parseAxis(`7,${text},8`)).toStrictEqual([value('7'), item, value('8')]);
});

test.each(['-5', '5-', '1e-3', '1-1e3', '1-2-3', '1-4 (+)', '1-4 [2.5]', '16x9', '1–4', 'v1-4'])(
  '%j is a plain value',
  (text) => {
    expect(parseAxis(text)).toStrictEqual([value(text)]);
  },
);

test.each<[string, number, string]>([
  ['a,,b', 2, 'there is no value at character 3; write "" for an empty one'],
  ['a,', 2, 'there is no value at character 3; write "" for an empty one'],
  [',a', 0, 'there is no value at character 1; write "" for an empty one'],
  ['a || ', 4, 'there is no value at character 5; write "" for an empty one'],
  ['a,"b', 2, 'the quote at character 3 is never closed; write "" for a quote within quotes'],
  ['"a""', 0, 'the quote at character 1 is never closed; write "" for a quote within quotes'],
  [
    'x,"red" car',
    8,
    'text follows the closing quote at character 7; quote the whole value and double the quotes within it',
  ],
])('%j is refused at offset %i', (text, offset, message) => {
  const fault = faultOf(text);
  expect([fault.offset, fault.message]).toStrictEqual([offset, message]);
});

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(',', '"', '|', ' ', '\n', '*', '!', '@', '{', '}', '(', ')', '1', '-', 'a'),
  }),
  fc.constantFrom('1-4', '10-1 (-3)', '0-1 [5]', 'range(0,10,2)', 'range(4)', '*', '!anime', '@a.png', '@@a'),
  fc.constantFrom('', ' ', ' a ', 'a, b', 'a || b', '"', '""', '"a"', '! "a"', '[1,2]', '{"a":1}', '\u2028'),
);

test('quoted texts are read back as they were, in any number, and never as a file', () => {
  fc.assert(
    fc.property(fc.array(nasty, { minLength: 1, maxLength: 6 }), (texts) => {
      expect(parseAxis(quotedAxis(texts))).toStrictEqual(texts.map((text) => value(text, true)));
    }),
    { numRuns: sized(100, 1_000) },
  );
});

test('an arbitrary text is read, or refused with an offset inside it', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        nasty,
        fc.array(nasty).map((texts) => texts.join(',')),
      ),
      (text) => {
        try {
          expect(parseAxis(text).length).toBeGreaterThan(0);
        } catch (error) {
          if (!(error instanceof AxisFault)) throw error;
          expect(error.offset).toBeGreaterThanOrEqual(0);
          expect(error.offset).toBeLessThanOrEqual(text.length);
        }
      },
    ),
    { numRuns: sized(200, 2_000) },
  );
});

test('a member of a list is one item, whatever commas and quotes it holds', () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const item = bareItem(text);
      if (item.kind === 'value') expect(item.text).toBe(text.trim());
    }),
  );
});

test('a megabyte of quotes, braces or commas is read in one go', () => {
  const many = 300_000;
  expect(parseAxis(`"${'""'.repeat(many)}"`)).toHaveLength(1);
  expect(parseAxis(`@${'{'.repeat(many)}`)).toHaveLength(1);
  expect(parseAxis(`a${',a'.repeat(many)}`)).toHaveLength(many + 1);
});
