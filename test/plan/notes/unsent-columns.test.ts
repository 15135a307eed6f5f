import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Problem } from '../../../src/core/complaints.ts';
import type { JsonValue } from '../../../src/core/json.ts';
import type { Row } from '../../../src/core/row.ts';
import { sized } from '../../support/tiers.ts';
import {
  allPlanned,
  fixtureModel,
  modelWith,
  requestFor,
  textRow,
  typedRow,
  type Wish,
} from '../plan-arrange.ts';

interface Told {
  readonly notes: readonly string[];
  readonly warnings: readonly string[];
  readonly errors: readonly string[];
  readonly inputs: readonly JsonValue[];
  readonly tags: readonly Readonly<Record<string, string>>[];
  readonly proposals: ReadonlyMap<string, string>;
}

async function told(rows: readonly Row[], wish: Wish = {}): Promise<Told> {
  const problems: Problem[] = [];
  const inputs: JsonValue[] = [];
  const tags: Readonly<Record<string, string>>[] = [];
  let proposals: ReadonlyMap<string, string> = new Map();
  for (const each of await allPlanned(rows, requestFor(wish))) {
    if (each.type === 'problem') problems.push(each.problem);
    else if (each.type === 'unsent') {
      problems.push(...each.notes);
      ({ proposals } = each);
    } else if (each.type === 'job') {
      inputs.push(each.job.input);
      tags.push(each.job.tags);
    }
  }
  const of = (wanted: Problem['severity']): string[] =>
    problems.filter(({ severity }) => severity === wanted).map(({ message }) => message);
  return { notes: of('note'), warnings: of('warning'), errors: of('error'), inputs, tags, proposals };
}

const ideogram = 'ideogram/ideogram-v2/generate';

test('columns that are not sent are named once, however many rows there are', async () => {
  const rows = [2, 3, 4].map((line) =>
    textRow(line, { prompt: 'a', Category: 'x', Challenge: 'y', Note: 'z' }),
  );
  expect(await told(rows)).toMatchObject({
    notes: ['kept as tags, not sent: Category, Challenge, Note'],
    warnings: [],
    errors: [],
  });
});

test('a column that is mapped to itself, or that a template draws on, is not named', async () => {
  const rows = [textRow(2, { prompt: 'a {{animal}}', animal: 'fox', lang: 'en', Place: 'x', note: 'n' })];
  const wish = { renames: { lang: 'lang' }, defaults: { negative_prompt: 'no {{place}}' } };
  expect((await told(rows, wish)).notes).toEqual(['kept as tags, not sent: note']);
});

test.each<[string, string, string]>([
  ['n_prompt', 'negative_prompt', '--map n_prompt=negative_prompt'],
  ['negative', 'negative_prompt', '--map negative=negative_prompt'],
  ['neg', 'negative_prompt', '--map neg=negative_prompt'],
  ['neg_prompt', 'negative_prompt', '--map neg_prompt=negative_prompt'],
  ['Neg Prompt', 'negative_prompt', "--map 'Neg Prompt=negative_prompt'"],
  ['ar', 'aspect_ratio', '--map ar=aspect_ratio'],
  ['Aspect', 'aspect_ratio', '--map Aspect=aspect_ratio'],
  ['ratio', 'aspect_ratio', '--map ratio=aspect_ratio'],
  ['style_type', 'style', '--map style_type=style'],
  ['style_preset', 'style', '--map style_preset=style'],
  ['magic_prompt', 'expand_prompt', '--map magic_prompt=expand_prompt'],
  ['evaluation_seed', 'seed', '--map evaluation_seed=seed'],
])('the usual name %s is warned of as %s', async (column, input, flag) => {
  const { warnings, errors, inputs } = await told([textRow(2, { prompt: 'a', [column]: '7' })]);
  expect(errors).toEqual([]);
  expect(inputs).toEqual([{ prompt: 'a' }]);
  expect(warnings).toEqual([
    `"${column}" is not sent: ${ideogram} calls that input ${input}; ${flag} sends it`,
  ]);
});

