import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import type { Row } from '../../src/core/row.ts';
import { jobId } from '../../src/plan/cells/planned-job.ts';
import { compileInputs } from '../../src/plan/models/schema.ts';
import { inputNamed, readName } from '../../src/plan/rows/columns.ts';
import { allPlanned, planned, requestFor, textRow, typedRow, type Wish } from './plan-arrange.ts';
import { ofToy, type ToyNode, toyModel, toySchema } from './workflow-arrange.ts';

const letters = fc.string({
  unit: fc.constantFrom('a', 'B', '6', '.', "'", '"', ' ', '!', 'é', ':', '='),
  minLength: 1,
  maxLength: 6,
});
const nodes = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('1', '6', '12:3', '12:3:7', '31'),
    kind: fc.constantFrom('KSampler', 'A', 'a'),
    title: letters,
    inputs: fc.dictionary(
      fc.constantFrom('text', 'seed', 'a.b', 'Text', 'x y', '__proto__'),
      fc.constantFrom<JsonValue>(1, 'a', '→4'),
      {
        minKeys: 1,
      },
    ),
  }),
  { minLength: 1, maxLength: 4, selector: ({ id }) => id },
) as fc.Arbitrary<readonly ToyNode[]>;

describe('a name of an input', () => {
  test('stands for one input, or is refused with the candidates, whatever titles there are', () => {
    fc.assert(
      fc.property(nodes, letters, (workflow, other) => {
        const inputs = compileInputs(toyModel(workflow));
        const keys = [...(inputs.fields?.keys() ?? [])];
        const xNames = [...(inputs.fields?.values() ?? [])].flatMap((field) => field.xNames);
        for (const key of keys) {
          const linked = inputs.fields?.get(key)?.isLinked === true;
          expect(readName(key, inputs)).toMatchObject(
            linked ? { type: 'refused' } : { type: 'input', name: key },
          );
          expect(readName(`${key}!`, inputs)).toMatchObject({ type: 'input', name: key, unlinks: linked });
        }
        for (const name of [...xNames, other, `${other}.text`]) {
          const found = readName(name, inputs);
          const bearers = keys.filter((key) => inputs.fields?.get(key)?.xNames.includes(name));
          if (found?.type === 'input')
            expect(bearers.length < 2 || keys.includes(name) || bearers.includes(found.name)).toBe(true);
          if (bearers.length > 1 && found?.type === 'input')
            expect(keys.map((key) => key.toLowerCase())).toContain(name.toLowerCase());
          if (bearers.length === 1) expect(found === null || found.type === 'unknown').toBe(false);
        }
      }),
    );
  });

  test('may be in quotes, in any case, and with quotes of its own', () => {
    const named = (name: string, inputs = compileInputs(toyModel())): string | null =>
      inputNamed(inputs, name);
    for (const name of [
      'Positive prompt.text',
      "'Positive prompt'.text",
      '"positive PROMPT".Text',
      "'Positive prompt.text'",
      '6.TEXT',
    ])
      expect(named(name), name).toBe('6.text');
    for (const name of [
      "Bob's image.image",
      "'Bob''s image'.image",
      '"Bob\'s image"."image"',
      '12:3.image',
      '"12:3".image',
    ])
      expect(named(name), name).toBe('12:3.image');
    expect(named('CLIPTextEncode.text')).toBeNull();
    expect(named('text')).toBeNull();
  });
});

const cat = textRow(2, { '6.text': 'a cat' });

async function inputs(rows: readonly Row[], wish: Wish = {}) {
  const { jobs, problems } = await planned(rows, ofToy(wish));
  return { jobs: jobs.map(({ input, names = {}, axes }) => ({ input, names, axes })), problems };
}

async function messages(rows: readonly Row[], wish: Wish = {}): Promise<readonly string[]> {
  const { problems } = await planned(rows, ofToy(wish));
  return problems.map(({ severity, message }) => `${severity}: ${message}`);
}

