import { expect, test } from 'vitest';
import type { Row } from '../../../src/core/row.ts';
import { ideogramV2 } from '../../../src/providers/runcomfy/built-in.ts';
import { showProblem } from '../../support/shown-problem.ts';
import { textRow, type Wish, whollyPlanned } from '../plan-arrange.ts';

const fox = textRow(2, { prompt: 'fox' });
const owl = textRow(3, { prompt: 'owl' });
const banana = 'google/nano-banana-2/text-to-image';
const ideogram = ideogramV2.id;
const fair = { expand_prompt: false };

async function shown(rows: readonly Row[], wish: Wish): Promise<string[]> {
  const { problems } = await whollyPlanned(rows, wish);
  return problems.map((problem) => `${problem.severity} ${problem.ends ? '! ' : ''}${showProblem(problem)}`);
}

test.each<[string, Wish, readonly string[]]>([
  [
    'a rewritten prompt makes a grid of seeds and styles unfair',
    { axes: { seed: '1-2', style: ['anime', 'design'] } },
    [
      'warning expand_prompt is on for 8 jobs, so the model rewrites the prompts and style, seed cannot be compared fairly; add expand_prompt=false',
    ],
  ],
  [
    'it does so when it is turned on by hand',
    { seeds: 2, defaults: { expand_prompt: true } },
    [
      'warning expand_prompt is on for 4 jobs, so the model rewrites the prompts and seed cannot be compared fairly; add expand_prompt=false',
    ],
  ],
  ['it does not where it is what is compared', { axes: { seed: '1-2', expand_prompt: 'true,false' } }, []],
  ['it does not where prompts alone differ', { repeat: 2, words: ['style=anime'] }, []],
  [
    'values given again count once',
    { axes: { seed: [1, 2, 1] }, defaults: fair },
    ['warning grids/sweep.yaml:10:3 seed: [1,2,1] repeats 1 value; it counts once'],
  ],
  [
    'seeds become repetitions where a model has none',
    { model: banana, words: ['seed=1-3'] },
    [`warning ${banana} has no input "seed", so seed=1-3 makes 3 repetitions of each job instead`],
  ],
  [
    'a default that some model lacks',
    { words: [`model=${banana},${ideogram}`], defaults: { style: 'anime' } },
    [`warning grids/sweep.yaml:20:3 the default of style is ignored for ${banana}, which has no such input`],
  ],
  [
    'an exclusion that is never met',
    { axes: { style: ['anime', 'design'] }, exclude: ['style=auto'], defaults: fair },
    ['warning --exclude style=auto excludes nothing: no cell matches it'],
  ],
])('warned once: %s', async (_, wish, expected) => {
  expect(await shown([fox, owl], wish)).toEqual(expected);
});

test('seeds that become repetitions keep their rank and take part in --repeat', async () => {
  const { jobs, ranks } = await whollyPlanned([fox], { model: banana, seeds: 2, repeat: 2 });
  expect(jobs.map(({ rep, input, axes }) => [rep, input, axes])).toEqual(
    [1, 2, 3, 4].map((rep) => [rep, { prompt: 'fox' }, {}]),
  );
  expect(ranks).toEqual([0, 1, 2, 3]);
});

test('an axis does not multiply the rows that have a value of their own', async () => {
  const own = textRow(4, { prompt: 'cow', style: 'auto' });
  const wish: Wish = { axes: { style: ['anime', 'design'] }, defaults: { ...fair, style: 'general' } };
  const { jobs } = await whollyPlanned([fox, own], wish);
  expect(jobs.map(({ input, axes }) => [input.style, axes])).toEqual([
    ['anime', { style: 'anime' }],
    ['design', { style: 'design' }],
    ['auto', { style: 'auto' }],
  ]);
  expect(await shown([fox, own], wish)).toEqual([
    'warning grids/sweep.yaml:10:3 style: ["anime","design"] is ignored for 1 of 2 rows, which has its own value',
  ]);
});

test('a model of the command line goes before that of the rows', async () => {
  const rows = [textRow(2, { prompt: 'a', model: banana }), textRow(3, { prompt: 'b', model: ideogram })];
  const { jobs } = await whollyPlanned(rows, { forced: true });
  expect(jobs.map(({ model }) => model)).toEqual([ideogram, ideogram]);
  expect(await shown(rows, { forced: true })).toEqual([
    `warning --model ${ideogram} is used for 1 row that names another`,
  ]);
});

test.each<[string, Wish, string]>([
  ['seeds twice', { seeds: 8, words: ['seed=1-4'] }, '--seeds 8 and seed=1-4 both set the seeds'],
  [
    'a model twice',
    { forced: true, words: [`model=${banana}`] },
    `--model ${ideogram} and model=${banana} both name the model`,
  ],
  [
    'an axis for no input',
    { axes: { sede: '1-4' } },
    `grids/sweep.yaml:10:3 sede: 1-4: ${ideogram} has no input "sede"; did you mean "seed"?`,
  ],
  [
    'a default for no input',
    { defaults: { stile: 'anime' } },
    `grids/sweep.yaml:20:3 the default of stile has no effect: ${ideogram} has no such input; did you mean "style"?`,
  ],
  [
    'a wrong default',
    { defaults: { style: 'animee' } },
    'grids/sweep.yaml:20:3 style "animee" is not allowed; did you mean "anime"?',
  ],
  ['a default for all names', { defaults: { id: 'x' } }, 'grids/sweep.yaml:20:3 id cannot have a default'],
  [
    'a link to nothing',
    { axes: { style: ['anime', 'design'] }, link: ['style,sed'], seeds: 2 },
    '--link style,sed: there is no axis "sed"; did you mean "seed"?',
  ],
  [
    'a link of unequal axes',
    { axes: { style: ['anime', 'design'] }, link: ['style,seed'], seeds: 3 },
    '--link style,seed: style has 2 values and seed has 3, so they cannot be linked',
  ],
  [
    'an axis in two links',
    {
      axes: { style: ['anime'], seed: '1', negative_prompt: 'a' },
      link: ['style,seed', 'seed,negative_prompt'],
    },
    '--link seed,negative_prompt: seed is linked already',
  ],
  [
    'a link of models',
    { words: ['seed=1'], link: ['model,seed'] },
    '--link model,seed: model cannot be linked with other axes',
  ],
  ['a link of one', { words: ['seed=1'], link: ['seed'] }, '--link seed: name at least two axes to link'],
  [
    'an exclusion by what is not there',
    { exclude: ['stile=anime'] },
    '--exclude stile=anime: there is no input, axis or column "stile"; did you mean "style"?',
  ],
  [
    'an exclusion by what is not allowed',
    { exclude: ['style=animee,seed=1'] },
    '--exclude style=animee,seed=1: style "animee" is not allowed; did you mean "anime"?',
  ],
])('an error that no row is to blame for: %s', async (_, wish, expected) => {
  const own = { ...wish, defaults: { ...wish.defaults, ...fair } };
  expect(await shown([fox, owl], own)).toEqual([`error ! ${expected}`]);
});

test('a fault of a row is said once, however many cells its grid has', async () => {
  const rows = [textRow(2, { prompt: 'a', aspect_ratio: '16:09' }), textRow(3, { negative_prompt: 'b' })];
  expect(await shown(rows, { axes: { seed: '1-1000', style: '*' }, defaults: fair })).toEqual([
    'error in.csv:2:11 aspect_ratio "16:09" is not allowed; did you mean "16:9"? (Excel reads it as a time)',
    `error in.csv:3 prompt is missing; ${ideogram} needs it`,
  ]);
});
