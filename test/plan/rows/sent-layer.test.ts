import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { Row, SentBody } from '../../../src/core/row.ts';
import { jobId } from '../../../src/plan/cells/planned-job.ts';
import type { FileFinder } from '../../../src/plan/media/media-files.ts';
import { ideogramV2 } from '../../../src/providers/runcomfy/built-in.ts';
import { runcomfy } from '../../../src/providers/runcomfy/runcomfy.ts';
import { showProblem } from '../../support/shown-problem.ts';
import { fixtureModel, modelWith, type Wish, whollyPlanned } from '../plan-arrange.ts';

const ideogram = ideogramV2.id;

/** A row that repeats a job of this body. */
function sentRow(input: JsonObject, sent: Partial<SentBody> = {}, model = ideogram): Row {
  const job = jobId(model, input, sent.rep ?? 1, null);
  const cells = Object.entries({ model, ...input }).map(
    ([name, value]) => [name, { kind: 'typed', value }] as const,
  );
  return {
    file: `job ${job}`,
    line: 0,
    cells: new Map(cells),
    placeOf: () => ({ file: `job ${job}`, line: 0, column: null }),
    sent: { job, rep: 1, folder: 'out/it', tags: {}, axes: {}, rows: [], ...sent },
  };
}

const text = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((each) => each.trim() !== '' && each.isWellFormed() && !each.includes('\0'));
const braces = fc
  .array(fc.constantFrom('{{', '}}', '\\', '{', '{{prompt}}', '@inputs/', ' a '), {
    minLength: 1,
    maxLength: 6,
  })
  .map((parts) => `x${parts.join('')}`);
const anyInput = fc.record(
  {
    prompt: fc.oneof(text, braces),
    style: fc.constantFrom('auto', 'anime', 'render_3D'),
    negative_prompt: fc.oneof(text, braces, fc.constantFrom('', '@photo.png', 'a, b || c', '1-4', '*')),
    expand_prompt: fc.boolean(),
    seed: fc.nat(2_147_483_647),
  },
  { requiredKeys: ['prompt'] },
);

test('a job that nothing is changed of is that job, to the letter, and not its own parent', async () => {
  await fc.assert(
    fc.asyncProperty(anyInput, async (input) => {
      const { jobs, problems } = await whollyPlanned([sentRow(input)]);
      expect(problems).toEqual([]);
      expect(jobs.map(({ id, parent }) => [id, parent])).toEqual([[jobId(ideogram, input, 1, null), null]]);
    }),
  );
});

test('axes go before what was sent and multiply; tags, axes and rows of the earlier job are kept', async () => {
  const input = { prompt: 'a cat', style: 'anime', seed: 7 };
  const row = sentRow(input, {
    tags: { Category: 'Animals', style: 'a tag of this name' },
    axes: { style: 'anime', seed: 7, animal: 'cat' },
    rows: ['picks.json:4'],
  });
  const plan = await whollyPlanned([row], { words: ['STYLE=design,auto', 'expand_prompt=false'], seeds: 2 });
  expect(plan.problems).toEqual([]);
  expect(plan.jobs).toHaveLength(4);
  const seeds = new Set(plan.jobs.map((job) => job.input.seed));
  expect(seeds.size).toBe(2);
  expect(seeds.has(7)).toBe(false);
  for (const job of plan.jobs) {
    expect(job).toMatchObject({
      parent: jobId(ideogram, input, 1, null),
      tags: { Category: 'Animals' },
      axes: { style: job.input.style, seed: job.input.seed, animal: 'cat' },
      rows: ['picks.json:4'],
      input: { prompt: 'a cat', expand_prompt: false },
    });
  }
  expect(plan.axes[0]?.axes).toMatchObject([{ name: 'style' }, { name: 'seed', differs: true }]);
});

test('templates of the words draw on the earlier inputs, and on what has taken their place', async () => {
  const row = sentRow({ prompt: 'a {{cat}}', seed: 7 }, { tags: { Category: 'Animals' } });
  const words = ['prompt={{prompt}} of {{Category}} take {{seed}}', 'seed=1-2', 'negative_prompt={{prompt}}'];
  const { jobs, problems } = await whollyPlanned([row], { words });
  expect(problems.map(({ kind }) => kind)).toEqual(['unfair']);
  expect(jobs.map((job) => job.input)).toEqual([
    { prompt: 'a {{cat}} of Animals take 1', negative_prompt: 'a {{cat}}', seed: 1 },
    { prompt: 'a {{cat}} of Animals take 2', negative_prompt: 'a {{cat}}', seed: 2 },
  ]);
});

test('new seeds are the same each time, and others for each job, its variations and the usual ones', async () => {
  const seedsOf = async (seed: number): Promise<unknown[]> => {
    const { jobs } = await whollyPlanned([sentRow({ prompt: 'a cat', seed })], { seeds: 4 });
    return jobs.map((job) => job.input.seed);
  };
  const first = await seedsOf(1);
  expect(await seedsOf(1)).toEqual(first);
  const [child] = first as [number];
  const usual = await whollyPlanned([], {
    words: ['prompt=a cat'],
    seeds: 8,
    scattersSeeds: true,
    alone: true,
  });
  const all = [
    1,
    ...first,
    ...(await seedsOf(2)),
    ...(await seedsOf(child)),
    ...usual.jobs.map((job) => job.input.seed),
  ];
  expect(new Set(all).size).toBe(1 + 4 + 4 + 4 + 8);
});