describe('a column', () => {
  test('is an input by key, by title and by the kind of its node, and the job keeps what it is called', async () => {
    const row = textRow(2, {
      '6.text': 'a cat',
      "'Negative prompt'.text": 'dogs',
      'ksampler.SEED': '4',
      '10.strength_model': '1',
    });
    const { jobs, problems } = await inputs([row]);
    expect(problems).toEqual([]);
    expect(jobs).toEqual([
      {
        input: { '6.text': 'a cat', '7.text': 'dogs', '10.strength_model': 1, '31.seed': 4 },
        names: { '7.text': 'Negative prompt.text', '31.seed': 'ksampler.SEED' },
        axes: {},
      },
    ]);
  });

  test('has a short name by a rename', async () => {
    const row = textRow(2, { Prompt: 'a cat', seed: '4' });
    const { jobs, problems } = await inputs([row], { renames: { prompt: '6.text', seed: 'KSampler.seed' } });
    expect(problems).toEqual([]);
    expect(jobs).toEqual([
      {
        input: { '6.text': 'a cat', '31.seed': 4 },
        names: { '6.text': 'prompt', '31.seed': 'seed' },
        axes: {},
      },
    ]);
  });

  test.each<[Record<string, string>, string]>([
    [
      { 'CLIPTextEncode.text': 'a' },
      'error: "CLIPTextEncode.text" may be 6.text (Positive prompt), 7.text (Negative prompt) of deployment:toy; write the one that is meant, such as 6.text',
    ],
    [
      { '31.positive': 'a' },
      'error: "31.positive" of deployment:toy is linked to node 6 (Loader), output 1; set 6.text (Positive prompt), or write "31.positive!" to replace the link',
    ],
    [
      { 'KSampler.positive': 'a' },
      'error: "KSampler.positive" (31.positive) of deployment:toy is linked to node 6 (Loader), output 1; set 6.text (Positive prompt), or write "31.positive!" to replace the link',
    ],
    [
      { '60.text': 'a' },
      'error: unknown column "60.text"; did you mean "6.text"? (--map 60.text=6.text sends it, --map 60.text=60.text keeps it as a tag)',
    ],
    [
      { 'Positve prompt.text': 'a' },
      'error: unknown column "Positve prompt.text"; did you mean "Positive prompt.text"? (--map \'Positve prompt.text=Positive prompt.text\' sends it, --map \'Positve prompt.text=Positve prompt.text\' keeps it as a tag)',
    ],
    [
      { '99.something': 'a' },
      'error: deployment:toy has no input "99.something"; --map 99.something=99.something keeps it as a tag',
    ],
    [
      { '6.text': 'a', 'Positive prompt.text': 'b' },
      'error: the columns "6.text" and "Positive prompt.text" both mean 6.text',
    ],
  ])('%j is refused', async (cells, message) => {
    expect(await messages([textRow(2, cells)])).toEqual([message]);
  });

  test('that is ambiguous or linked can be kept as a tag', async () => {
    for (const column of ['CLIPTextEncode.text', '31.positive', '99.something']) {
      const { jobs, problems } = await planned(
        [textRow(2, { '6.text': 'a', [column]: 'b' })],
        ofToy({ renames: { [column]: column } }),
      );
      expect(problems).toEqual([]);
      expect(jobs).toMatchObject([{ input: { '6.text': 'a' }, tags: { [column]: 'b' } }]);
    }
  });

  test('replaces a link on purpose, which the plan says', async () => {
    const { jobs, problems } = await inputs([textRow(2, { '31.positive!': 'x' })]);
    expect(jobs[0]?.input).toEqual({ '31.positive': 'x' });
    expect(problems.map(({ severity, message }) => `${severity}: ${message}`)).toEqual([
      'warning: 31.positive (KSampler) is linked to node 6 (Loader), output 1; the value that you give replaces the link',
    ]);
  });

  test('is told of as not sent where it is called like an input of the model', async () => {
    expect(await messages([textRow(2, { '6.text': 'a', strength: '1' })])).toEqual([
      'warning: "strength" is not sent: deployment:toy calls that input 10.strength_model; --map strength=10.strength_model sends it',
    ]);
  });

  test.each(['6.inputs.text', 'body.6.inputs.text'])(
    '%s is told of the input that it leads to',
    async (column) => {
      expect(await messages([textRow(2, { [column]: 'a' })])).toEqual([
        expect.stringContaining(`unknown column "${column}"; did you mean "6.text"?`),
      ]);
    },
  );

  test('that holds an object is told how to reach the inputs in it', async () => {
    const rows = [typedRow(1, { '7': { inputs: { text: 'dogs' } }, '6.text': 'a' })];
    expect(await messages(rows)).toEqual([
      'warning: "7" holds inputs.text (7.text), which is not sent; --map 7.inputs.text=7.text sends it',
    ]);
    const { jobs } = await inputs(rows, { renames: { '7.inputs.text': '7.text' } });
    expect(jobs[0]?.input).toEqual({ '6.text': 'a', '7.text': 'dogs' });
  });

  test('is refused where it holds prompts that would not be sent, unless that is meant', async () => {
    expect(await messages([textRow(2, { Prompt: 'a' })])).toEqual([
      'error: "Prompt" is not sent: deployment:toy calls that input 6.text; --map Prompt=6.text sends it, --map Prompt=Prompt keeps it as a tag',
    ]);
    for (const wish of [{ renames: { Prompt: 'Prompt' } }, { defaults: { '6.text': '{{prompt}}, oil' } }]) {
      expect(await messages([textRow(2, { Prompt: 'a' })], wish)).toEqual([]);
    }
  });
});

