import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sized } from '../../support/tiers.ts';
import { plain, read, readPieces, spot } from '../reading-inputs.ts';

describe('a JSONL file', () => {
  test('gives typed cells, without the nulls, and skips blank lines', async () => {
    const { rows, problems } = await read(
      '\n{"p":"x","n":1,"e":"","no":null,"l":[1,{"a":2}]}\r\n  \n{"p":"y"}',
      'jsonl',
    );
    expect(problems).toEqual([]);
    expect(rows.map(({ line }) => line)).toEqual([2, 4]);
    expect([...(rows[0]?.cells ?? [])]).toEqual([
      ['p', { kind: 'typed', value: 'x' }],
      ['n', { kind: 'typed', value: 1 }],
      ['e', { kind: 'typed', value: '' }],
      ['l', { kind: 'typed', value: [1, { a: 2 }] }],
    ]);
  });

  test('tells where the value of a key starts, counting characters', async () => {
    const { rows } = await read('{"😀":"{\\"b\\":","a\\u0062": {"b":1}, "b":[2]}\n', 'jsonl');
    expect(['😀', 'ab', 'b', 'c'].map((name) => spot(rows[0], name))).toEqual([
      '1:6',
      '1:27',
      '1:40',
      '1:null',
    ]);
  });

  test('takes lines of the OpenAI batch format apart', async () => {
    const line =
      '{"custom_id":"cat-1","method":"POST","url":"/v1","note":"n","body":{"model":"m","prompt":"a cat"}}';
    const { rows, problems } = await read(line, 'jsonl');
    expect(problems).toEqual([]);
    expect(plain(rows)).toEqual([{ id: 'cat-1', note: 'n', model: 'm', prompt: 'a cat' }]);
    expect(spot(rows[0], 'id')).toBe('1:14');
    expect(spot(rows[0], 'prompt')).toBe('1:90');
  });

  test('refuses a batch line that says a thing twice or has no body', async () => {
    const text =
      '{"custom_id":"a","body":{"id":"b"}}\n{"custom_id":"a","body":3}\n{"custom_id":"a","body":{"p":1}}';
    const { rows, shown } = await read(text, 'jsonl');
    expect(plain(rows)).toEqual([{ id: 'a', p: 1 }]);
    expect(shown).toEqual([
      'in.jsonl:1:25 "id" is given twice, in and beside "body".',
      'in.jsonl:2:25 "body" must be an object.',
    ]);
  });

  test.each([
    ['{"seed": abc}', '1:10', 'unexpected "a"'],
    ['{"😀":1,,}', '1:8', 'expected double-quoted property name'],
    ['{seed:1}', '1:2', "expected property name or '}'"],
    ['{"seed":1', '1:10', "expected ',' or '}' after property value"],
    ['{"seed":', '1:9', 'it ends too early'],
    ['{"seed":NaNs, "p":" at position 3"}', '1:9', 'unexpected "N"'],
    ['{"seed":1} x', '1:12', 'unexpected "x"'],
    ['{"seed":1},,', '1:12', 'unexpected ","'],
    ['\u001b[31m', '1:1', 'unexpected "\\u001b"'],
  ])('%j is refused with the position', async (line, where, reason) => {
    const { rows, shown } = await read(`${line}\n{"ok":1}`, 'jsonl');
    expect(shown).toEqual([`in.jsonl:${where} the line is not valid JSON: ${reason}.`]);
    expect(plain(rows)).toEqual([{ ok: 1 }]);
  });

  test('refuses what is no object', async () => {
    expect((await read('{"p":1}\n[{"p":1}], [2], 3\n 5\nnull', 'jsonl')).shown).toEqual([
      'in.jsonl:2:1 the line must hold one JSON object, not a list; put each of its items on a line of its own.',
      'in.jsonl:3:2 the line must hold one JSON object.',
      'in.jsonl:4:1 the line must hold one JSON object.',
    ]);
  });

  test('refuses a key that is there twice, which JSON.parse would drop without a word', async () => {
    const text =
      '{"seed":1,"Seed":2}\n{"a":{"b":1,"\\u0062":2}}\n{"a":{"x":1},"b":[{"x":1},{"x":1,"X":2}]}\n';
    const { rows, shown } = await read(text, 'jsonl');
    expect(shown).toEqual([
      'in.jsonl:1:11 the key "Seed" appears twice in one object; remove one.',
      'in.jsonl:2:13 the key "b" appears twice in one object; remove one.',
    ]);
    expect(rows.map(({ line }) => line)).toEqual([3]);
  });

  test('refuses numbers whose digits would be lost', async () => {
    const text = '{"seed":12345678901234567890}\n{"seed":1e999}\n{"seed":9007199254740991,"x":1e21,"y":0.1}';
    const { rows, shown } = await read(text, 'jsonl');
    expect(shown).toEqual([
      'in.jsonl:1:9 the number 12345678901234567890 cannot be kept exactly; write a smaller one.',
      'in.jsonl:2:9 the number 1e999 cannot be kept exactly; write a smaller one.',
    ]);
    expect(rows).toHaveLength(1);
  });

  test('refuses a value that is nested too deep, once', async () => {
    const { shown } = await read(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`, 'jsonl');
    expect(shown).toEqual(['in.jsonl:1:69 the value is nested more than 64 levels deep.']);
  });

  test('skips a line that is too long and goes on behind it', async () => {
    const text = `{"p":1}\n{"p":"${'\\"'.repeat(600_000)}"}\n{"p":3}\n`;
    const { rows, shown } = await read(text, 'jsonl', { chunk: 65536 });
    expect(plain(rows)).toEqual([{ p: 1 }, { p: 3 }]);
    expect(shown).toEqual(['in.jsonl:2 the row is longer than 1,048,576 characters.']);
  });

  test('reads keys with escapes as they are, though V8 mixes them up with keys read before', async () => {
    const lines = [
      String.raw`{"h":[],"\\":0,"k\\":0}`,
      String.raw`{"h":1,"\"":2,"k\n":{"k\"":[3,"\"", {}]}}`,
    ];
    const { rows } = await read([...lines, ...lines].join('\n'), 'jsonl');
    const second = { h: 1, '"': 2, 'k\n': { 'k"': [3, '"', {}] } };
    expect(plain(rows)[1]).toEqual(second);
    expect(plain(rows)[3]).toEqual(second);
  });

  test('is not touched by a key called __proto__', async () => {
    const { rows } = await read('{"__proto__":{"polluted":1},"p":1}', 'jsonl');
    expect([...(rows[0]?.cells.keys() ?? [])]).toEqual(['__proto__', 'p']);
    expect('polluted' in {}).toBe(false);
  });

  test('reads back any objects, with U+2028 raw in their texts, in whatever pieces', async () => {
    const text = fc.array(
      fc.constantFrom('a', '\u2028', '\u2029', '\u0085', '"', '\\', '\n', '😀', '{', ':'),
      { maxLength: 6 },
    );
    const key = text.map((parts) => `k${parts.join('')}`);
    const value = fc.oneof(
      text.map((parts) => parts.join('')),
      fc.jsonValue({ maxDepth: 3 }),
    );
    const object = fc
      .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name.toLowerCase(), maxLength: 5 })
      .map((members) => Object.fromEntries(members));
    await fc.assert(
      fc.asyncProperty(
        fc.array(object, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        async (objects, piece) => {
          const content = objects.map((each) => JSON.stringify(each)).join('\n');
          const { rows, problems } = await readPieces(content, 'jsonl', piece);
          expect(problems).toEqual([]);
          const written = (members: Record<string, unknown>) =>
            Object.entries(members).map(([name, given]) => [name, JSON.stringify(given)]);
          expect(plain(rows).map(written)).toEqual(
            objects.map((each) => written(each).filter(([, given]) => given !== 'null')),
          );
          for (const [index, row] of rows.entries()) {
            const line = [...(content.split('\n')[index] as string)];
            for (const [name, cell] of row.cells) {
              const column = row.placeOf(name).column as number;
              const written = cell.kind === 'typed' ? JSON.stringify(cell.value) : '';
              expect(
                line
                  .slice(column - 1)
                  .join('')
                  .startsWith(written),
              ).toBe(true);
            }
          }
        },
      ),
      { numRuns: sized(40, 200) },
    );
  });
});
