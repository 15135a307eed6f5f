import { expect, test } from 'vitest';
import type { Row } from '../../../src/core/row.ts';
import { showProblem } from '../../support/shown-problem.ts';
import { planned, textRow, typedRow, type Wish } from '../plan-arrange.ts';

/** A row of a table with this header; blank cells are left out, as readers do. */
function tableRow(line: number, header: readonly string[], cells: readonly string[], file = 'in.csv'): Row {
  const given = header.flatMap((name, index) => (cells[index] ? [[name, cells[index]] as const] : []));
  const placeOf = (name: string) => ({
    file,
    line,
    column: header.includes(name) ? header.indexOf(name) * 10 + 1 : null,
  });
  return { ...textRow(line, Object.fromEntries(given)), file, columns: header, placeOf };
}

function table(header: string, ...lines: string[]): Row[] {
  return lines.map((line, index) => tableRow(index + 2, header.split('|'), line.split('|')));
}

async function errors(rows: readonly Row[], wish: Wish = {}): Promise<string[]> {
  const { problems } = await planned(rows, wish);
  return problems.filter(({ severity }) => severity === 'error').map(showProblem);
}

test('a table without a column for the prompt is one error, with the column that fits', async () => {
  const rows = table('Text|style|seed', 'a cat|anime|1', 'a dog|anime|2', 'a fox|anime|3');
  expect(await errors(rows)).toEqual([
    'in.csv:1 no column is called "prompt". Columns: Text, style, seed. If Text holds the prompts: --map Text=prompt',
  ]);
  expect(await errors(rows, { renames: { Text: 'prompt' } })).toEqual([]);
});

test.each([
  ['id|caption|lang', '1|a cat|en', 'caption'],
  ['description|category', 'a cat on a mat|x', 'description'],
  ['Prompt text|prompt_id', 'a cat|7', 'Prompt text'],
  ['final_prompt|score', 'a cat|3', 'final_prompt'],
  ['name|Beschreibung|lang', 'x|a cat in the rain on a long road|en', 'Beschreibung'],
  ['title|sujet', 'x y|a cat in the rain on a long road', 'sujet'],
])('of the columns %j the one that holds the prompts is proposed', async (header, line, column) => {
  const [error, ...others] = await errors(table(header, line, line));
  expect(others).toEqual([]);
  const flag = /^\w+$/.test(column) ? `--map ${column}=prompt` : `--map '${column}=prompt'`;
  expect(error).toContain(`If ${column} holds the prompts: ${flag}`);
});

test('nothing is proposed where no column can hold prompts', async () => {
  expect(await errors(table('seed|style', '1|anime'))).toEqual([
    'in.csv:1 no column is called "prompt". Columns: seed, style',
  ]);
});

test.each([
  'a cat in a hat',
  'a cat',
  'Sunset over the sea, golden hour',
  'a cat| sitting on a mat',
  'What is it?',
])('the first line %j is a prompt and no header', async (header) => {
  const cells = header
    .split('|')
    .map(() => 'a dog')
    .join('|');
  expect(await errors(table(header, cells, cells))).toEqual([
    'in.csv:1 the first line looks like a prompt, not like column names. Name the file .txt (one prompt per line), or add a first line "prompt"',
  ]);
});

test.each([
  ['seed|What the picture is to show in one sentence', '1|a cat'],
  ['case_number|the thing', '1|a cat'],
])('the header %j with names that anyone would use is a header', async (header, line) => {
  expect((await errors(table(header, line)))[0]).toContain('no column is called "prompt"');
});

test('a lone word may be a column or a prompt, and both ways out are named', async () => {
  expect(await errors(table('sunset', 'forest hills', 'sea'))).toEqual([
    'in.csv:1 no column is called "prompt". Columns: sunset. If sunset holds the prompts: --map sunset=prompt. If the file has no line of column names, name the file .txt (one prompt per line), or add a first line "prompt"',
  ]);
});

test('of a spreadsheet nobody is told to name it .txt', async () => {
  const rows = [tableRow(2, ['a cat in a hat'], ['a dog'], 'p.xlsx')];
  expect(await errors(rows)).toEqual([
    'p.xlsx:1 the first line looks like a prompt, not like column names. Add a first row with the cell "prompt"',
  ]);
});

