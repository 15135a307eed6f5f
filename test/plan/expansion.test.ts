import { expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import type { Row } from '../../src/core/row.ts';
import { withRep } from '../../src/plan/cells/planned-job.ts';
import { runcomfy } from '../../src/providers/runcomfy/runcomfy.ts';
import { textRow, type Wish, whollyPlanned } from './plan-arrange.ts';

const fox = textRow(2, { prompt: 'fox' });
const owl = textRow(3, { prompt: 'owl' });
const fair = { expand_prompt: false };

/** `2 fox seed=1 style=anime`: rank, prompt, the axes of the job, and its repetition where it is not the first. */
async function lines(rows: readonly Row[], wish: Wish): Promise<string[]> {
  const { jobs, ranks, problems } = await whollyPlanned(rows, { defaults: fair, ...wish });
  expect(problems).toEqual([]);
  return jobs.map(({ input, axes, rep }, index) => {
    const values = Object.entries(axes).map(([name, value]) => `${name}=${value}`);
    for (const [name, value] of Object.entries(axes)) if (name in input) expect(input[name]).toBe(value);
    return [ranks[index], input.prompt, ...values, ...(rep > 1 ? [`rep${rep}`] : [])].join(' ');
  });
}

test.each<[string, readonly Row[], Wish, readonly string[]]>([
  ['one value is no axis', [fox], { axes: { style: ['anime'], seed: '7' } }, ['0 fox']],
  [
    'every axis multiplies the rows, the last one varying first',
    [fox, owl],
    { axes: { style: ['anime', 'design'], aspect_ratio: ['1:1', '16:9'] } },
    ['fox', 'owl'].flatMap((prompt) => [
      `0 ${prompt} style=anime aspect_ratio=1:1`,
      `0 ${prompt} style=anime aspect_ratio=16:9`,
      `0 ${prompt} style=design aspect_ratio=1:1`,
      `0 ${prompt} style=design aspect_ratio=16:9`,
    ]),
  ],
  [
    'seeds come last in breadth, wherever they are declared',
    [fox],
    { axes: { seed: '1-2', style: ['anime', 'design'] } },
    [
      '0 fox seed=1 style=anime',
      '0 fox seed=1 style=design',
      '1 fox seed=2 style=anime',
      '1 fox seed=2 style=design',
    ],
  ],
  [
    'in depth a cell is finished before the next one',
    [fox, owl],
    { axes: { seed: '1-2', style: ['anime', 'design'] }, order: 'depth', limit: 5 },
    [
      '0 fox seed=1 style=anime',
      '0 fox seed=2 style=anime',
      '0 fox seed=1 style=design',
      '0 fox seed=2 style=design',
      '0 owl seed=1 style=anime',
    ],
  ],
  [
    'repetitions come after the seeds',
    [fox],
    { axes: { seed: '1-2' }, repeat: 2 },
    ['0 fox seed=1', '1 fox seed=2', '2 fox seed=1 rep2', '3 fox seed=2 rep2'],
  ],
  [
    'linked axes go in step',
    [fox],
    { axes: { style: ['anime', 'design'], negative_prompt: ['a', 'b'] }, link: ['negative_prompt,STYLE'] },
    ['0 fox style=anime negative_prompt=a', '0 fox style=design negative_prompt=b'],
  ],
  [
    'a value may come again in step with others, and the same step twice counts once',
    [fox],
    {
      axes: { style: ['anime', 'design', 'anime'], negative_prompt: ['a', 'a', 'a'] },
      link: ['style,negative_prompt'],
    },
    ['0 fox style=anime negative_prompt=a', '0 fox style=design negative_prompt=a'],
  ],
  [
    'seeds can be linked, and keep their rank',
    [fox],
    { axes: { style: ['anime', 'design'], seed: '1-2' }, link: ['style,seed'] },
    ['0 fox style=anime seed=1', '1 fox style=design seed=2'],
  ],
  [
    'excluded cells are left out by the values that are sent',
    [fox],
    {
      axes: { seed: '1-2', style: ['anime', 'design'] },
      exclude: ['seed=01,style=anime', 'STYLE=design,seed=2'],
    },
    ['0 fox seed=1 style=design', '1 fox seed=2 style=anime'],
  ],
  [
    'a cell is excluded by a column too',
    [textRow(2, { prompt: 'fox', Kind: 'animal' }), textRow(3, { prompt: 'car' })],
    { axes: { style: ['anime', 'design'] }, exclude: ['kind=animal,style=anime'] },
    ['0 fox style=design', '0 car style=anime', '0 car style=design'],
  ],
  [
    'a word replaces the axis of the sweep, at its place',
    [fox],
    { axes: { seed: '1-3', style: ['anime', 'design'] }, words: ['Seed=7,8'] },
    [
      '0 fox seed=7 style=anime',
      '0 fox seed=7 style=design',
      '1 fox seed=8 style=anime',
      '1 fox seed=8 style=design',
    ],
  ],
])('%s', async (_, rows, wish, expected) => {
  expect(await lines(rows, wish)).toEqual(expected);
});

test('models are an axis, each with its own inputs', async () => {
  const models = ['ideogram/ideogram-v2/generate', 'google/nano-banana-2/text-to-image'];
  const { jobs, problems, axes } = await whollyPlanned([], {
    words: [`model=${models.join(',')}`, 'prompt="a fox","an owl"'],
    alone: true,
  });
  expect(problems).toEqual([]);
  expect(jobs.map(({ model, input, axes: own }) => [model, input, own])).toEqual(
    models.flatMap((model) => ['a fox', 'an owl'].map((prompt) => [model, { prompt }, { model, prompt }])),
  );
  expect(axes.map(({ model }) => model)).toEqual(models);
});

test('derived seeds are an axis, and the same ones each time', async () => {
  const wish = { seeds: 3, defaults: fair };
  const { jobs, ranks, problems, axes } = await whollyPlanned([fox, owl], wish);
  expect(problems).toEqual([]);
  expect(ranks).toEqual([0, 1, 2, 0, 1, 2]);
  const seeds = jobs.map(({ input }) => input.seed);
  expect(new Set(seeds).size).toBe(3);
  expect(jobs.map(({ axes: { seed } }) => seed)).toEqual(seeds);
  expect(axes).toEqual([
    {
      type: 'axes',
      model: jobs[0]?.model,
      axes: [{ name: 'seed', values: seeds.slice(0, 3), linkedWith: [] }],
    },
  ]);
  expect(await whollyPlanned([fox, owl], wish)).toEqual({ jobs, ranks, problems, axes, files: [] });
});

test('the axes of a model are told once, with what they are linked with', async () => {
  const { axes } = await whollyPlanned([fox, owl], {
    axes: { style: ['anime', 'design'], negative_prompt: ['a', 'b'], seed: '4' },
    link: ['style,negative_prompt'],
    repeat: 2,
  });
  expect(axes.map((each) => each.axes)).toEqual([
    [
      { name: 'style', values: ['anime', 'design'], linkedWith: ['negative_prompt'] },
      { name: 'negative_prompt', values: ['a', 'b'], linkedWith: ['style'] },
      { name: 'rep', values: [1, 2], linkedWith: [] },
    ],
  ]);
});

test('a job made into another repetition is the one that the plan would have made', async () => {
  const name = '{job}/{slug}-{axes}/x-{job}';
  const { jobs } = await whollyPlanned([fox], { axes: { style: ['anime', 'design'] }, repeat: 3, name });
  const [first, , , , fifth] = jobs;
  if (first === undefined || fifth === undefined) throw new Error('too few jobs');
  expect(fifth.rep).toBe(3);
  expect(withRep(first, 3, runcomfy)).toEqual(fifth);
  expect(withRep(withRep(first, 2, runcomfy), 1, runcomfy)).toEqual(first);
});

test('a product beyond what is allowed is refused before it is made', async () => {
  const wish: Wish = { axes: { seed: '1-1000', style: '*', aspect_ratio: '*' }, repeat: 500, defaults: fair };
  const attempt = whollyPlanned([fox], { ...wish, maxJobs: 1_000_000 });
  await expect(attempt).rejects.toThrow(UserError);
  await expect(attempt).rejects.toThrow(/33,000,000 jobs/);
});

test('with a limit no more cells of a huge grid are made than can be among the first', async () => {
  const wish: Wish = {
    axes: { seed: '1-1000', style: '*', aspect_ratio: '*' },
    repeat: 15_000,
    defaults: fair,
  };
  const { jobs, problems } = await whollyPlanned([fox, owl], { ...wish, limit: 10 });
  expect(problems).toEqual([]);
  expect(jobs).toHaveLength(10);
  expect(new Set(jobs.map(({ input }) => input.seed)).size).toBe(1);
});

test('with a limit every row is still checked', async () => {
  const rows = [fox, owl, textRow(4, { prompt: 'cow', style: 'x' })];
  const { jobs, problems } = await whollyPlanned(rows, { words: ['seed=1-2'], limit: 1, defaults: fair });
  expect(jobs).toHaveLength(1);
  expect(problems.map(({ place, kind }) => [place?.line, kind])).toEqual([[4, 'enum']]);
});
