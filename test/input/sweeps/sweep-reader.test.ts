import { describe, expect, test } from 'vitest';
import { plain, spot, sweepFrom } from '../reading-inputs.ts';

const cats = `name: cats
model: ideogram/ideogram-v2/generate
input: prompts.csv
rows:
  - { id: a, prompt: "a {{animal}}", seed: 3, note: }
  - id: b
    prompt: >-
      a dog
      in the rain
    images: [x.png, y.png]
defaults: { expand_prompt: false, negative_prompt: "text, watermark", style: }
axes:
  seed: 1-4
  style: [realistic, anime]
  aspect_ratio: ["1:1", 16:9]
  guidance: 7.5
  hd: true
link: [[style, aspect_ratio]]
exclude: [{ style: anime, aspect_ratio: "16:9", seed: 2 }, 'style=realistic, note="a, ""b""" ,hd=']
repeat: 2
output: { dir: out/cats, name: "{slug}/{axes}-{job}{_i}.{ext}" }
limits: { concurrency: auto, rpm: 60, max_cost: 5.00, max_duration: 8h }
map: { Prompt text: prompt }
`;

describe('a sweep file', () => {
  test('gives every part, with the places of its values', async () => {
    const { sweep, problems } = await sweepFrom(cats);
    expect(problems).toEqual([]);
    const { rows, defaults, axes, exclude, limits, ...rest } = sweep ?? never();
    expect(rest).toEqual({
      file: 'in.yaml',
      name: 'cats',
      model: 'ideogram/ideogram-v2/generate',
      inputs: ['prompts.csv'],
      map: new Map([['Prompt text', 'prompt']]),
      link: [['style', 'aspect_ratio']],
      repeat: 2,
      outDir: 'out/cats',
      nameTemplate: '{slug}/{axes}-{job}{_i}.{ext}',
    });
    expect(plain(rows)).toEqual([
      { id: 'a', prompt: 'a {{animal}}', seed: 3 },
      { id: 'b', prompt: 'a dog in the rain', images: ['x.png', 'y.png'] },
    ]);
    expect(rows.map((row) => [row.file, row.line, spot(row, 'prompt'), spot(row, 'nothing')])).toEqual([
      ['in.yaml', 5, '5:22', '5:null'],
      ['in.yaml', 6, '7:13', '6:null'],
    ]);
    expect(defaults.map(({ name, cell, place }) => [name, cell, `${place?.line}:${place?.column}`])).toEqual([
      ['expand_prompt', { kind: 'typed', value: false }, '11:28'],
      ['negative_prompt', { kind: 'typed', value: 'text, watermark' }, '11:52'],
    ]);
    expect(axes.map(({ name, given, source, place }) => [name, given, source, place?.line])).toEqual([
      ['seed', { kind: 'text', text: '1-4' }, 'seed=1-4', 13],
      ['style', { kind: 'list', values: ['realistic', 'anime'] }, 'style=realistic,anime', 14],
      ['aspect_ratio', { kind: 'list', values: ['1:1', '16:9'] }, 'aspect_ratio=1:1,16:9', 15],
      ['guidance', { kind: 'list', values: [7.5] }, 'guidance=7.5', 16],
      ['hd', { kind: 'list', values: [true] }, 'hd=true', 17],
    ]);
    expect(exclude.map(({ where, source, place }) => [[...where], source, place?.column])).toEqual([
      [
        [
          ['style', 'anime'],
          ['aspect_ratio', '16:9'],
          ['seed', '2'],
        ],
        'style=anime,aspect_ratio=16:9,seed=2',
        11,
      ],
      [
        [
          ['style', 'realistic'],
          ['note', 'a, "b"'],
          ['hd', ''],
        ],
        'style=realistic,note=a, "b",hd=',
        60,
      ],
    ]);
    expect([...limits]).toEqual([
      ['concurrency', 'auto'],
      ['rpm', '60'],
      ['max-cost', '5'],
      ['max-duration', '8h'],
    ]);
  });

  test('may be JSON, and is read alike', async () => {
    const json =
      '{"$schema":"s.json",\n\t"rows":[{"p\\u0072ompt":"a"}],\n"axes":{"seed":"1-4","n":[1,"2"]},"link":["seed","n"]}';
    const { sweep, problems } = await sweepFrom(json, 'json');
    expect(problems).toEqual([]);
    expect(plain(sweep?.rows ?? [])).toEqual([{ prompt: 'a' }]);
    expect(spot(sweep?.rows[0], 'prompt')).toBe('2:25');
    expect(sweep?.axes.map(({ given }) => given)).toEqual([
      { kind: 'text', text: '1-4' },
      { kind: 'list', values: [1, '2'] },
    ]);
    expect(sweep?.link).toEqual([['seed', 'n']]);
  });

  test('is empty where it says nothing', async () => {
    const { sweep } = await sweepFrom('name: x\nlink: []\nexclude: []\naxes: {}\n');
    expect(sweep).toMatchObject({ name: 'x', model: null, inputs: [], rows: [], axes: [], link: [] });
    expect(sweep).toMatchObject({
      exclude: [],
      repeat: null,
      outDir: null,
      nameTemplate: null,
      limits: new Map(),
    });
  });

  test('says all that is wrong at once, in the order of the text, and that it ends there', async () => {
    const text = `modle: x
axis: {}
zebra: 1
name: 7
input: [a.csv, 5]
rows: [5, { prompt: a, Prompt: b }, { seed: 0042 }]
defaults: [x]
axes: { seed: , style: { a: 1 }, n: [], m: [1, ~], N: 3 }
link: [[style], [a, a], b]
exclude: [{}, style, { a: [1] }, "a=1,a=2"]
repeat: 1.5
output: { dri: x }
limits: { rpm: 0, max-cost: 5, max_cost: "5", concurrency: many, max_duration: soon }
`;
    const { sweep, problems, shown } = await sweepFrom(text);
    expect(sweep).toBeNull();
    expect(shown).toEqual([
      'in.yaml:1:1 "modle" is not a key of a sweep; did you mean "model"?',
      'in.yaml:2:1 "axis" is not a key of a sweep; did you mean "axes"?',
      'in.yaml:3:1 "zebra" is not a key of a sweep; known keys are name, model, input, rows, map, defaults, axes, link, exclude, repeat, output, limits.',
      'in.yaml:4:7 name must be a text, but is 7.',
      'in.yaml:5:16 an item of input must be a text, but is 5.',
      'in.yaml:6:8 an item of rows must be a map such as {prompt: a cat}, but is 5.',
      'in.yaml:6:24 "Prompt" appears twice, also as "prompt"; case does not matter.',
      'in.yaml:6:45 0042 has leading zeros; put it in quotes if they matter, or remove them.',
      'in.yaml:7:11 defaults must be a map such as {expand_prompt: false}, but is a list.',
      'in.yaml:8:15 the axis "seed" has no value.',
      'in.yaml:8:24 the axis "style" must be a text or a list, but is a map.',
      'in.yaml:8:37 the axis "n" has no value.',
      'in.yaml:8:48 a value of the axis "m" is empty.',
      'in.yaml:8:52 "N" appears twice, also as "n"; case does not matter.',
      'in.yaml:9:8 a group of link needs at least two axes to link.',
      'in.yaml:9:17 a group of link names an axis twice.',
      'in.yaml:9:25 a group of link must be a list such as [seed, style], but is "b".',
      'in.yaml:10:11 an item of exclude is empty: it would exclude every job.',
      'in.yaml:10:15 an item of exclude must be a map such as {style: anime}, or a text such as style=anime,seed=1, but is "style".',
      'in.yaml:10:27 "a" of exclude must be one value, but is a list.',
      'in.yaml:10:34 "a" appears twice in "a=1,a=2".',
      'in.yaml:11:9 repeat must be a whole number from 1 to 1,000,000, but is 1.5.',
      'in.yaml:12:11 "dri" is not a key of output; did you mean "dir"?',
      'in.yaml:13:16 limits.rpm must be a whole number of at least 1, but is 0.',
      'in.yaml:13:19 "max-cost" is not a key of limits; did you mean "max_cost"?',
      'in.yaml:13:42 limits.max_cost must be a number of dollars, but is "5".',
      'in.yaml:13:60 limits.concurrency must be a whole number of at least 1, or auto, but is "many".',
      'in.yaml:13:80 limits.max_duration must be a duration such as 90s, 30m or 8h, but is "soon".',
    ]);
    expect(problems.every(({ ends }) => ends)).toBe(true);
  });

  test.each([
    [
      'yaml',
      '- prompt: a\n',
      '1:1 a sweep is a map of keys such as model, rows and axes, not a list; put a list of rows under the key rows.',
    ],
    ['yaml', 'a cat', '1:1 a sweep is a map of keys such as model, rows and axes, not "a cat".'],
    ['yaml', '# nothing yet\n', '1:1 the file contains only comments.'],
    ['yaml', ' \n', '1 the file is empty.'],
    ['yaml', 'rows:\n', '1:6 rows has no value; give it one, or remove the key.'],
    ['yaml', 'rows: []\n', '1:7 rows is an empty list; write a row, or remove the key.'],
    [
      'yaml',
      'name: a\nlimits: { rpm: 5\n',
      '3:1 the file is not valid YAML: flow map in block collection must be sufficiently indented and end with a }.',
    ],
    ['json', '{"name":"a","name":"b"}', '1:13 the key "name" appears twice in one object; remove one.'],
    ['json', '{"name":"a",}', '1:13 the file is not valid JSON: expected double-quoted property name.'],
    [
      'json',
      '{"p":1}\n{"p":2}',
      '2:1 the file is not valid JSON: unexpected non-whitespace character after JSON. If each line holds an object of its own, add --format jsonl.',
    ],
    [
      'json',
      '[]',
      '1:1 a sweep is a map of keys such as model, rows and axes, not a list; put a list of rows under the key rows.',
    ],
  ] as const)('as %s, %j is refused', async (format, text, refusal) => {
    const { sweep, shown } = await sweepFrom(text, format);
    expect(sweep).toBeNull();
    expect(shown).toEqual([`in.${format}:${refusal}`]);
  });

  test('places a value on a line of any length', async () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => `{"prompt":"😀 ${n}"}`);
    const text = `{"rows":[${rows.join(',')}]}`;
    const { sweep } = await sweepFrom(text, 'json');
    const letters = [...text];
    for (const n of [0, 999, 1_999]) {
      const { column } = sweep?.rows[n]?.placeOf('prompt') ?? never();
      expect(letters.slice((column ?? 0) - 1).join('')).toMatch(new RegExp(`^"😀 ${n}"`, 'u'));
    }
  });
});

function never(): never {
  throw new Error('there is no sweep');
}
