import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import type { InputField } from '../../../src/plan/models/input-field.ts';
import { compileInputs } from '../../../src/plan/models/schema.ts';
import { sized } from '../../support/tiers.ts';
import { fixtureModel, type fixtureNames, modelWith } from '../plan-arrange.ts';

test('a schema that refers to itself ends, and accepts anything below', () => {
  const node = { type: 'object', properties: { left: { $ref: '#/$defs/n' }, right: { $ref: '#/$defs/n' } } };
  const model = modelWith({
    type: 'object',
    properties: { tree: { $ref: '#/$defs/n' } },
    $defs: { n: node },
  });
  const inputs = compileInputs(model);
  expect(inputs.check({ tree: { left: { right: {} } } })).toEqual([]);
  expect(inputs.check({ tree: { left: { right: 1 } } })).toHaveLength(1);
});

type Told = Partial<InputField>;

test.each<[(typeof fixtureNames)[number], Record<string, Told>]>([
  [
    'ideogram-v2',
    {
      prompt: { types: ['string'], required: true, byDefault: 'A cat reading the news' },
      style: { types: ['string'], choices: ['auto', 'general', 'realistic', 'design', 'render_3D', 'anime'] },
      aspect_ratio: { types: ['string'], required: false },
      expand_prompt: { types: ['boolean'], byDefault: true },
      negative_prompt: { types: ['string'], byDefault: null },
      seed: { types: ['integer'], minimum: 0, maximum: 2_147_483_647 },
    },
  ],
  [
    'flux-1-kontext-pro-edit',
    {
      prompt: { types: ['string'], required: true, description: 'What to change.' },
      image_url: { types: ['string'], required: true, media: 'image' },
      aspect_ratio: { types: ['string'], choices: ['1:1', '16:9', '9:16', '21:9'] },
      seed: { types: ['integer', 'null'], minimum: 0, maximum: 4_294_967_295 },
    },
  ],
  [
    'flux-2-klein-9b',
    {
      prompt: { types: ['string'], required: true },
      steps: { types: ['integer'], minimum: 1, maximum: 50 },
      guidance: { types: ['number'], minimum: 0, maximum: 10 },
      loras: { types: ['array'], media: null },
    },
  ],
  [
    'nano-banana-2',
    {
      prompt: { types: ['string'], required: true },
      num_images: { types: ['integer'], minimum: 1, maximum: 4 },
      image_urls: { types: ['array'], media: 'image' },
      resolution: { types: ['string', 'null'], choices: ['1K', '2K', '4K'] },
    },
  ],
  [
    'wan-3.0-image-to-video',
    {
      prompt: { types: ['string'], required: true },
      image_url: { types: ['string'], media: 'image', required: true },
      duration: { types: ['integer'], choices: [5, 10], byDefault: 5 },
      audio_url: { types: ['string'], media: 'audio', required: false },
    },
  ],
])('the inputs of %s are understood', (name, told) => {
  const inputs = compileInputs(fixtureModel(name));
  expect(inputs.doubt).toBeNull();
  expect([...(inputs.fields?.keys() ?? [])]).toEqual(Object.keys(told));
  expect(Object.fromEntries(inputs.fields ?? [])).toMatchObject(told);
});

test.each([
  ['https://files.example/a.png', true],
  ['HTTPS://files.example/a b.png', false],
  ['http://files.example/a.png', false],
  ['https:files.example', false],
  ['https://', false],
  ['https://files.example\\@other.example/', false],
  ['file:///etc/passwd', false],
  ['cat.png', false],
  ['data:image/png;base64,AAAA', true],
])('%s as a link to an image: %s', (link, sound) => {
  const inputs = compileInputs(fixtureModel('wan-3.0-image-to-video'));
  expect(inputs.check({ prompt: 'a', image_url: link })).toHaveLength(sound ? 0 : 1);
});

test('each of several patterns is tried on its own input', () => {
  const properties = { a: { type: 'string', pattern: '^a+$' }, b: { type: 'string', pattern: '^b+$' } };
  const inputs = compileInputs(modelWith({ properties }));
  expect(inputs.check({ a: 'aa', b: 'bb' })).toEqual([]);
  expect(inputs.check({ a: 'bb', b: 'aa' }).map(({ field }) => field)).toEqual(['a', 'b']);
});

test('a slow pattern is not tried on a long text', () => {
  const inputs = compileInputs(modelWith({ properties: { a: { type: 'string', pattern: '^a+$' } } }));
  expect(inputs.check({ a: 'b' })).toHaveLength(1);
  expect(inputs.check({ a: 'b'.repeat(10_001) })).toEqual([]);
});

test.each([
  ['none at all', null],
  ['no properties', { type: 'object' }],
  ['properties that are none', { type: 'object', properties: [] as never }],
])('with %s as schema nothing is known, and it says so', (_, schema) => {
  const inputs = compileInputs(modelWith(schema));
  expect(inputs.fields).toBeNull();
  expect(inputs.doubt).toMatch(/^The inputs of test\/model are .*nothing is checked\.$/);
});

test('no schema whatever makes the compiler throw', () => {
  const keyword = fc.constantFrom(
    ...[
      'type',
      'enum',
      'properties',
      'required',
      'anyOf',
      'oneOf',
      'allOf',
      '$ref',
      'items',
      'format',
      'pattern',
    ],
    ...[
      'minimum',
      'multipleOf',
      'not',
      'if',
      'then',
      'default',
      'nullable',
      '$id',
      '$schema',
      'dependentRequired',
    ],
  );
  const word = fc.constantFrom(
    'string',
    'float',
    'null',
    'array',
    '#',
    '#/properties/a',
    'image_uris',
    '(',
    'uri',
  );
  const { schema } = fc.letrec<{ schema: unknown; value: unknown }>((tie) => ({
    schema: fc.dictionary(keyword, tie('value'), { maxKeys: 5 }),
    value: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      word,
      fc.jsonValue({ maxDepth: 1 }),
      tie('schema'),
      fc.array(tie('schema'), { maxLength: 3 }),
      fc.array(word, { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b', '__proto__'), tie('schema'), { maxKeys: 3 }),
    ),
  }));
  fc.assert(
    fc.property(schema, schema, fc.jsonValue(), (a, b, value) => {
      const properties = { a, b } as JsonObject;
      const inputs = compileInputs(modelWith({ ...(b as JsonObject), properties }));
      expect(() => inputs.check({ a: value as string })).not.toThrow();
    }),
    { numRuns: sized(40, 150) },
  );
});
