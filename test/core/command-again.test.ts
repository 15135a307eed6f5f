import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandAgain } from '../../src/core/command-again.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { isWord } from '../../src/core/sweep.ts';
import { jobId } from '../../src/plan/cells/planned-job.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { modelWith, type Wish, whollyPlanned } from '../plan/plan-arrange.ts';
import { sized } from '../support/tiers.ts';

/** What a shell makes of the command: the words behind `rcb run`, or what it hands over as `-m`. */
function shellWords(command: string, shell = '/bin/sh'): { words: string[]; model: string | null } {
  const script = `rcb() { shift; printf '%s\\0' "$@"; }\n${command}\n`;
  const said = execFileSync(shell, ['-c', script], { encoding: 'utf8' });
  const words = said.split('\0').slice(0, -1);
  return words[0] === '-m' ? { model: words[1] as string, words: words.slice(2) } : { model: null, words };
}

async function madeAgain(command: string, wish: Wish = {}, shell = '/bin/sh') {
  const { words, model } = shellWords(command, shell);
  expect(words.every(isWord)).toBe(true);
  const forced = model === null ? {} : { model, forced: true };
  const { jobs, problems } = await whollyPlanned([], { ...wish, ...forced, words, alone: true });
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  return jobs;
}

const awkward = [
  ...['1-4', '1-10 (+3)', '0-1 [5]', 'range(3)', '*', '!anime', '@photo.png', '@@x', '16:9', '1.5', '-5'],
  ...['a, b', 'a || b', '"quoted"', "it's", '5" nails', '{{prompt}}', '\\{{x}}', '{{{a}}}', '{a,b}', '[1,2]'],
  ...[
    '{"a":1}',
    '$HOME `id` \\ !!',
    '~',
    'a\nb',
    ' a ',
    '\t',
    'null',
    'true',
    '0042',
    'x=y',
    '--yes',
    '日本, 語',
  ],
  ...['data:image/png;base64,AAAA', 'https://x.example/a?b=c&d=e', '#', '%s\\n', '%20', "'\\''", '-'],
];
const seed = fc.nat(2_147_483_647);
const text = fc
  .oneof(
    fc.constantFrom(...awkward),
    fc.string({ unit: 'grapheme' }),
    fc.array(fc.constantFrom(...awkward)).map((all) => all.join('')),
  )
  .map((each) => (each.isWellFormed() ? each.normalize('NFC') : each))
  .filter((each) => each.isWellFormed() && !/[\0-\x08\x0b-\x1f\x7f-\x9f]/.test(each));
const prompt = text.filter((each) => each.trim() !== '');
/** Filled in as a template it might be read as a file, so no command says it. */
const isSayable = (each: string): boolean => !(each.trimStart().startsWith('@') && each.includes('{{'));

const ideogramInput = fc.record(
  {
    prompt,
    negative_prompt: text,
    style: fc.constantFrom('auto', 'general', 'realistic', 'design', 'render_3D', 'anime'),
    aspect_ratio: fc.constantFrom('3:1', '16:9', '1:1', '10:16'),
    expand_prompt: fc.boolean(),
    seed,
  },
  { requiredKeys: ['prompt'] },
);

const number = fc.oneof(
  fc.integer(),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(1e21, 1e-7, -5, 0.1),
);
const settings: fc.Arbitrary<JsonValue> = fc.dictionary(
  fc.constantFrom('a', '{{b}}', 'c d', '"'),
  fc.oneof(text, fc.boolean(), fc.integer(), fc.array(text, { maxLength: 3 }), fc.constant(null)),
);
/** One input of each type. */
const typed: Wish = {
  model: 'test/typed',
  modelOf: async (id) =>
    modelWith(
      {
        type: 'object',
        properties: {
          prompt: { type: 'string' },
          scale: { type: 'number' },
          steps: { type: 'integer' },
          isFast: { type: 'boolean' },
          image: { type: 'string', format: 'image_uri' },
          tags: { type: 'array', items: { type: 'string' } },
          sizes: { type: 'array', items: { type: 'number' } },
          'loras.v2': { type: 'object' },
          ratio: { type: 'string', enum: ['1-4', '*', 'a,b', '@', '"'] },
          count: { type: 'integer', enum: [1, 2, 4] },
        },
      },
      id,
    ),
};
const typedInput = fc.record(
  {
    prompt: text,
    scale: number,
    steps: fc.integer(),
    isFast: fc.boolean(),
    image: fc.constantFrom(
      'https://x.example/a.png',
      'https://x.example/a,b.png?c={d}',
      'data:image/png;base64,AAAA',
    ),
    tags: fc.array(text, { maxLength: 4 }),
    sizes: fc.array(number, { maxLength: 4 }),
    'loras.v2': settings,
    ratio: fc.constantFrom('1-4', '*', 'a,b', '@', '"'),
    count: fc.constantFrom(1, 2, 4),
  },
  { requiredKeys: ['prompt'] },
);