describe('axes, defaults, templates and names of files', () => {
  const renames = { prompt: '6.text', seed: 'KSampler.seed', strength: '10.strength_model' };

  test('use the short names', async () => {
    const { jobs, problems } = await planned(
      [textRow(2, { animal: 'cat' })],
      ofToy({
        renames,
        defaults: { prompt: 'a {{animal}}', '7.text': 'not {{prompt}} at {{strength}}' },
        axes: { seed: '1-2', strength: [0.5, 1] },
        exclude: ['strength=1,seed=2'],
        name: '{prompt}/{seed}-{strength}',
      }),
    );
    expect(problems).toEqual([]);
    expect(jobs.map(({ axes }) => axes)).toEqual([
      { seed: 1, strength: 0.5 },
      { seed: 1, strength: 1 },
      { seed: 2, strength: 0.5 },
    ]);
    expect(jobs[1]).toMatchObject({
      input: { '6.text': 'a cat', '7.text': 'not a cat at 1', '31.seed': 1, '10.strength_model': 1 },
      names: { '6.text': 'prompt', '31.seed': 'seed', '10.strength_model': 'strength' },
      pathTemplate: 'files/a cat/1-1{_i}.{ext}',
    });
  });

  test('link by short names, and call files after the prompt and the axes', async () => {
    const { jobs, problems } = await planned([], {
      ...ofToy({
        renames,
        declared: true,
        alone: true,
        words: ['prompt=a cat || a dog', 'strength=0.5,1'],
        link: ['prompt,strength'],
      }),
    });
    expect(problems).toEqual([]);
    expect(jobs.map(({ axes }) => axes)).toEqual([
      { prompt: 'a cat', strength: 0.5 },
      { prompt: 'a dog', strength: 1 },
    ]);
    expect(jobs[0]?.pathTemplate).toMatch(/^files\/a-cat\/a-cat-strength0-5-[0-9a-f]{8}\{/);
  });

  test('give way to a word that calls the same input otherwise', async () => {
    const { jobs, problems } = await inputs([], {
      renames,
      declared: true,
      alone: true,
      axes: { seed: '1-2', strength: '0.5,1' },
      words: ['31.seed=5-6'],
      link: ['seed,strength'],
    });
    expect(problems).toEqual([]);
    expect(jobs.map(({ axes }) => axes)).toEqual([
      { seed: 5, strength: 0.5 },
      { seed: 6, strength: 1 },
    ]);
  });

  test('take words by key and by title', async () => {
    const words = ['31.seed=1..2', 'Positive prompt.text=a cat, sitting', '"Negative prompt".text=dogs'];
    const { jobs, problems } = await inputs([], { alone: true, words });
    expect(problems).toEqual([]);
    expect(jobs).toEqual(
      [1, 2].map((seed) => ({
        input: { '6.text': 'a cat, sitting', '7.text': 'dogs', '31.seed': seed },
        names: { '6.text': 'Positive prompt.text', '7.text': 'Negative prompt.text' },
        axes: { '31.seed': seed },
      })),
    );
  });

  test.each<[Wish, string]>([
    [{ words: ['prompt=a', '6.text=b'], renames }, 'error: 6.text is given twice: prompt=a and 6.text=b'],
    [{ words: ['31.seed=1-2'], seeds: 2 }, 'error: 31.seed is given twice: 31.seed=1-2 and --seeds 2'],
    [
      { words: ['CLIPTextEncode.text=a'] },
      'error: "CLIPTextEncode.text" may be 6.text (Positive prompt), 7.text (Negative prompt) of deployment:toy; write the one that is meant, such as 6.text',
    ],
    [{ words: ['6.txt=a'] }, 'error: 6.txt=a: deployment:toy has no input "6.txt"; did you mean "6.text"?'],
    [
      { defaults: { '31.positive': 'a' } },
      'error: the default of 31.positive: "31.positive" of deployment:toy is linked to node 6 (Loader), output 1; set 6.text (Positive prompt), or write "31.positive!" to replace the link',
    ],
    [
      { words: ['6.text=a'], exclude: ['CLIPTextEncode.text=a'] },
      'error: --exclude CLIPTextEncode.text=a: "CLIPTextEncode.text" may be 6.text (Positive prompt), 7.text (Negative prompt) of deployment:toy; write the one that is meant, such as 6.text',
    ],
    [
      { words: ['6.text=a'], renames: { prompt: '6.txt' } },
      'error: --map prompt=6.txt: deployment:toy has no input "6.txt"; did you mean "6.text"?',
    ],
    [
      { words: ['6.text=a'], renames: { '6.text': '7.text' } },
      'error: --map 6.text=7.text: deployment:toy has an input "6.text" of its own; choose another name',
    ],
    [
      { words: ['prompt=a'] },
      'error: prompt=a: deployment:toy has no input "prompt"; did you mean "6.text"? (--map prompt=6.text gives it that name)',
    ],
  ])('%j is refused', async (wish, message) => {
    const found = await messages([], { alone: true, ...wish });
    expect(found.filter((each) => each.startsWith('error'))).toContain(message);
  });
});

test.each<[Record<string, string>, Record<string, string>, string]>([
  [{ '7.text': 'dogs', '6.text': 'a cat' }, {}, 'a-cat'],
  [{ '7.text': 'dogs', '6.text': 'a cat' }, { prompt: '7.text' }, 'dogs'],
  [{ '7.text': 'dogs', '31.steps': '5' }, {}, 'dogs'],
  [{ '31.steps': '5' }, {}, 'toy'],
])('%j with the names %j is called after its prompt', async (cells, renames, folder) => {
  const wish = ofToy({ renames, declared: true }, { ...toyModel(), id: 'deployment:toy' });
  const { jobs } = await planned([textRow(2, cells)], wish);
  expect(jobs[0]?.pathTemplate.split('/')[1]).toBe(folder === 'toy' ? 'deployment-toy' : folder);
});

test('a model that is called by a UUID gives its files the beginning of it', async () => {
  const model = { ...toyModel(), id: 'deployment:1f0c8a52-7d3e-4b6a-9c1d-2e4f60718293' };
  const { jobs } = await planned([textRow(2, { '31.steps': '5' })], ofToy({}, model));
  expect(jobs[0]?.pathTemplate).toMatch(/^files\/deployment-1f0c8a52\//);
});

describe('seeds', () => {
  test('are those of the only input that is a seed', async () => {
    const { jobs, problems } = await inputs([cat], { seeds: 2 });
    expect(problems).toEqual([]);
    expect(jobs.map(({ input, axes }) => [input['31.seed'], axes])).toEqual([
      [1, { '31.seed': 1 }],
      [2, { '31.seed': 2 }],
    ]);
  });

  const two: readonly ToyNode[] = [
    { id: '3', kind: 'KSampler', title: 'First', inputs: { seed: 1 } },
    { id: '12:3', kind: 'KSamplerAdvanced', title: 'Second', inputs: { noise_seed: 1 } },
  ];

  test('have to be named where there are several', async () => {
    const wish = ofToy({ seeds: 2, alone: true }, toyModel(two));
    const { jobs, problems } = await planned([], wish);
    expect(jobs).toEqual([]);
    expect(problems.map(({ message }) => message)).toEqual([
      '--seeds 2: deployment:toy has several seeds: 3.seed (First), 12:3.noise_seed (Second); name one, such as --map seed=3.seed',
    ]);
    const named = await planned([], { ...wish, renames: { seed: 'Second.noise_seed' } });
    expect(named.problems).toEqual([]);
    expect(named.jobs.map(({ input, axes }) => [input, axes])).toEqual(
      [1, 2].map((seed) => [{ '12:3.noise_seed': seed }, { seed }]),
    );
  });

  test('are drawn for random, and refused where they cannot be sent to the digit', async () => {
    const { jobs } = await inputs([textRow(2, { '31.seed': 'random' })]);
    expect(Number.isSafeInteger(jobs[0]?.input['31.seed'])).toBe(true);
    expect(await messages([textRow(2, { '31.seed': '18446744073709551615' })])).toEqual([
      'error: 31.seed "18446744073709551615" has more digits than can be sent exactly',
    ]);
    expect(await messages([], { alone: true, words: ['31.seed=18446744073709551615'] })).toEqual([
      expect.stringContaining('has more digits than can be sent exactly'),
    ]);
  });
});

describe('a plan of named inputs', () => {
  test('uses a column that replaces a link by a short name', async () => {
    const { jobs, problems } = await inputs([textRow(2, { 'lens!': 'wide' })], {
      renames: { lens: '6.clip' },
    });
    expect(problems.map(({ severity }) => severity)).toEqual(['warning']);
    expect(jobs).toEqual([{ input: { '6.clip': 'wide' }, names: { '6.clip': 'lens' }, axes: {} }]);
  });

  test('uses a short name that replaces a link', async () => {
    const found = await planned(
      [textRow(2, { '6.text': 'a' })],
      ofToy({ renames: { lens: '6.clip' }, words: ['lens!=wide'] }),
    );
    expect(found.problems.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(found.jobs).toMatchObject([
      { input: { '6.clip': 'wide', '6.text': 'a' }, names: { '6.clip': 'lens' } },
    ]);
  });

  test('says once which they are', async () => {
    const wish = ofToy({ renames: { prompt: '6.text' }, words: ['KSampler.seed=1-2'] });
    const all = await allPlanned(
      [textRow(2, { prompt: 'a' }), textRow(3, { prompt: 'b' })],
      requestFor(wish),
    );
    expect(all.filter(({ type }) => type === 'inputs')).toEqual([
      {
        type: 'inputs',
        model: 'deployment:toy',
        inputs: [
          { name: 'prompt', input: '6.text', title: 'Positive prompt', unlinks: false },
          { name: 'KSampler.seed', input: '31.seed', title: 'KSampler', unlinks: false },
        ],
      },
    ]);
  });

  test('takes links, the own file of the model, and the value that it has anyway', async () => {
    const images = ['https://x.y/a.png', 'data:image/png;base64,AAAA', 'example.png'];
    for (const image of images) {
      const { jobs, problems } = await inputs([textRow(2, { "Bob's image.image": image })]);
      expect(problems).toEqual([]);
      expect(jobs[0]?.input).toEqual({ '12:3.image': image });
    }
    expect(await messages([textRow(2, { '12:3.image': 'other.png' })])).toEqual([
      expect.stringContaining('is not a public https link'),
    ]);
    expect((await inputs([textRow(2, { '31.steps': '20' })])).jobs[0]?.input).toEqual({ '31.steps': 20 });
  });

  test('gives jobs the same ids whatever the inputs are called', async () => {
    const key = fc.constantFrom('6.text', 'Positive prompt.text', "'positive prompt'.text", 'prompt');
    await fc.assert(
      fc.asyncProperty(key, fc.boolean(), async (column, isAxis) => {
        const wish = { renames: { prompt: '6.text' } };
        const asked = isAxis
          ? await planned([], ofToy({ ...wish, alone: true, words: [`${column}=a cat`] }))
          : await planned([textRow(2, { [column]: 'a cat' })], ofToy(wish));
        expect(asked.jobs.map(({ id }) => id)).toEqual([
          jobId('deployment:toy', { '6.text': 'a cat' }, 1, null),
        ]);
      }),
      { numRuns: 20 },
    );
  });

  test('sets by any name the one input that is called so, or none', async () => {
    const value = (type: string): string => (type === 'string' ? 'a' : '1');
    await fc.assert(
      fc.asyncProperty(
        nodes,
        fc.nat(),
        fc.boolean(),
        fc.boolean(),
        async (workflow, nth, isAxis, isShort) => {
          const model = toyModel(workflow);
          const { fields } = compileInputs(model);
          const every = [...(fields?.values() ?? [])];
          const names = every.flatMap(({ name, xNames }) => [name, `${name}!`, ...xNames]);
          const name = names[nth % names.length] as string;
          const found = readName(name, compileInputs(model));
          const type = found?.type === 'input' ? (fields?.get(found.name)?.types[0] ?? 'string') : 'string';
          const renames = isShort ? { short: name } : {};
          const column = isShort ? 'short' : name;
          const source = {
            name: column,
            given: { kind: 'list', values: [value(type)] },
            source: 's',
            place: null,
          } as const;
          const request = requestFor(ofToy({ renames, alone: isAxis }, model));
          const all = await allPlanned(
            isAxis ? [] : [textRow(2, { [column]: value(type) })],
            isAxis ? { ...request, axes: [source] } : request,
          );
          const jobs = all.flatMap((each) => (each.type === 'job' ? [each.job] : []));
          const isRefused = all.some((each) => each.type === 'problem' && each.problem.severity === 'error');
          expect(isRefused).toBe(found?.type !== 'input');
          for (const { id, input, names: called = {} } of jobs) {
            const key = found?.type === 'input' ? found.name : '';
            expect(Object.keys(input)).toEqual([key]);
            expect(id).toBe(jobId(model.id, input, 1, null));
            if (isShort) expect(called).toEqual({ [key]: 'short' });
            else expect(Object.keys(called).every((each) => each === key)).toBe(true);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  test('resolves names for each model of its own', async () => {
    const other: readonly ToyNode[] = [
      { id: '2', kind: 'CLIPTextEncode', title: 'Positive prompt', inputs: { text: '' } },
    ];
    const models = [toyModel(), toyModel(other, 'deployment:other')];
    const rows = models.map(({ id }, index) => textRow(index + 2, { model: id, prompt: 'a' }));
    const { jobs, problems } = await planned(rows, {
      renames: { prompt: 'Positive prompt.text' },
      modelOf: async (id) => models.find((model) => model.id === id) ?? null,
    });
    expect(problems).toEqual([]);
    expect(jobs.map(({ input, names }) => [input, names])).toEqual([
      [{ '6.text': 'a' }, { '6.text': 'prompt' }],
      [{ '2.text': 'a' }, { '2.text': 'prompt' }],
    ]);
  });
});

test('a model that does not list its inputs has those that short names lead to', async () => {
  const unlisted = { ...toyModel(), inputSchema: null };
  const renames = { prompt: '6.text', seed: '31.seed' };
  const wish = ofToy(
    { renames, declared: true, axes: { seed: '1,2' }, defaults: { prompt: 'a {{animal}}' } },
    unlisted,
  );
  const { jobs } = await planned([textRow(2, { animal: 'fox', '7.text': 'x' })], {
    ...wish,
    name: '{prompt}-{seed}',
  });
  expect(jobs.map(({ input, names, axes, pathTemplate }) => [input, names, axes, pathTemplate])).toEqual(
    ['1', '2'].map((seed) => [
      { '7.text': 'x', '6.text': 'a fox', '31.seed': seed },
      { '6.text': 'prompt', '31.seed': 'seed' },
      { seed },
      `files/a fox-${seed}{_i}.{ext}`,
    ]),
  );
});

test('a schema of plain names knows no other names', () => {
  const properties = { prompt: { type: 'string' }, loras: { type: 'array' } };
  expect(compileInputs({ ...toyModel(), inputSchema: { type: 'object', properties } }).addresses).toBeNull();
  expect(Object.keys(toySchema([]))).toEqual(['type', 'properties']);
});
