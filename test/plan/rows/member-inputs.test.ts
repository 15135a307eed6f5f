import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { modelWith, planned, textRow, typedRow, type Wish } from '../plan-arrange.ts';

const model = modelWith(
  {
    type: 'object',
    required: ['prompt'],
    properties: {
      prompt: { type: 'string' },
      lora: {
        type: 'object',
        properties: {
          path: { type: 'string' },
          scale: { type: 'number', minimum: 0, maximum: 4 },
          blocks: { type: 'object', properties: { first: { type: 'integer' } } },
        },
        required: ['path'],
      },
      loras: { type: 'array', items: { type: 'object', properties: { path: { type: 'string' } } } },
    },
  },
  'acme/lora',
);
const wish: Wish = { model: 'acme/lora', modelOf: async () => model };

async function bodies(
  cells: Readonly<Record<string, string>>,
  more: Wish = {},
): Promise<readonly JsonObject[]> {
  const { jobs, problems } = await planned([textRow(2, cells)], { ...wish, ...more });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return jobs.map(({ input }) => input);
}

test.each<[string, Readonly<Record<string, string>>, JsonObject]>([
  ['columns', { 'lora.path': 'a', 'lora.scale': '0.8' }, { path: 'a', scale: 0.8 }],
  [
    'a column for a member of a member',
    { 'lora.path': 'a', 'lora.blocks.first': '3' },
    { path: 'a', blocks: { first: 3 } },
  ],
  [
    'JSON with a column that changes it',
    { lora: '{"path":"a","scale":1}', 'lora.scale': '2' },
    { path: 'a', scale: 2 },
  ],
  ['capital letters', { 'LoRA.Path': 'a' }, { path: 'a' }],
])('an object is given by %s', async (_, cells, lora) => {
  expect(await bodies({ prompt: 'a cat', ...cells })).toEqual([{ prompt: 'a cat', lora }]);
});

test('a list of objects is given as JSON, in a cell or a row of JSON', async () => {
  expect(await bodies({ prompt: 'a cat', loras: '[{"path":"a"}]' })).toEqual([
    { prompt: 'a cat', loras: [{ path: 'a' }] },
  ]);
  const { jobs } = await planned([typedRow(1, { prompt: 'a cat', lora: { path: 'a' } as JsonValue })], wish);
  expect(jobs[0]?.input).toEqual({ prompt: 'a cat', lora: { path: 'a' } });
});

test('a member can be an axis, and keeps its name there', async () => {
  const { jobs } = await planned([textRow(2, { prompt: 'a cat', 'lora.path': 'a' })], {
    ...wish,
    words: ['lora.scale=0.2,0.8'],
    name: '{slug}-{lora.scale}',
  });
  expect(jobs.map(({ input, axes, pathTemplate }) => [input.lora, axes, pathTemplate])).toEqual([
    [{ path: 'a', scale: 0.2 }, { 'lora.scale': 0.2 }, 'files/a-cat-0.2{_i}.{ext}'],
    [{ path: 'a', scale: 0.8 }, { 'lora.scale': 0.8 }, 'files/a-cat-0.8{_i}.{ext}'],
  ]);
});

test('what a row says of the object counts more than a default of one member', async () => {
  const defaults = { 'lora.scale': 0.5 };
  expect(await bodies({ prompt: 'a', lora: '{"path":"a","scale":1}' }, { defaults })).toEqual([
    { prompt: 'a', lora: { path: 'a', scale: 1 } },
  ]);
  expect(await bodies({ prompt: 'a', lora: '{"path":"a"}' }, { defaults })).toEqual([
    { prompt: 'a', lora: { path: 'a', scale: 0.5 } },
  ]);
});

test.each([
  ['of a wrong type', { 'lora.path': 'a', 'lora.scale': 'high' }, 'lora.scale "high" is not a number'],
  [
    'out of range',
    { 'lora.path': 'a', 'lora.scale': '9' },
    'lora.scale 9 is out of range; it must be between 0 and 4',
  ],
  ['that is missing', { 'lora.scale': '1' }, expect.stringContaining('lora.path')],
])('a member %s is named', async (_, cells, message) => {
  const { problems } = await planned(
    [textRow(2, { prompt: 'a cat', ...cells } as Record<string, string>)],
    wish,
  );
  expect(problems.map((each) => each.message)).toEqual([message]);
});

test('a folder of the first edition keeps its jobs, which were made without members', async () => {
  const older: Wish['conventions'] = { edition: 1, salt: 'a folder', isKept: true };
  const { jobs } = await planned([textRow(2, { prompt: 'a cat', 'lora.scale': '0.8' })], {
    ...wish,
    conventions: older,
  });
  expect(jobs.map(({ input, tags }) => ({ input, tags }))).toEqual([
    { input: { prompt: 'a cat' }, tags: { 'lora.scale': '0.8' } },
  ]);
});
