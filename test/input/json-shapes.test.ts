import { describe, expect, test } from 'vitest';
import { isError, type Problem } from '../../src/core/complaints.ts';
import type { Row } from '../../src/core/row.ts';
import { rowsIn } from '../../src/core/row-batches.ts';
import { readInput } from '../../src/input/inputs.ts';
import { wayOut } from '../../src/input/json/json-foreign.ts';
import { showProblem } from '../support/shown-problem.ts';
import { plain, quoted, type Read, read, sourceOf } from './reading-inputs.ts';

function notesOf({ problems }: Read): readonly string[] {
  return problems.filter(({ severity }) => severity === 'note').map(({ message }) => message);
}

describe('a JSON file that is not a plain list of objects', () => {
  test.each([
    ['["a", "b"]', [{ prompt: 'a' }, { prompt: 'b' }], 'texts without a key are read as prompts.'],
    [
      '[{"prompt":"a","seed":1}, "b"]',
      [{ prompt: 'a', seed: 1 }, { prompt: 'b' }],
      'texts without a key are read as prompts.',
    ],
    ['{"prompts":["a"]}', [{ prompt: 'a' }], 'read as a list under "prompts".'],
    ['{"data":[{"prompt":"a"},]}', [{ prompt: 'a' }], 'read as a list under "data".'],
    [
      '{"Results":[{"prompt":"a"}],"total":1}',
      [{ prompt: 'a' }],
      'read as a list under "Results"; not used: "total".',
    ],
    ['{"cats":[{"prompt":"a"}]}', [{ prompt: 'a' }], 'read as a list under "cats".'],
    [
      '{"prompt":{"0":"a","1":"b"},"seed":{"1":1}}',
      [{ prompt: 'a' }, { prompt: 'b', seed: 1 }],
      'read as columns of cells.',
    ],
    ['{"image":{"0":"a","1":"b"}}', [{ image: 'a' }, { image: 'b' }], 'read as columns of cells.'],
    [
      '{"prompt":["a","b"],"seed":[1,2]}',
      [
        { prompt: 'a', seed: 1 },
        { prompt: 'b', seed: 2 },
      ],
      'read as columns, each a list of cells.',
    ],
    [
      '{"image":["a","b"],"seed":[1,2]}',
      [
        { image: 'a', seed: 1 },
        { image: 'b', seed: 2 },
      ],
      'read as columns, each a list of cells.',
    ],
    [
      '{"prompt":["a","b"],"seed":7}',
      [
        { prompt: 'a', seed: 7 },
        { prompt: 'b', seed: 7 },
      ],
      'read as columns, each a list of cells.',
    ],
    [
      '{"0":{"prompt":"a"},"1":{"prompt":"b"}}',
      [{ prompt: 'a' }, { prompt: 'b' }],
      'read as rows by name or number.',
    ],
    [
      '{"cat":{"prompt":"a"},"dog":{"id":"d","prompt":"b"}}',
      [
        { id: 'cat', prompt: 'a' },
        { id: 'd', prompt: 'b' },
      ],
      'read as rows by name or number.',
    ],
    [
      '{"columns":["prompt","seed"],"index":[0],"data":[["a",1]]}',
      [{ prompt: 'a', seed: 1 }],
      'read as a table of "columns" and "data".',
    ],
    [
      '{"schema":{"fields":[]},"data":[{"index":0,"prompt":"a"}]}',
      [{ prompt: 'a' }],
      'read as a list under "data", without the column "index" of pandas.',
    ],
    [
      '[["prompt","seed"],["a",1],["b",null]]',
      [{ prompt: 'a', seed: 1 }, { prompt: 'b' }],
      'read as a table, its first row as the names of the columns.',
    ],
    ['{"Prompt":"a","model":"m/n"}', [{ Prompt: 'a', model: 'm/n' }], 'read as one row.'],
    ['{"prompt":"a"},', [{ prompt: 'a' }], 'read as one row.'],
    [
      '{\n "prompt": "a"\n}\n{\n "prompt": "b",\n}',
      [{ prompt: 'a' }, { prompt: 'b' }],
      'read as rows, one object after another.',
    ],
    [
      '{"seed":1}{"seed":2},{"seed":3}',
      [{ seed: 1 }, { seed: 2 }, { seed: 3 }],
      'read as rows, one object after another.',
    ],
    [
      '{"id":1,"model":"m","input":{"prompt":"a"},"output":["u"]}',
      [{ id: 1, model: 'm', output: ['u'], prompt: 'a' }],
      'the inputs are read from "input" of each object.',
    ],
    [
      '[{"prompt":"a","seed":NaN},{"prompt":"b","seed":-Infinity,"x":undefined}]',
      [{ prompt: 'a' }, { prompt: 'b' }],
      'NaN, Infinity and undefined are read as blank cells.',
    ],
  ] as const)('%j is read, each value at its place, with one note', async (text, rows, note) => {
    const found = await read(text, 'json');
    expect(plain(found.rows)).toEqual(rows);
    expect(found.shown).toHaveLength(1);
    expect(notesOf(found)).toEqual([note]);
    expect(quoted(text, found.rows).filter(([name, isThere]) => !isThere && name !== 'id')).toEqual([]);
    const input = await readInput(sourceOf(text, 'json'), () => {});
    expect(input.kind).toBe('rows');
  });

  test('reads a list with a comma too many without a word', async () => {
    const { rows, shown } = await read('[{"prompt":"a",},{"prompt":"b","l":[1,]}, ]\n', 'json');
    expect(plain(rows)).toEqual([{ prompt: 'a' }, { prompt: 'b', l: [1] }]);
    expect(shown).toEqual([]);
  });

  test.each([
    ['{"rows":[{"prompt":"a"}]}', 'sweep'],
    ['{"model":"m/n","axes":{"seed":[1]}}', 'sweep'],
    ['{"name":"x","prompts":["a"]}', 'sweep'],
    ['{"prompt":"a","axes":{"seed":[1]}}', 'sweep'],
    ['{"prompt":"a","input":"a.csv"}', 'sweep'],
    ['{"axis":{"seed":[1]}}', 'sweep'],
    ['{"rows":[]}{"rows":[]}', 'sweep'],
  ])('%j stays a sweep', async (text, kind) => {
    expect((await readInput(sourceOf(text, 'json'), () => {})).kind).toBe(kind);
  });

  const python =
    "it is what Python's print() writes (single quotes, None, True, False); write the file with json.dump(rows, file).";
  const comment = 'JSON has no comments; remove them.';
  const graph = `this looks like a ComfyUI workflow, which contains no list of prompts. Run it where it is deployed, with -m deployment:ID and a list of its inputs. ${wayOut}`;
  const chat = `this looks like an OpenAI chat ("messages"), which contains no prompt. ${wayOut}`;
  const header =
    'a table of lists needs the names of its columns in its first row: [["prompt", "seed"], ["a red cube", 1]].';

  test.each([
    ["[{'prompt': 'a'}]", `1:3 the item is not valid JSON: ${python}`],
    ["['a', 'b']", `1:2 the item is not valid JSON: ${python}`],
    ["{'prompt': 'a'}", `1:2 the file is not valid JSON: ${python}`],
    ['[{"p": None}]', `1:8 the item is not valid JSON: ${python}`],
    ['{"p": True}', `1:7 the file is not valid JSON: ${python}`],
    ['// a\n[]', `1:1 the file is not valid JSON: JSON has no comments; remove them. ${wayOut}`],
    ['[{"p":1}, /* a */\n{"p":2}]', `1:11 the item is not valid JSON: ${comment}`],
    ['{"prompts":["a"] // a\n}', `1:18 the file is not valid JSON: ${comment}`],
    [
      '[{“p”: 1}]',
      '1:3 the item is not valid JSON: the quotes are typographic; replace them with straight ones (").',
    ],
    ['{"3":{"class_type":"K","inputs":{}}}', `1:1 ${graph}`],
    ['{"client_id":"x","prompt":{"3":{"class_type":"K","inputs":{}}}}', `1:1 ${graph}`],
    ['{"nodes":[],"links":[],"version":0.4}', `1:1 ${graph}`],
    ['{"model":"g","messages":[{"role":"user","content":"x"}]}', `1:1 ${chat}`],
    ['[{"messages":[{"role":"user","content":"x"}]}]', `1:2 ${chat}`],
    ['{"a":1}', `1:1 the file is neither a list of rows nor a sweep. ${wayOut}`],
    ['{"a":{"b":1}}', `1:1 the file is neither a list of rows nor a sweep. ${wayOut}`],
    [
      '{"prompts":["a"],"negative":["b"]}',
      `1:18 "prompts" and "negative" are both lists, and it is not clear which of them contains the prompts. ${wayOut}`,
    ],
    [
      '{"prompt":["a","b"],"seed":[1]}',
      '1:28 "seed" has 1 value, but "prompt" has 2; each row needs one of each.',
    ],
    ['[["a red cube"],["a ball"]]', `1:2 ${header}`],
    ['[[1,2],[3,4]]', `1:3 ${header}`],
    ['[["prompt"]]', '1:3 the table has no rows.'],
    ['[["prompt","Prompt"],["a","b"]]', '1:12 the key "Prompt" appears twice in one object; remove one.'],
    ['{"prompts":["a"],"prompts":["b"]}', '1:18 the key "prompts" appears twice in one object; remove one.'],
    ['{"prompts":["a"],"seed":abc}', '1:25 the file is not valid JSON: unexpected "a".'],
    ['{"prompt":"a","seed":abc}', '1:22 the file is not valid JSON: unexpected "a".'],
    ['{"prompt":{"0":"a","0":"b"}}', '1:20 the key "0" appears twice in one object; remove one.'],
    [
      '{"prompt":["a"],"seed":[12345678901234567890]}',
      '1:25 the number 12345678901234567890 cannot be kept exactly; write a smaller one.',
    ],
  ])('%j is refused with what to do', async (text, message) => {
    const problems: Problem[] = [];
    const rows: Row[] = [];
    const input = await readInput(sourceOf(text, 'json'), (problem) => problems.push(problem));
    if (input.kind === 'rows') for await (const row of rowsIn(input.rows)) rows.push(row);
    expect(problems.filter(isError).map(showProblem)).toEqual([`in.json:${message}`]);
    expect(rows.filter(({ cells }) => cells.has('prompt'))).toEqual([]);
  });

  test('leaves out a row with a problem in each shape, and no other', async () => {
    const good = '{"prompt":"a"}';
    for (const bad of [
      '{"seed":1,"Seed":2}',
      '{"n":12345678901234567890}',
      '{"x":[NaN]}',
      `{"a":${'['.repeat(70)}${']'.repeat(70)}}`,
    ]) {
      for (const text of [`[${bad},${good}]`, `{"prompts":[${bad},${good}]}`, `{"0":${bad},"1":${good}}`]) {
        const { rows, problems } = await read(text, 'json');
        expect(plain(rows)).toEqual([{ prompt: 'a' }]);
        expect(problems.filter(isError)).toHaveLength(1);
      }
    }
    const { rows, problems } = await read('[["prompt","seed"],["a"],["b",2],5,["c",[NaN]]]', 'json');
    expect(plain(rows)).toEqual([{ prompt: 'b', seed: 2 }]);
    expect(problems.filter(isError).map(showProblem)).toEqual([
      'in.json:1:20 the row has 1 cell, but there are 2 columns.',
      'in.json:1:34 the item must hold a list of cells, as the first row does.',
      'in.json:1:42 a NaN within a list or an object cannot be sent; write null, or leave it out.',
    ]);
  });

  test('leaves the lines of our own manifest as they are', async () => {
    const line = { job: 'j', rep: 1, state: 'done', input: { prompt: 'a' } };
    for (const text of [JSON.stringify([line]), JSON.stringify({ data: [line] }), JSON.stringify(line)]) {
      expect(plain((await read(text, 'json')).rows)).toEqual([line]);
    }
    expect(plain((await read(JSON.stringify(line), 'jsonl')).rows)).toEqual([line]);
  });
});
