import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { jobId } from '../../src/plan/cells/planned-job.ts';
import { sized } from '../support/tiers.ts';
import { modelWith, planned, textRow, typedRow, type Wish } from './plan-arrange.ts';

const older: Wish['conventions'] = { edition: 1, salt: 'a folder', isKept: true };
const bodies = async (rows: Parameters<typeof planned>[0], wish: Wish = {}) =>
  (await planned(rows, wish)).jobs.map(({ input }) => input);

describe('texts that look the same', () => {
  test('are the same job, whatever wrote their line ends and accents', async () => {
    const forms = ['caf\u00e9\nat night', 'cafe\u0301\r\nat night', 'caf\u00e9\rat night'];
    const ids = await Promise.all(
      forms.map(async (prompt) => (await planned([textRow(2, { prompt })])).jobs[0]?.id),
    );
    expect(new Set(ids).size).toBe(1);
    const [typed] = await bodies([typedRow(2, { prompt: forms[1] as string })]);
    expect(typed).toEqual({ prompt: forms[0] });
  });

  test('stay as they were in a folder that was planned before', async () => {
    const prompt = 'cafe\u0301\r\nat night';
    expect(await bodies([textRow(2, { prompt })], { conventions: older })).toEqual([{ prompt }]);
  });

  test('plain jobs have the ids that they have always had', async () => {
    const { jobs } = await planned([textRow(2, { prompt: 'a cat, sitting', seed: '7', style: 'anime' })]);
    expect(jobs[0]?.id).toBe(
      jobId('ideogram/ideogram-v2/generate', { prompt: 'a cat, sitting', seed: 7, style: 'anime' }, 1, null),
    );
    expect(jobs[0]?.id).toBe('a290299a5a3a533b');
  });

  test('what an earlier job has sent is sent to the letter', async () => {
    const sent = { job: null, rep: 1, folder: null, tags: {}, axes: {}, rows: [] };
    const prompt = 'cafe\u0301\r\n{{x}} NaN';
    expect(await bodies([{ ...typedRow(2, { prompt }), sent }])).toEqual([{ prompt }]);
  });
});

test('what takes the place of what was sent is in one form, and the rest stays to the letter', async () => {
  const sent = { job: null, rep: 1, folder: null, tags: {}, axes: {}, rows: [] };
  const row = { ...typedRow(2, { prompt: 'cafe\u0301', negative_prompt: 'x' }), sent };
  expect(await bodies([row], { words: ['negative_prompt=cafe\u0301'] })).toEqual([
    { prompt: 'cafe\u0301', negative_prompt: 'caf\u00e9' },
  ]);
});

