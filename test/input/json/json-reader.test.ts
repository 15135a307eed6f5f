import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { wayOut } from '../../../src/input/json/json-foreign.ts';
import { sized } from '../../support/tiers.ts';
import { plain, read, spot } from '../reading-inputs.ts';

describe('a JSON file of rows', () => {
  test('gives typed cells with the positions of their values, wherever the lines break', async () => {
    const text =
      '\n[ {"p": "x😀", "n":1.5, "no":null},\r\n  {\n    "p":\n     [1, {"a": 2}],\n "q" :"]},{" } ]\n';
    const { rows, problems } = await read(text, 'json');
    expect(problems).toEqual([]);
    expect(rows.map((row) => [...row.cells])).toEqual([
      [
        ['p', { kind: 'typed', value: 'x😀' }],
        ['n', { kind: 'typed', value: 1.5 }],
      ],
      [
        ['p', { kind: 'typed', value: [1, { a: 2 }] }],
        ['q', { kind: 'typed', value: ']},{' }],
      ],
    ]);
    expect(rows.map(({ line }) => line)).toEqual([2, 3]);
    expect(['p', 'n', 'x'].map((name) => spot(rows[0], name))).toEqual(['2:9', '2:19', '2:null']);
    expect(['p', 'q'].map((name) => spot(rows[1], name))).toEqual(['5:6', '6:7']);
  });

  test('leaves out a row with a problem and goes on, as JSONL does', async () => {
    const text =
      '[{"seed":1,"Seed":2}, 5, [1],\n {"n":12345678901234567890}, {"custom_id":"a","body":{"p":1}},\n {"a":{"b":1,"b":2}}]';
    const { rows, shown, problems } = await read(text, 'json');
    expect(plain(rows)).toEqual([{ id: 'a', p: 1 }]);
    expect(shown).toEqual([
      'in.json:1:12 the key "Seed" appears twice in one object; remove one.',
      'in.json:1:23 the item must hold one JSON object.',
      'in.json:1:26 the item must hold one JSON object.',
      'in.json:2:7 the number 12345678901234567890 cannot be kept exactly; write a smaller one.',
      'in.json:3:14 the key "b" appears twice in one object; remove one.',
    ]);
    expect(problems.some(({ ends }) => ends)).toBe(false);
  });

  test.each([
    ['[{"p":1},,]', 1, '1:10', 'the file is not valid JSON: unexpected ",".'],
    ['[,{"p":1}]', 0, '1:2', 'the file is not valid JSON: unexpected ",".'],
    ['[{"p":1}', 1, '1:9', 'the file is not valid JSON: it ends too early.'],
    [
      '[{"p":1} {"p":2}]',
      0,
      '1:10',
      'the item is not valid JSON: unexpected non-whitespace character after JSON.',
    ],
    ['[{"p":1},\n {"p":abc}]', 1, '2:7', 'the item is not valid JSON: unexpected "a".'],
    ['[{"p":1},{"p":"', 1, '1:16', 'the item is not valid JSON: unterminated string.'],
    ['[{"p":1}]\n]', 1, '2:1', 'the file is not valid JSON: unexpected "]" after the list.'],
    ['[{"p":1}}', 1, '1:9', 'the file is not valid JSON: unexpected "}".'],
    ['"x"', 0, '1:1', `the file contains no list of rows. ${wayOut}`],
    ['a cat', 0, '1:1', `the file is not valid JSON: unexpected "a". ${wayOut}`],
    [
      '[{"p":1}]\n[{"p":2}]',
      1,
      '2:1',
      `the file is not valid JSON: unexpected "[" after the list. ${wayOut}`,
    ],
    ['{"rows":[]}', 0, '1:1', 'the file contains a sweep, not a list of rows.'],
    [' []', 0, '1:3', 'the list has no rows.'],
    [' \n', 0, '1', 'the file is empty.'],
  ])('%j ends there', async (text, count, where, message) => {
    const { rows, shown, problems } = await read(text, 'json');
    expect(rows).toHaveLength(count);
    expect(shown).toEqual([`in.json:${where} ${message}`]);
    expect(problems[0]?.ends).toBe(true);
  });

  test('refuses a row of more than a megabyte and one that is nested too deep, and goes on', async () => {
    const text = `[{"p":"${'x'.repeat(1_100_000)}"},\n{"a":${'['.repeat(5000)}${']'.repeat(5000)}},\n{"p":1}]`;
    const { rows, shown } = await read(text, 'json');
    expect(plain(rows)).toEqual([{ p: 1 }]);
    expect(shown).toEqual([
      'in.json:1:2 the row is longer than 1,048,576 characters.',
      'in.json:2:69 the value is nested more than 64 levels deep.',
    ]);
  });

  test('reads any rows back, each at its place, however they are laid out', async () => {
    const key = fc.string({ unit: fc.constantFrom('a', '\\', '"', '\n', '😀', ','), maxLength: 4 });
    const row = fc
      .uniqueArray(
        fc.tuple(
          key.map((text) => `k${text}`),
          fc.jsonValue({ maxDepth: 2 }),
        ),
        {
          selector: ([name]) => name.toLowerCase(),
          maxLength: 4,
        },
      )
      .map((members) => Object.fromEntries(members));
    const layout = fc.constantFrom(undefined, 1, '\t');
    await fc.assert(
      fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 5 }), layout, async (given, indent) => {
        const text = JSON.stringify(given, null, indent);
        const lines = text.split('\n').map((line) => [...line]);
        const { rows, problems } = await read(text, 'json');
        expect(problems).toEqual([]);
        const written = (members: object) =>
          Object.entries(members).map(([name, value]) => [name, JSON.stringify(value)]);
        expect(plain(rows).map(written)).toEqual(
          given.map((members) => written(members).filter(([, value]) => value !== 'null')),
        );
        for (const each of rows) {
          for (const [name, cell] of each.cells) {
            const { line, column } = each.placeOf(name);
            const rest = (lines[line - 1] ?? []).slice((column ?? 0) - 1).join('');
            const value = cell.kind === 'typed' ? cell.value : null;
            const start =
              typeof value === 'object' ? JSON.stringify(value).slice(0, 1) : JSON.stringify(value);
            expect(rest.startsWith(start)).toBe(true);
          }
        }
      }),
      { numRuns: sized(40, 200) },
    );
  });
});