describe('the command that makes a job again', () => {
  test.each(['/bin/sh', '/bin/bash'])('gives that very job, by way of %s', async (shell) => {
    await fc.assert(
      fc.asyncProperty(ideogramInput, async (input) => {
        const command = commandAgain({ model: ideogramV2.id, input }, ideogramV2.id);
        if (![input.prompt, input.negative_prompt ?? ''].every(isSayable)) {
          expect(command).toBeNull();
          return;
        }
        const jobs = await madeAgain(command as string, {}, shell);
        expect(jobs.map(({ id }) => id)).toEqual([jobId(ideogramV2.id, input, 1, null)]);
      }),
      { numRuns: sized(10, 150) },
    );
  });

  test('gives it for inputs of every type, too', async () => {
    await fc.assert(
      fc.asyncProperty(typedInput, async (input) => {
        const command = commandAgain({ model: 'test/typed', input: input as JsonObject }, ideogramV2.id);
        if (command === null) {
          expect(isSayable(input.prompt)).toBe(false);
          return;
        }
        const jobs = await madeAgain(command, typed);
        // -0 is sent as 0.
        const sent = JSON.parse(JSON.stringify(input)) as JsonObject;
        expect(jobs.map(({ id }) => id)).toEqual([jobId('test/typed', sent, 1, null)]);
      }),
      { numRuns: sized(10, 200) },
    );
  });

  test('gives it for a model without a schema, whose inputs are texts', async () => {
    const free: Wish = { modelOf: async (id) => modelWith(null, id) };
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom('prompt', 'seed', 'x.y-z'), text, { minKeys: 1 }),
        async (input) => {
          const command = commandAgain({ model: 'test/free', input }, ideogramV2.id);
          if (!Object.values(input).every(isSayable)) {
            expect(command).toBeNull();
            return;
          }
          const jobs = await madeAgain(command as string, free);
          expect(jobs.map(({ id }) => id)).toEqual([jobId('test/free', input, 1, null)]);
        },
      ),
      { numRuns: sized(10, 150) },
    );
  });

  test.each<[string, JsonObject, string]>([
    [ideogramV2.id, { prompt: 'a purple cat', seed: 1 }, `rcb run prompt='a purple cat' seed=1`],
    [
      ideogramV2.id,
      { prompt: 'fox', style: 'anime', aspect_ratio: '16:9' },
      'rcb run prompt=fox style=anime aspect_ratio=16:9',
    ],
    [
      ideogramV2.id,
      { prompt: "it's, well", negative_prompt: '' },
      `rcb run prompt='"it'\\''s, well"' negative_prompt=`,
    ],
    ['a/b', { prompt: 'x', on: true, sizes: [1, 2] }, `rcb run -m a/b prompt=x on=true sizes='[1,2]'`],
  ])('of %s reads like what a person would write', (model, input, command) => {
    expect(commandAgain({ model, input }, ideogramV2.id)).toBe(command);
  });

  test('maps short names, and gives an input of a workflow by its key where it has no such name', () => {
    const model = 'deployment:0f3a';
    const input = { prompt: "a fox's den", 'KSampler.seed': 7, '10.strength_model': 0.8, '12:3.text': '' };
    const names = { prompt: '6.text', 'KSampler.seed': '31.seed' };
    expect(commandAgain({ model, input, names }, ideogramV2.id)).toBe(
      `rcb run -m deployment:0f3a --map prompt=6.text prompt='a fox'\\''s den' 31.seed=7 10.strength_model=0.8 12:3.text=`,
    );
    expect(commandAgain({ model, input: { '6.a text': 'x' } }, ideogramV2.id)).toBeNull();
    expect(commandAgain({ model, input: { '31.seed': -1 } }, ideogramV2.id)).toBeNull();
  });

  test.each<[string, JsonObject]>([
    ['a file of the user', { image: `@inputs/${'ab'.repeat(32)}.png` }],
    ['one in a list', { images: ['https://x.example/a.png', `@inputs/${'ab'.repeat(32)}.png`] }],
    ['a name that is no word', { 'a b': 'x' }],
    ['a name that means the row', { ID: 'x' }],
    ['names that differ in case alone', { seed: 1, Seed: 2 }],
    ['a seed that would be drawn', { prompt: 'x', seed: -1 }],
    ['a null', { prompt: 'x', negative_prompt: null }],
    ['what a terminal obeys', { prompt: 'a\u001b[201~\nrm -rf ~' }],
    ['half a character', { prompt: '\ud800' }],
    ['more than fits into a word', { prompt: 'x'.repeat(200_000) }],
    ['nothing', {}],
  ])('is not there for %s', (_, input) => {
    expect(commandAgain({ model: 'a/b', input }, ideogramV2.id)).toBeNull();
  });
});