describe('seeds', () => {
  test('--seeds counts from 1, and is scattered on request and in older folders', async () => {
    const seeds = async (wish: Wish) =>
      (await bodies([textRow(2, { prompt: 'a' })], { seeds: 3, ...wish })).map(({ seed }) => seed);
    const scattered = [2_034_151_101, 560_642_266, 919_192_847];
    expect(await seeds({})).toEqual([1, 2, 3]);
    expect(await seeds({ scattersSeeds: true })).toEqual(scattered);
    expect(await seeds({ conventions: older })).toEqual(scattered);
  });

  const seedsOf = async (rows: readonly Readonly<Record<string, string>>[], wish: Wish = {}) =>
    (
      await bodies(
        rows.map((row, index) => textRow(index + 2, row)),
        wish,
      )
    ).map(({ prompt, seed }) => [prompt, seed]);

  test.each(['random', 'Random', '-1', ' -1 ', '-1.0'])('%j is drawn once for each row', async (seed) => {
    const rows = [
      { prompt: 'a', seed },
      { prompt: 'b', seed },
      { prompt: 'a', seed },
    ];
    const drawn = await seedsOf(rows);
    expect(new Set(drawn.map(([, each]) => each)).size).toBe(3);
    for (const [, each] of drawn)
      expect(each).toSatisfy(
        (value: number) => Number.isInteger(value) && value >= 0 && value <= 2_147_483_647,
      );
    expect(await seedsOf(rows)).toEqual(drawn);
    expect(await seedsOf(rows, { conventions: { edition: 2, salt: 'another', isKept: true } })).not.toEqual(
      drawn,
    );
  });

  test('a text cannot hold a seed that is still to be drawn', async () => {
    const rows = [
      textRow(2, { prompt: 'v{{seed}}', seed: '-1' }),
      textRow(3, { prompt: 'v{{Seed}}', seed: '7' }),
    ];
    const { jobs, problems } = await planned(rows);
    expect(jobs.map(({ input }) => input.prompt)).toEqual(['v7']);
    expect(problems).toMatchObject([
      {
        kind: 'unknown_template',
        message:
          'prompt holds {{seed}}, which is drawn after templates are filled in; write the seed as a number',
      },
    ]);
    for (const wish of [{ words: ['seed=1,random'] }, { defaults: { seed: 'random' } }] satisfies Wish[]) {
      const drawn = await planned([textRow(2, { prompt: 'v{{seed}}' })], wish);
      expect(drawn.jobs.every(({ input }) => input.prompt === 'v1')).toBe(true);
      expect(drawn.problems.some(({ kind }) => kind === 'unknown_template')).toBe(true);
    }
  });

  test('the same body gets each seed once, as long as the model has any', async () => {
    const properties = { prompt: { type: 'string' }, seed: { type: 'integer', minimum: 3, maximum: 12 } };
    const modelOf: Wish['modelOf'] = async (id) => modelWith({ type: 'object', properties }, id);
    const rows = Array.from({ length: 10 }, () => ({ prompt: 'a', seed: '-1' }));
    const seeds = (await seedsOf(rows, { modelOf })).map(([, seed]) => seed as number);
    expect(seeds.toSorted((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
    const alone = (await seedsOf([rows[0] as (typeof rows)[0]], { modelOf, words: [] })).map(
      ([, seed]) => seed,
    );
    expect(alone).toEqual(seeds.slice(0, 1));
  });

  test('a plan whose folder is not there yet says that its seeds are examples', async () => {
    const wish: Wish = { conventions: { edition: 2, salt: 'any', isKept: false } };
    const { problems } = await planned([textRow(2, { prompt: 'a', seed: 'random' })], wish);
    expect(problems.map(({ message }) => message)).toEqual([
      'the seed of 1 job is drawn (random, or -1); these are examples: the first run draws its own and keeps them',
    ]);
  });

  test('rows that are moved, inserted or taken out keep their drawn seeds', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 8 }),
        fc.array(fc.nat(7)),
        async (prompts, order) => {
          const rows = prompts.map((prompt) => ({ prompt, seed: '-1' }));
          const moved = order.flatMap((at) => rows[at] ?? []);
          const all = await seedsOf([...rows, ...rows]);
          const known = new Set(all.map((pair) => JSON.stringify(pair)));
          const counts = Map.groupBy(moved, ({ prompt }) => prompt);
          for (const [prompt, same] of counts) {
            const drawn = (await seedsOf(moved)).filter(([each]) => each === prompt);
            expect(new Set(drawn.map(([, seed]) => seed)).size).toBe(same.length);
            const most = 2 * prompts.filter((each) => each === prompt).length;
            if (same.length <= most) for (const pair of drawn) expect(known).toContain(JSON.stringify(pair));
          }
        },
      ),
      { numRuns: sized(8, 30) },
    );
  });

  test('an axis draws for each of its values, row and repetition', async () => {
    const { jobs, problems } = await planned([textRow(2, { prompt: 'a' }), textRow(3, { prompt: 'b' })], {
      words: ['seed=random,random,7', 'expand_prompt=false'],
      repeat: 2,
    });
    expect(jobs).toHaveLength(12);
    expect(new Set(jobs.map(({ input }) => input.seed)).size).toBe(9);
    expect(jobs.every(({ axes, input }) => axes.seed === input.seed)).toBe(true);
    expect(problems).toMatchObject([
      {
        severity: 'note',
        message: 'the seeds of 8 jobs are drawn (random, or -1); the run folder keeps them',
      },
    ]);
  });

  test('an older folder sends -1 to a model that takes it', async () => {
    const properties = { prompt: { type: 'string' }, seed: { type: 'integer', minimum: -1 } };
    const modelOf: Wish['modelOf'] = async (id) => modelWith({ type: 'object', properties }, id);
    expect(await seedsOf([{ prompt: 'a', seed: '-1' }], { modelOf, conventions: older })).toEqual([
      ['a', -1],
    ]);
    const [[, drawn] = []] = await seedsOf([{ prompt: 'a', seed: '-1' }], { modelOf });
    expect(drawn).toBeGreaterThanOrEqual(0);
  });
});

