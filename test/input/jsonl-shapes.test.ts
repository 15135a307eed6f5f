import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sized } from '../support/tiers.ts';
import { plain, read, readPieces, spot } from './reading-inputs.ts';

describe('a JSONL file that is not one object per line', () => {
  test.each([
    ['{"prompt":"a"},\n{"prompt":"b"} , \n', []],
    ['{\n  "prompt": "a"\n}\n{\n  "prompt":\n    "b"\n}\n', []],
    ['{\n"prompt": "a"\n},\n\n{\n"prompt": "b",\n}', []],
    ['{"prompt":"a"}{"prompt":"b"}', []],
    ['{"prompt":"a",}\n\ufeff{"prompt":"b"}\n', []],
    ['[{"prompt":"a"},{"prompt":"b"}]', ['read as one list of rows.']],
    ['\n[\n  {\n    "prompt": "a"\n  },\n  {"prompt": "b"}\n]\n', ['read as one list of rows.']],
    ['"a"\n\n"b",\n', ['texts without a key are read as prompts.']],
    ['{"prompt":"a","seed":NaN}\n{"prompt":"b"}', ['NaN, Infinity and undefined are read as blank cells.']],
  ])('%j is read all the same', async (text, notes) => {
    const { rows, problems } = await read(text, 'jsonl');
    expect(plain(rows)).toEqual([{ prompt: 'a' }, { prompt: 'b' }]);
    expect(problems.map(({ message }) => message)).toEqual(notes);
    expect(problems.every(({ severity }) => severity === 'note')).toBe(true);
  });

  test('tells where the values stand, behind a byte order mark and in later lines too', async () => {
    const { rows } = await read('\ufeff{"p":1}\n\ufeff{"p":2}\n{\n "p":\n  3} {"p":4}\n', 'jsonl');
    expect(rows.map((row) => spot(row, 'p'))).toEqual(['1:6', '2:7', '5:3', '5:11']);
    expect(rows.map(({ line }) => line)).toEqual([1, 2, 3, 5]);
  });

  test.each([
    ['{"seed":1\n', '1:10'],
    ['{"seed":\n', '1:9'],
    ['{"seed":[\n', '1:10'],
    ['{"seed":[1,\n', '1:12'],
    ['{"seed":"x\n', '1:11'],
    ['{"seed":1}}\n', '1:11'],
    ['{"seed":[1}\n', '1:11'],
    ['{\n  "a": 1,\n  "b": abc,\n  "l": [\n    {"x": 1},\n    {"x": 2}\n  ]\n}\n', '3:8'],
    ['{\n  "a": 1\n  "b": 2\n}\n', '3:3'],
    ['{\n  "a": 1,\n', '2:10'],
    ["{\n  'a': 1,\n  'b': 2\n}\n", '2:3'],
    ['# a remark\n', '1:1'],
  ])('%j among good lines is one problem and hides none of them', async (text, where) => {
    const { rows, problems, shown } = await read(`{"ok":1}\n${text}{"ok":2}\n{"ok":3}\n`, 'jsonl');
    expect(plain(rows)).toEqual([{ ok: 1 }, { ok: 2 }, { ok: 3 }]);
    const [line, column] = where.split(':');
    expect(shown).toHaveLength(1);
    expect(shown[0]).toMatch(
      new RegExp(`^in\\.jsonl:${Number(line) + 1}:${column}|^in\\.jsonl:${Number(line) + 2}:1 `),
    );
    expect(problems[0]?.ends).toBeUndefined();
  });

  test('reads a hundred thousand objects in one line, each at its place', async () => {
    const { rows, problems } = await read('{"p":1} '.repeat(100_000), 'jsonl');
    expect(problems).toEqual([]);
    expect(rows).toHaveLength(100_000);
    expect(spot(rows.at(-1), 'p')).toBe(`1:${99_999 * 8 + 6}`);
  });

  test('tells an object that never ends, once, at the end of the file too', async () => {
    const { rows, shown } = await read('{"ok":1}\n{\n  "a": {\n    "b": 1\n', 'jsonl');
    expect(plain(rows)).toEqual([{ ok: 1 }]);
    expect(shown).toHaveLength(1);
  });

  test('refuses an object of more than a megabyte over many lines, and goes on behind it', async () => {
    const many = '    1,\n'.repeat(200_000);
    const { rows, shown } = await read(`{"p":1}\n{\n  "l": [\n${many}    1\n  ]\n}\n{"p":2}\n`, 'jsonl');
    expect(plain(rows)).toEqual([{ p: 1 }, { p: 2 }]);
    expect(shown).toEqual(['in.jsonl:2 the row is longer than 1,048,576 characters.']);
  });

  test('ends at what follows a list, as lists of cells in lines of their own do', async () => {
    const { problems } = await read('["prompt","seed"]\n["a",1]\n', 'jsonl');
    expect(problems.some(({ severity, ends }) => severity === 'error' && ends === true)).toBe(true);
  });

  test.each(['input', 'inputs', 'params', 'parameters', 'arguments'])(
    'takes the inputs from "%s" where the object has no prompt of its own',
    async (key) => {
      const text = `{"id":"a","${key}":{"Prompt":"x","seed":1},"status":"ok"}\n{"custom_id":"b","${key}":{"prompt":"y"}}\n`;
      const { rows, problems } = await read(text, 'jsonl');
      expect(plain(rows)).toEqual([
        { id: 'a', status: 'ok', Prompt: 'x', seed: 1 },
        { id: 'b', prompt: 'y' },
      ]);
      expect(spot(rows[0], 'seed')).toBe(`1:${text.indexOf('1}') + 1}`);
      expect(problems.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
        `note the inputs are read from "${key}" of each object.`,
      ]);
      const own = `{"prompt":"x","${key}":{"prompt":"y"}}\n{"${key}":{"seed":1}}\n{"${key}":"x"}`;
      const beside = await read(own, 'jsonl');
      expect(beside.problems).toEqual([]);
      expect(beside.rows.map(({ cells }) => cells.has(key))).toEqual([true, true, true]);
    },
  );

  test('takes batch lines apart that have "params" or "request" for a body', async () => {
    const text =
      '{"custom_id":"a","params":{"model":"m","image":"i"}}\n{"custom_id":"b","method":"POST","request":{"prompt":"x"}}\n{"custom_id":"c","request":{"messages":[{"role":"user"}]}}\n{"custom_id":"d","body":{"messages":[{"role":"user"}]}}\n{"id":"e","arguments":{"prompt":"x","id":"f"}}';
    const { rows, shown } = await read(text, 'jsonl');
    expect(plain(rows)).toEqual([
      { id: 'a', model: 'm', image: 'i' },
      { id: 'b', prompt: 'x' },
    ]);
    expect(shown.slice(1)).toEqual([
      expect.stringMatching(/^in\.jsonl:3:28 this looks like an OpenAI chat/),
      expect.stringMatching(/^in\.jsonl:4:25 this looks like an OpenAI chat/),
      'in.jsonl:5:23 "id" is given twice, in and beside "arguments".',
    ]);
  });

  test('reads any objects back however they are laid out, in whatever pieces', async () => {
    const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom('{', '}\n{', '"', '\\', '],'));
    const object = fc
      .uniqueArray(fc.tuple(fc.string(), value), { selector: ([name]) => name.toLowerCase(), maxLength: 4 })
      .map((members) => Object.fromEntries(members.map(([name, given]) => [`k${name}`, given])));
    const laidOut = fc.tuple(
      object,
      fc.constantFrom(undefined, 0, 1, '\t'),
      fc.constantFrom('\n', ',\n', '\n\n', '\r\n', ' '),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(laidOut, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        async (given, piece) => {
          const content = given
            .map(([each, indent, end]) => JSON.stringify(each, null, indent) + end)
            .join('');
          const { rows, problems } = await readPieces(content, 'jsonl', piece);
          expect(problems).toEqual([]);
          const written = (members: object) =>
            Object.entries(members).map(([name, each]) => [name, JSON.stringify(each)]);
          expect(plain(rows).map(written)).toEqual(
            given.map(([each]) => written(each).filter(([, text]) => text !== 'null')),
          );
        },
      ),
      { numRuns: sized(60, 300) },
    );
  });
});
