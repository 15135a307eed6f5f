import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../../src/core/json.ts';
import { quickCheckOf } from '../../../src/plan/models/plain-schema.ts';
import { providers } from '../../../src/providers/providers.ts';

const value: fc.Arbitrary<JsonValue> = fc.oneof(
  fc.constantFrom(null, true, false, 0, -0, 1, 5, 1.5, -3, '', 'a', 'ab', '😀', 'constructor'),
  fc.constantFrom<JsonValue>([], ['a'], {}, { a: 1 }),
);
const type = fc.constantFrom('null', 'boolean', 'integer', 'number', 'string', 'array', 'object');
const member = fc.record(
  {
    title: fc.constant('A title'),
    type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
    enum: fc.array(value, { minLength: 1, maxLength: 4 }),
    minimum: fc.integer({ min: -3, max: 3 }),
    maximum: fc.integer({ min: -3, max: 6 }),
    maxLength: fc.nat({ max: 2 }),
    default: value,
  },
  { requiredKeys: [] },
) as fc.Arbitrary<JsonObject>;
const name = fc.constantFrom('prompt', 'seed', 'constructor', 'toString');
const schema = fc.record(
  {
    type: fc.constant('object'),
    properties: fc.dictionary(name, member),
    required: fc.uniqueArray(name, { maxLength: 2 }),
    additionalProperties: fc.boolean(),
  },
  { requiredKeys: ['type', 'properties'] },
) as fc.Arbitrary<JsonObject>;

describe('quickCheckOf', () => {
  test('takes no body that ajv would refuse, and leaves only wide characters for it that it would take', () => {
    let [taken, left] = [0, 0];
    fc.assert(
      fc.property(schema, fc.array(fc.dictionary(name, value), { maxLength: 8 }), (each, bodies) => {
        const quick = quickCheckOf(each);
        if (quick === null) return;
        const validate = new Ajv2020({ strict: false, ownProperties: true, logger: false }).compile(each);
        for (const body of bodies) {
          const fits = validate(body);
          if (quick.body(body)) {
            expect(Object.entries(body).every(([key, one]) => quick.input(key, one))).toBe(true);
            expect(fits).toBe(true);
            taken += 1;
          } else if (fits) expect(Object.values(body)).toContain('😀');
          else left += 1;
        }
      }),
      { numRuns: 1_000 },
    );
    expect(Math.min(taken, left)).toBeGreaterThan(100);
  });

  test('knows the built-in models', () => {
    for (const { builtIn } of Object.values(providers)) {
      for (const { inputSchema } of builtIn) expect(quickCheckOf(inputSchema as JsonObject)).not.toBe(null);
    }
  });

  test.each<[string, JsonObject]>([
    ['a format', { seed: { type: 'string', format: 'date' } }],
    ['a list', { seed: { type: 'array', items: { type: 'integer' } } }],
    ['a choice of objects', { seed: { enum: [{}] } }],
    ['an empty choice', { seed: { enum: [] } }],
    ['a type that there is not', { seed: { type: 'strnig' } }],
    ['no object', { seed: true }],
  ])('leaves %s to ajv', (_, properties) => {
    expect(quickCheckOf({ type: 'object', properties })).toBe(null);
  });
});