describe('words that stand for nothing', () => {
  test.each(['NaN', 'None', 'null', '#N/A', 'N/A', '<NA>', '\\N', '(null)', '#NV', '<nil>', 'undefined'])(
    '%s is an empty cell',
    async (word) => {
      const row = textRow(2, { prompt: 'a', seed: word, style: word, negative_prompt: word });
      const { jobs, problems } = await planned([row]);
      expect(jobs.map(({ input }) => input)).toEqual([{ prompt: 'a' }]);
      expect(problems).toMatchObject([
        { severity: 'note', message: `3 cells hold only ${JSON.stringify(word)} and count as empty` },
      ]);
    },
  );

  test('are texts in a folder that was planned before, and nothing where no text is wanted', async () => {
    const row = textRow(2, { prompt: 'NaN', negative_prompt: 'None', seed: 'NaN' });
    expect(await bodies([row], { conventions: older })).toEqual([{ prompt: 'NaN', negative_prompt: 'None' }]);
  });

  test.each(['none', 'NAN', 'Null', ' nan '])('%s is one where no text is wanted', async (word) => {
    const row = textRow(2, { prompt: 'a', seed: word, style: word, expand_prompt: word });
    expect(await bodies([row])).toEqual([{ prompt: 'a' }]);
  });

  test('a model or an id that is only such a word is not given', async () => {
    const rows = [
      textRow(2, { prompt: 'a', model: 'NaN', id: 'NaN' }),
      textRow(3, { prompt: 'b', model: 'ideogram/ideogram-v2/generate', id: 'NaN' }),
    ];
    const { jobs, problems } = await planned(rows);
    expect(jobs.map(({ model, name }) => [model, name])).toEqual(
      rows.map(() => ['ideogram/ideogram-v2/generate', null]),
    );
    expect(problems).toMatchObject([
      { severity: 'note', message: '3 cells hold only "NaN" and count as empty' },
    ]);
    expect((await planned(rows.slice(0, 1), { literal: true })).problems).toMatchObject([
      { kind: 'unknown_model' },
    ]);
  });

  test('texts of a person are not such words', async () => {
    const rows = ['none', 'Nothing', 'null and void', 'Nan'].map((word, index) =>
      textRow(index + 2, { prompt: word, negative_prompt: word }),
    );
    const { jobs, problems } = await planned(rows);
    expect(problems).toEqual([]);
    expect(jobs.map(({ input }) => input.negative_prompt)).toEqual([
      'none',
      'Nothing',
      'null and void',
      'Nan',
    ]);
  });

  test('a prompt that is only such a word is wrong, unless it is meant so', async () => {
    const { jobs, problems } = await planned([textRow(2, { prompt: 'NaN' })]);
    expect(jobs).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'required', place: { line: 2, column: 1 } }]);
    expect(await bodies([textRow(2, { prompt: 'NaN' })], { literal: true })).toEqual([{ prompt: 'NaN' }]);
  });

  test('what a spreadsheet shows for a formula that failed is wrong everywhere', async () => {
    const { problems } = await planned([
      textRow(2, { prompt: '#NAME?' }),
      textRow(3, { prompt: 'a', seed: '#REF!' }),
    ]);
    expect(problems.map(({ message }) => message)).toEqual([
      'prompt "#NAME?" is a spreadsheet error; correct the cell there',
      'seed "#REF!" is a spreadsheet error; correct the cell there',
    ]);
  });
});

test('--literal takes texts as they are: no template, no bar, no wildcard, and no warning', async () => {
  const prompt = 'a {{user.name}} || {red|blue} __x__ \\{{y}} --ar 16:9';
  const { jobs, problems } = await planned([textRow(2, { prompt }), textRow(3, { negative_prompt: 'b' })], {
    literal: true,
    wildcards: true,
    words: [`prompt=${prompt}`],
  });
  expect(jobs.map(({ input }) => input.prompt)).toEqual([prompt, prompt]);
  expect(problems.map(({ kind }) => kind)).toEqual(['overridden']);
});

test.each([
  ['a robot --ar 16:9 --v 6 --seed 7', 'midjourney', '--ar 16:9 → aspect_ratio=16:9, --seed 7 → seed=7'],
  [
    'a robot —ar 16:9 –no rain',
    'midjourney',
    '—ar 16:9 → aspect_ratio=16:9, –no rain → negative_prompt=rain',
  ],
  [
    'a robot --no dark-haired people, rain --stylize 250',
    'midjourney',
    '--no dark-haired people, rain → negative_prompt=dark-haired people, rain',
  ],
  ['a robot --sref https://x.example/a-b.png --AR=3:2', 'midjourney', '--AR=3:2 → aspect_ratio=3:2'],
  ['a robot --tile', 'midjourney', 'prompt holds --tile (2 rows in all): that is a Midjourney flag'],
  ['a robot --niji', 'midjourney', 'prompt holds --niji'],
  ['a robot --ar 21:9', 'midjourney', 'is sent as part of the prompt'],
  ['/imagine prompt: a paper boat', 'midjourney', 'prompt holds /imagine'],
  ['a cat::2 a dog::1', 'midjourney', 'prompt holds ::2'],
  ['hot:: dog', 'midjourney', 'prompt holds ::'],
  ['film still of {prompt}, dark', 'single_brace', 'write {{column}}'],
  ['a {mood} cat', 'single_brace', 'prompt holds {mood}'],
  ['a {{mood}} {x} {Mood} cat', 'single_brace', 'prompt holds {Mood}'],
  ['a {Größe} cat', 'single_brace', 'prompt holds {Größe}'],
  ['a {red|blue} cat', 'wildcard', '--wildcards'],
  ['a __colour__ cat', 'wildcard', 'prompt holds __colour__'],
])('%s is sent as it is, with one warning', async (prompt, kind, said) => {
  const rows = [2, 3].map((line) =>
    textRow(line, { prompt: `${prompt}${line === 2 ? '' : ' '}`, mood: 'sad', Größe: 'L' }),
  );
  const { jobs, problems } = await planned(rows);
  expect(jobs[0]?.input.prompt).toBe(prompt.replace('{{mood}}', 'sad'));
  expect(problems).toMatchObject([{ severity: 'warning', kind, place: { line: 2, column: 1 } }]);
  expect(problems[0]?.message).toContain(said);
  expect(problems[0]?.message).toContain('(2 rows in all)');
});