test.each(['negativePrompt', 'Negative prompt', 'aspectRatio', 'Aspect-Ratio', 'stlye'])(
  'the slip %s stays an error with both ways out',
  async (column) => {
    const { errors } = await told([textRow(2, { prompt: 'a', [column]: 'x' })]);
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/did you mean "\w+"\? \(--map .+ sends it, --map .+ keeps it as a tag\)$/);
  },
);

test('n_prompt is never taken for the prompt, also where the model has no negative prompt', async () => {
  const model = modelWith({
    type: 'object',
    required: ['prompt'],
    properties: { prompt: { type: 'string' } },
  });
  const { errors, warnings, notes } = await told([textRow(2, { prompt: 'a', n_prompt: 'fog' })], {
    model: model.id,
    modelOf: async () => model,
  });
  expect([errors, warnings, notes]).toEqual([[], [], ['kept as tags, not sent: n_prompt']]);
});

test('no warning is given where the row, a word or a default gives the input itself', async () => {
  const row = textRow(2, { prompt: 'a', negative: 'fog', negative_prompt: 'rain' });
  expect((await told([row])).warnings).toEqual([]);
  const open = textRow(2, { prompt: 'a', negative: 'fog' });
  expect((await told([open], { words: ['negative_prompt=rain'] })).warnings).toEqual([]);
  expect((await told([open], { defaults: { negative_prompt: 'rain' } })).warnings).toEqual([]);
  expect((await told([row, open])).warnings).toHaveLength(1);
});

test.each<[Readonly<Record<string, JsonValue>>, string]>([
  [{ size: '1024x1024' }, 'add aspect_ratio=1:1, which is the shape of 1024 × 1024'],
  [{ resolution: '1920 × 1080' }, 'add aspect_ratio=16:9, which is the shape of 1920 × 1080'],
  [{ width: 1920, height: 1080 }, 'add aspect_ratio=16:9, which is the shape of 1920 × 1080'],
  [{ height: '1024', width: '768' }, 'add aspect_ratio=3:4, which is the shape of 768 × 1024'],
  [{ size: '16:9' }, '--map size=aspect_ratio sends "size" as that'],
  [{ size: '1000x313' }, 'none of its choices has the shape 1000 × 313; choose one of 3:1, 16:9'],
])('the shape %j is told in the words of the model', async (cells, advice) => {
  const { warnings } = await told([typedRow(1, { prompt: 'a', ...cells })]);
  expect(warnings).toHaveLength(1);
  expect(warnings[0]).toContain(`${ideogram} takes aspect_ratio instead`);
  expect(warnings[0]).toContain(advice);
});

test('shapes that differ from row to row ask for a column', async () => {
  const rows = ['1024x1024', '1920x1080'].map((size, index) => textRow(index + 2, { prompt: 'a', size }));
  const [warning] = (await told(rows)).warnings;
  expect(warning).toContain('add a column aspect_ratio, with 1:1 for 1024 × 1024');
});

test('a size that is no shape is but a tag', async () => {
  expect((await told([textRow(2, { prompt: 'a', size: 'large', width: '7' })])).warnings).toEqual([]);
});

test('a number of pictures is the input of the model, or --repeat', async () => {
  const rows = [textRow(2, { prompt: 'a', n: '4' }), textRow(3, { prompt: 'b', n: '4' })];
  expect((await told(rows)).notes[0]).toContain('--repeat 4 makes 4 jobs of each row');
  expect((await told(rows, { repeat: 2 })).notes).toEqual(['kept as tags, not sent: n']);
  const { warnings } = await told(rows, { model: 'google/nano-banana-2/text-to-image' });
  expect(warnings[0]).toContain('--map n=num_images sends it');
});

test('a column of running numbers is not taken for a number of pictures', async () => {
  const rows = [1, 2, 3].map((n) => textRow(n + 1, { prompt: 'a', n: String(n) }));
  expect((await told(rows)).notes).toEqual(['kept as tags, not sent: n']);
});

