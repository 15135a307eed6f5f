import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import type { JsonValue } from '../../../src/core/json.ts';
import { plainValue } from '../../../src/input/json/value-tree.ts';
import { yamlTree } from '../../../src/input/sweeps/yaml-tree.ts';
import { sized } from '../../support/tiers.ts';

function values(text: string): JsonValue {
  const { tree, faults } = yamlTree(text);
  expect(faults).toEqual([]);
  return tree === null ? null : plainValue(tree);
}

function refusals(text: string): readonly string[] {
  return yamlTree(text).faults.map(({ at, message }) => `${at} ${message}`);
}

describe('YAML', () => {
  test('is YAML 1.2: what is no number, boolean or null there is a text', () => {
    expect(values('[16:9, no, on, Y, 1_000, 0b1, 2026-01-01, 1-4, =, <x, "0042"]')).toEqual([
      '16:9',
      'no',
      'on',
      'Y',
      '1_000',
      '0b1',
      '2026-01-01',
      '1-4',
      '=',
      '<x',
      '0042',
    ]);
    expect(values('[1, -1.5, +5, 1e3, 0x1F, 0o17, .5, true, False, ~, null, ]')).toEqual([
      1,
      -1.5,
      5,
      1000,
      31,
      15,
      0.5,
      true,
      false,
      null,
      null,
    ]);
    expect(values('a: !!str 0042\nb: |\n  two\n  lines\n')).toEqual({ a: '0042', b: 'two\nlines\n' });
  });

  test('reads LF, CRLF and CR as line ends', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      expect(values(['a: 1', 'b:', '  - x', '  - y', ''].join(end))).toEqual({ a: 1, b: ['x', 'y'] });
    }
  });

  test('takes names as they are written, be they numbers or prototypes', () => {
    expect(values('0042: a\ntrue: b\n"x y": c\n__proto__: {d: 1}\n')).toEqual(
      JSON.parse('{"0042":"a","true":"b","x y":"c","__proto__":{"d":1}}'),
    );
  });

  test('resolves an alias at its own place', () => {
    const { tree } = yamlTree('a: &x {p: 1}\nb: *x\n');
    expect(tree).toMatchObject({ entries: [{ value: { at: 6 } }, { value: { at: 16 } }] });
    expect(values('a: &x {p: 1}\nb: *x\n')).toEqual({ a: { p: 1 }, b: { p: 1 } });
  });

  test.each([
    ['seed: 0042', '6 0042 has leading zeros; put it in quotes if they matter, or remove them.'],
    ['seed: -007.5', '6 -007.5 has leading zeros; put it in quotes if they matter, or remove them.'],
    [
      'seed: 12345678901234567890',
      '6 the number 12345678901234567890 cannot be kept exactly; write a smaller one.',
    ],
    [
      'seed: 0xFFFFFFFFFFFFFFFFFE',
      '6 the number 0xFFFFFFFFFFFFFFFFFE cannot be kept exactly; write a smaller one.',
    ],
    ['seed: .inf', '6 the number .inf cannot be kept exactly; write a smaller one.'],
    ['a: 1\nb: 2\na: 3', '10 the key "a" appears twice in one map; remove one.'],
    ['? [1, 2]\n: 3', '2 a key must be a plain text.'],
    [': 3', '0 a key has no name.'],
    ['a: &x 1\n<<: *x', '8 "<<" is a merge key of YAML 1.1, which sweeps do not have; write the keys out.'],
    [
      'a: !foo bar',
      '3 in YAML "!" begins a tag, and sweeps have none; put a text that starts with "!" in quotes.',
    ],
    [
      'a: !!js/function "x"',
      '3 in YAML "!" begins a tag, and sweeps have none; put a text that starts with "!" in quotes.',
    ],
    ['a: *', '3 in YAML a text cannot start with "*"; put it in quotes, as in "*".'],
    [
      'a: *b',
      '3 "*b" repeats an anchor that is not defined above it; put a text that starts with "*" in quotes.',
    ],
    [
      'a: &a [*a]',
      '7 "*a" repeats an anchor that is not defined above it; put a text that starts with "*" in quotes.',
    ],
    ['a: b: c', '3 this looks like a key within a value; put a text that holds ": " in quotes.'],
    ['a:\n\t- b', '3 a tab cannot indent in YAML; use spaces.'],
    ['a: @b', '3 in YAML a text cannot start with this character; put it in quotes.'],
    [
      'a: "b" c',
      '7 something follows the end of a value; put a text that holds quotes, "[" or "{" in quotes as a whole.',
    ],
    ['a: "b', '5 the file is not valid YAML: missing closing "quote.'],
    [
      'a: 1\n---\nb: 2',
      '5 a second document begins here; a sweep is one document, so remove the line "---".',
    ],
    ['%YAML 1.1\n---\na: no', '0 sweeps are YAML 1.2; remove the line that begins with %YAML.'],
  ])('refuses %j', (text, refusal) => {
    expect(refusals(text)).toEqual([refusal]);
  });

  test('refuses depth, be it of brackets, dashes or keys', () => {
    const message = 'the value is nested more than 64 levels deep.';
    for (const opening of ['[', '- ', '{a: ', '? ']) {
      const [fault] = yamlTree(opening.repeat(20_000)).faults;
      expect(fault).toBeDefined();
    }
    expect(refusals(`${'['.repeat(65)}${']'.repeat(65)}`)).toEqual([`64 ${message}`]);
    expect(refusals('- '.repeat(20_000))).toEqual([expect.stringContaining(message)]);
  });

  test('refuses aliases that stand for a billion values, without making them', () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n < 9; n += 1)
      lines.push(
        `a${n}: &a${n} [${Array(10)
          .fill(`*a${n - 1}`)
          .join(', ')}]`,
      );
    expect(yamlTree(lines.join('\n')).faults.map(({ kind }) => kind)).toContain('too_long');
  });

  test('refuses more than a person writes, and names the way out', () => {
    expect(refusals(`rows:\n${'- {a: b}\n'.repeat(250_000)}`)).toEqual([
      '0 this is too much for a sweep; put the rows into a JSONL or CSV file of their own and name it under input.',
    ]);
  });

  test('reads back whatever yaml.stringify writes', () => {
    const text = fc.string({
      unit: fc.constantFrom(...'ab01:-#*&!|>%@`\'"{}[],?= \n\t~.e', '😀', '\u2028', 'no', '16:9'),
    });
    const value = fc.letrec<{ value: JsonValue; map: JsonValue }>((tie) => ({
      map: fc
        .uniqueArray(
          fc.tuple(
            text.filter((name) => name.trim() !== '' && name !== '<<'),
            tie('value'),
          ),
          {
            selector: ([name]) => name,
            maxLength: 4,
          },
        )
        .map((members) => Object.fromEntries(members)),
      value: fc.oneof(
        { maxDepth: 3 },
        text,
        fc.constantFrom<JsonValue>(null, true, false),
        fc.integer(),
        fc
          .double({ noNaN: true, noDefaultInfinity: true })
          .map((number) => (Math.abs(number) < 1e15 ? number : 0.25)),
        fc.array(tie('value'), { maxLength: 4 }),
        tie('map'),
      ),
    })).map;
    const style = fc.record({
      defaultStringType: fc.constantFrom('PLAIN' as const, 'QUOTE_DOUBLE' as const, 'QUOTE_SINGLE' as const),
      collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
      lineWidth: fc.constantFrom(0, 20, 80),
    });
    fc.assert(
      fc.property(value, style, (given, how) => {
        expect(values(stringify(given, { ...how, defaultStringType: 'QUOTE_DOUBLE' }))).toEqual(given);
        const text = stringify(given, how);
        // Some plain texts and blocks of several lines are written so that the library itself does not read them back.
        fc.pre(isReadBack(text, given));
        expect(values(text)).toEqual(given);
      }),
      { numRuns: sized(100, 500) },
    );
  });
});

function isReadBack(text: string, given: JsonValue): boolean {
  try {
    return isDeepStrictEqual(parse(text), given);
  } catch {
    return false;
  }
}