test('where seeds are few, all but its own are to be had', async () => {
  const schema = {
    type: 'object',
    properties: { prompt: { type: 'string' }, seed: { type: 'integer', minimum: 1, maximum: 5 } },
  };
  const wish: Wish = { modelOf: async (id) => modelWith(schema, id), model: 'test/model' };
  const row = sentRow({ prompt: 'a', seed: 3 }, {}, 'test/model');
  const { jobs } = await whollyPlanned([row], { ...wish, seeds: 4 });
  expect(jobs.map((job) => job.input.seed).toSorted()).toEqual([1, 2, 4, 5]);
  await expect(whollyPlanned([row], { ...wish, seeds: 5 })).rejects.toThrow('is more than this model has');
});

test('without an input for seeds, the repetitions in their place come after that of the job', async () => {
  const schema = { type: 'object', properties: { prompt: { type: 'string' } } };
  const wish: Wish = { modelOf: async (id) => modelWith(schema, id), model: 'test/model' };
  const row = sentRow({ prompt: 'a' }, { rep: 2 }, 'test/model');
  expect((await whollyPlanned([row], { ...wish, seeds: 3 })).jobs.map(({ rep }) => rep)).toEqual([3, 4, 5]);
  expect((await whollyPlanned([row], { ...wish, repeat: 3 })).jobs.map(({ rep }) => rep)).toEqual([1, 2, 3]);
});

test('another model is taken by a word or a flag, and what it lacks is left out with a word about it', async () => {
  const row = sentRow({ prompt: 'a cat', style: 'anime', seed: 1 });
  for (const wish of [
    { words: ['model=blackforestlabs/flux-2-klein-9b'] },
    { model: 'blackforestlabs/flux-2-klein-9b', forced: true },
  ]) {
    const other = fixtureModel('flux-2-klein-9b');
    const id = 'blackforestlabs/flux-2-klein-9b';
    const { jobs, problems } = await whollyPlanned([row], {
      ...wish,
      modelOf: async () => ({ ...other, id }),
    });
    expect(jobs).toMatchObject([{ model: id, input: { prompt: 'a cat' }, tags: {} }]);
    expect(jobs[0]?.parent).toBe(jobId(ideogram, { prompt: 'a cat', style: 'anime', seed: 1 }, 1, null));
    expect(problems.map(showProblem)).toContain(
      `${id} has no input "style", so the value that an earlier job sent is left out`,
    );
    expect(problems.every(({ severity }) => severity === 'warning')).toBe(true);
  }
});

const sha = 'ab'.repeat(32);
const marker = `@inputs/${sha}.png`;
const image = { type: 'string', format: 'image_uri' };
const withImage: Wish = {
  model: 'test/model',
  modelOf: async (id) =>
    modelWith({ type: 'object', properties: { image, more: { type: 'array', items: image } } }, id),
};

/** A folder with one kept file. */
function keeping(content: string): FileFinder {
  return {
    limits: runcomfy.bodyLimits,
    find: (pattern, base) => (`${base}/${pattern}` === `out/it/inputs/${sha}.png` ? [`/at/${pattern}`] : []),
    near: () => [],
    read: () => ({ sha256: content, bytes: 10, mime: 'image/png', extension: 'png' }),
  };
}

test('a file that was sent is the one that the run folder keeps', async () => {
  const input = { image: marker, more: ['https://x.example/b.png', marker] };
  const row = sentRow(input, {}, 'test/model');
  const { jobs, files, problems } = await whollyPlanned([row], { ...withImage, files: keeping(sha) });
  expect(jobs[0]?.id).toBe(jobId('test/model', input, 1, null));
  expect(files).toEqual([
    { marker, path: `/at/inputs/${sha}.png`, sha256: sha, bytes: 10, mime: 'image/png' },
  ]);
  expect(problems.map(({ kind }) => kind)).toEqual(['data_uri', 'data_uri']);
});

test.each([
  [
    'is elsewhere',
    sentRow({ image: marker }, { folder: null }, 'test/model'),
    sha,
    'that is not available; give it again as image=@photo.png',
  ],
  [
    'is not in the folder',
    sentRow({ image: marker }, { folder: 'out/other' }, 'test/model'),
    sha,
    'that is not available',
  ],
  [
    'was changed',
    sentRow({ image: marker }, {}, 'test/model'),
    'cd'.repeat(32),
    'is no longer the file that was sent; give it again',
  ],
  ['is one of the user', sentRow({ image: '@secret.png' }, {}, 'test/model'), sha, 'image "@secret.png"'],
])('a file that %s is not sent', async (_, row, content, sentence) => {
  const { jobs, files, problems } = await whollyPlanned([row], { ...withImage, files: keeping(content) });
  expect(jobs).toEqual([]);
  expect(files).toEqual([]);
  expect(problems).toHaveLength(1);
  expect(showProblem(problems[0] as never)).toContain(sentence);
  expect(showProblem(problems[0] as never)).toMatch(/^job [0-9a-f]{16} image /);
});