test('the flags that are inputs of the model are told as such, and no others', async () => {
  const { problems } = await planned([textRow(2, { prompt: 'a --ar 21:9 --v 6 --no x' })]);
  expect(problems[0]?.message).toBe(
    'prompt holds --ar 21:9: that is a Midjourney flag, and is sent as part of the prompt; as columns: --no x → negative_prompt=x',
  );
});

test.each<[string, Wish, string]>([
  ['a word', { words: ['prompt=a cat --ar 16:9'], alone: true }, 'midjourney'],
  ['several texts', { words: ['prompt=a {mood} cat||a {prompt} dog||c'], alone: true }, 'single_brace'],
  ['an axis', { axes: { prompt: ['a {red|blue} cat', 'b'] }, alone: true }, 'wildcard'],
  ['a default', { defaults: { prompt: 'a __colour__ cat' }, alone: true }, 'wildcard'],
  ['a default that draws on a column', { defaults: { prompt: '{{mood}} --v 6' } }, 'midjourney'],
  ['a column of a template', { words: ['prompt=a {{flags}} cat'] }, 'midjourney'],
])('%s is looked at as well', async (_, wish, kind) => {
  const { jobs, problems } = await planned(
    wish.alone === true ? [] : [textRow(2, { mood: 'sad', flags: 'x --niji 6' })],
    wish,
  );
  expect(jobs.length).toBeGreaterThan(0);
  expect(problems).toMatchObject([{ severity: 'warning', kind }]);
  expect((await planned([], { ...wish, alone: true, literal: true })).problems).toEqual([]);
});

test('a column that stands for nothing and is filled into a text is warned of', async () => {
  const rows = ['NaN', 'sad', '#N/A'].map((mood, index) =>
    textRow(index + 2, { prompt: 'a {{mood}} cat', mood }),
  );
  const { jobs, problems } = await planned(rows);
  expect(jobs).toHaveLength(3);
  expect(problems).toMatchObject([
    { severity: 'warning', kind: 'blank_filled', place: { line: 2, column: 11 } },
  ]);
  expect(problems[0]?.message).toContain('mood holds only NaN (2 rows in all)');
});

test.each([
  'a cat - sitting',
  'a -- b',
  'the --raw power of nature',
  'a night — no people, only lights',
  'city —no people',
  '--help',
  '{"a":1}',
  'a { b } c',
  'snake_case__x',
  'C++::std',
  'x__',
  'fill in ____ and ____',
  '{{mood}} cat',
])('%s is an ordinary text', async (prompt) => {
  const { problems } = await planned([textRow(2, { prompt, mood: 'sad' })]);
  expect(problems).toEqual([]);
});

test('any texts are looked at without a throw', async () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('--ar ', '--', '—no ', '16:9', '::', '/imagine', '{', '}', '|', '__', '{{a}}', '\\', ' '),
  );
  const text = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
  const flag = fc.boolean();
  await fc.assert(
    fc.asyncProperty(text, text, text, flag, flag, async (prompt, a, word, wildcards, literal) => {
      const plain = (one: string) => one.replaceAll('\0', '');
      const { jobs, problems } = await planned([textRow(2, { prompt: plain(prompt), a: plain(a) })], {
        ...{ wildcards, literal, words: [`negative_prompt=${plain(word)}`], limit: 20 },
      });
      expect(jobs.length + problems.length).toBeGreaterThan(0);
      if (literal)
        for (const job of jobs)
          expect(job.input.prompt).toBe(plain(prompt).normalize('NFC').replace(/\r\n?/g, '\n'));
    }),
    { numRuns: sized(100, 500) },
  );
});