test('each file has its own error, and one that has the column none', async () => {
  const rows = [
    tableRow(2, ['Text'], ['a'], 'one.csv'),
    tableRow(3, ['Text'], ['b'], 'one.csv'),
    tableRow(2, ['prompt'], ['c'], 'two.csv'),
    tableRow(2, ['Text'], ['d'], 'three.csv'),
  ];
  const found = await errors(rows);
  expect(found.map((error) => error.slice(0, 11))).toEqual(['one.csv:1 n', 'three.csv:1']);
  expect((await planned(rows)).jobs).toHaveLength(1);
});

test('blank cells in a column that is there are told row by row', async () => {
  const rows = table('prompt|seed', '|1', 'a|2', '|3');
  expect(await errors(rows)).toEqual([
    expect.stringMatching(/^in.csv:2:1 prompt is missing/),
    expect.stringMatching(/^in.csv:4:1 prompt is missing/),
  ]);
});

test('a column that is renamed to the prompt is there, also where all of its cells are blank', async () => {
  const wish = { renames: { Text: 'prompt' } };
  expect((await errors(table('Text|seed', '|1', '|2'), wish)).slice(0, 2)).toEqual([
    expect.stringMatching(/^in.csv:2 prompt is missing/),
    expect.stringMatching(/^in.csv:3 prompt is missing/),
  ]);
});

test('JSON rows without the key are one error, and row by row where some row has it', async () => {
  const lacking = [typedRow(1, { text: 'a cat', seed: 1 }), typedRow(2, { text: 'a dog', seed: 2 })];
  expect(await errors(lacking)).toEqual([
    'in.csv:1 no row has "prompt", which ideogram/ideogram-v2/generate needs. Keys: text, seed. If text holds the prompts: --map text=prompt',
  ]);
  const last = typedRow(3, { prompt: 'a fox' });
  expect(await errors([...lacking, last])).toEqual([
    'in.csv:1 prompt is missing; ideogram/ideogram-v2/generate needs it',
    'in.csv:2 prompt is missing; ideogram/ideogram-v2/generate needs it',
  ]);
  expect(await errors([last, ...lacking])).toHaveLength(2);
});

test('of very many JSON rows that lack what a later row has, the first are told and the rest counted', async () => {
  const rows = Array.from({ length: 1_500 }, (_, index) => typedRow(index + 1, { text: 'x' }));
  const found = await errors([...rows, typedRow(2_000, { prompt: 'a' })]);
  expect(found).toHaveLength(1_001);
  expect(found.at(-1)).toContain('500 more rows up to here');
});

test('a prompt inside an object is proposed by its path', async () => {
  const rows = [typedRow(1, { request: { prompt: 'a cat' }, k: 1 })];
  const wish = { renames: { 'request.prompt': 'prompt' } };
  expect((await errors(rows))[0]).toContain('--map request.prompt=prompt');
  expect((await planned(rows, wish)).jobs[0]?.input).toEqual({ prompt: 'a cat' });
});

test('a needed image is asked for like a needed prompt', async () => {
  const rows = table('prompt|Picture file', 'a|https://x.example/a.png', 'b|@b.png');
  const found = await errors(rows, { model: 'wan-ai/wan-3.0/image-to-video' });
  expect(found).toEqual([
    `in.csv:1 no column is called "image_url". Columns: prompt, Picture file. If Picture file holds the images: --map 'Picture file=image_url'`,
  ]);
});

test('what an axis or a default gives is not missing', async () => {
  const rows = table('style', 'anime');
  expect(await errors(rows, { words: ['prompt=a cat'] })).toEqual([]);
  expect(await errors(rows, { defaults: { prompt: 'a cat' } })).toEqual([]);
});

test('a wrong value of the input that a typo was meant for is told beside the typo', async () => {
  const found = await errors([
    textRow(2, { prompt: 'a', style: 'render3D', stlye: 'zz', seed: 'x', expand_prompt: 'maybe' }),
  ]);
  expect(found.map((error) => error.split(' ')[0])).toEqual([
    'in.csv:2:21',
    'in.csv:2:31',
    'in.csv:2:41',
    'in.csv:2:11',
  ]);
});

test('a typo hides nothing of what a template gives in some other cell of the grid', async () => {
  const rows = [textRow(2, { prompt: 'a', style: '{{tone}}', sed: '3' })];
  const found = await errors(rows, { words: ['tone=anime,nope'] });
  expect(found).toEqual([
    expect.stringContaining('column "sed"'),
    expect.stringContaining('style "nope" is not allowed'),
  ]);
});
