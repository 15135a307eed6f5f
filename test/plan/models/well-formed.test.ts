import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { isWellFormed } from '../../../src/plan/models/well-formed.ts';
import { providers } from '../../../src/providers/providers.ts';

const meta = new Ajv2020({ strict: false, logger: false });

const name = fc.constantFrom('prompt', 'seed', 'constructor');
const value: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom('string', 'integer', 'array', 'text', '', null, true, 0, 1, -1, 0.5),
  fc.array(fc.constantFrom('string', 'null', 'prompt', 3), { maxLength: 3 }),
);
const { schema } = fc.letrec<{ schema: JsonValue }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.constantFrom<JsonValue>(true, false, {}, 'string', null, []),
    fc.dictionary(
      fc.constantFrom(
        'type',
        'enum',
        'required',
        'minimum',
        'maxLength',
        'title',
        'uniqueItems',
        'default',
        '$ref',
        'pattern',
        'multipleOf',
        'format',
        'examples',
      ),
      value,
    ) as fc.Arbitrary<JsonValue>,
    fc.record(
      {
        type: value,
        properties: fc.dictionary(name, tie('schema')) as fc.Arbitrary<JsonValue>,
        items: tie('schema'),
        additionalProperties: tie('schema'),
        anyOf: fc.array(tie('schema'), { maxLength: 2 }) as fc.Arbitrary<JsonValue>,
        required: value,
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<JsonValue>,
  ),
}));

test('what is well formed passes the meta schema of JSON Schema', () => {
  let found = 0;
  fc.assert(
    fc.property(schema, (each) => {
      if (!isWellFormed(each)) return;
      found += 1;
      expect(meta.validateSchema(each as JsonObject | boolean)).toBe(true);
    }),
    { numRuns: 3_000 },
  );
  expect(found).toBeGreaterThan(300);
});

test('the built-in models are well formed, so that a plan of them asks no meta schema', () => {
  for (const { builtIn } of Object.values(providers)) {
    for (const { inputSchema } of builtIn) expect(isWellFormed(inputSchema)).toBe(true);
  }
});

test.each<[string, JsonValue]>([
  ['a type that there is not', { type: 'strnig' }],
  ['a name required twice', { required: ['prompt', 'prompt'] }],
  ['a limit in words', { properties: { seed: { minimum: '0' } } }],
  ['a reference', { properties: { seed: { $ref: '#/$defs/seed' } } }],
  ['an empty choice of schemas', { anyOf: [] }],
  ['an inherited key', { constructor: true }],
])('%s is for the meta schema', (_, each) => {
  expect(isWellFormed(each)).toBe(false);
});