test('inputs inside an object beside the prompt are named, and --map reaches into it', async () => {
  const parameters = { negative_prompt: 'fog', extra: { seed: 7 }, steps: 30 };
  const rows = [typedRow(1, { prompt: 'a', parameters })];
  const { warnings } = await told(rows);
  expect(warnings).toEqual([
    '"parameters" holds negative_prompt, extra.seed (seed), which are not sent; --map parameters.negative_prompt=negative_prompt --map parameters.extra.seed=seed send them',
  ]);
  const renames = { 'parameters.negative_prompt': 'negative_prompt', 'parameters.extra.seed': 'seed' };
  const lifted = await told(rows, { renames });
  expect(lifted.inputs).toEqual([{ prompt: 'a', negative_prompt: 'fog', seed: 7 }]);
  expect([...lifted.warnings, ...lifted.errors, ...lifted.notes]).toEqual([]);
});

test('--map reaches into the JSON of a table cell, and names the cell where that is wrong', async () => {
  const rows = [textRow(2, { prompt: 'a', opts: '{"seed":"x"}' })];
  const { errors } = await told(rows, { renames: { 'opts.seed': 'seed' } });
  expect(errors).toEqual(['seed "x" is text, not a whole number']);
});

test('a path that leads nowhere in any row renames nothing, which is an error', async () => {
  const rows = [typedRow(1, { prompt: 'a', parameters: { seed: 1 } })];
  const { errors } = await told(rows, { renames: { 'parameters.sed': 'seed' } });
  expect(errors).toEqual([expect.stringContaining('--map parameters.sed=seed renames nothing')]);
});

test('a column with a dot in its name goes before a path', async () => {
  const rows = [typedRow(1, { prompt: 'a', 'p.seed': 3, p: { seed: 4 } })];
  expect((await told(rows, { renames: { 'p.seed': 'seed' } })).inputs).toEqual([{ prompt: 'a', seed: 3 }]);
});

test('a column that one model of a plan takes and another does not is told for the latter', async () => {
  const model = 'ideogram/ideogram-v2/generate,google/nano-banana-2/text-to-image';
  const { notes } = await told([textRow(2, { prompt: 'a', style: 'anime', lang: 'en' })], {
    words: [`model=${model}`],
  });
  expect(notes).toEqual([
    'kept as tags, not sent: lang',
    'kept as tags, not sent to google/nano-banana-2/text-to-image: style',
  ]);
});

test('an alias beside an image input is that input', async () => {
  const wish = { model: 'google/nano-banana-2/text-to-image' };
  const { warnings } = await told([textRow(2, { prompt: 'a', image: 'https://x.example/a.png' })], wish);
  expect(warnings[0]).toContain('--map image=image_urls sends it');
});

test('a width or height that is an object is no number of pixels', async () => {
  const rows = [typedRow(1, { prompt: 'a', width: { toString: 0 }, height: { valueOf: null } })];
  const { notes } = await told(rows, { modelOf: async () => fixtureModel('ideogram-v2') });
  expect(notes).toEqual([expect.stringContaining('width')]);
});

test('whatever columns rows have, nothing but problems comes out, and each column is named once', async () => {
  const names = fc.oneof(
    fc.constantFrom(
      'n_prompt',
      'size',
      'width',
      'height',
      'n',
      'parameters',
      '__proto__',
      'constructor',
      'text',
      'a.b',
      '.',
      'images',
    ),
    fc.string({ unit: 'binary', maxLength: 12 }),
  );
  const rows = fc.array(
    fc.dictionary(names, fc.jsonValue({ maxDepth: 3 }) as fc.Arbitrary<JsonValue>, { maxKeys: 6 }),
    {
      maxLength: 6,
    },
  );
  const renames = fc.dictionary(names, fc.constantFrom('seed', 'prompt', 'x'), { maxKeys: 2 });
  await fc.assert(
    fc.asyncProperty(rows, renames, async (all, mapped) => {
      const typed = all.map((cells, index) => typedRow(index + 1, { prompt: 'a', ...cells }));
      const { notes } = await told(typed, {
        renames: mapped,
        modelOf: async () => fixtureModel('ideogram-v2'),
      });
      expect(notes.filter((note) => note.startsWith('kept as tags, not sent')).length).toBeLessThanOrEqual(1);
      for (const note of notes) expect(note).not.toMatch(/[\u0000-\u001f\u202e]/);
    }),
    { numRuns: sized(40, 150) },
  );
});
