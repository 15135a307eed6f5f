import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { standardise } from '../../../src/providers/wire/dialect.ts';
import { fixtureModel, fixtureNames } from '../../plan/plan-arrange.ts';

test.each<[JsonObject, JsonObject]>([
  [
    { type: 'float', default: null },
    { type: 'number', default: null },
  ],
  [{ type: 'INT' }, { type: 'integer' }],
  [{ type: 'file' }, {}],
  [{ type: ['string', 'null'] }, { type: ['string', 'null'] }],
  [{ type: 'string', nullable: true }, { type: ['string', 'null'] }],
  [
    { type: 'integer', enum: [5, 10] },
    { type: 'integer', enum: [5, 10] },
  ],
  [{ type: 'string', enum: [5, 10] }, { enum: [5, 10] }],
  [
    { type: 'string', enum: ['a', null] },
    { type: 'string', enum: ['a'] },
  ],
  [{ type: 'string', enum: [] }, { type: 'string' }],
  [
    { anyOf: [{ type: 'integer', minimum: 0 }, { type: 'null' }], title: 'Seed' },
    { title: 'Seed', type: ['integer', 'null'], minimum: 0 },
  ],
  [{ allOf: [{ $ref: '#/definitions/none' }] }, {}],
  [
    { type: 'string', format: 'image_uri' },
    { type: 'string', format: 'image_uri' },
  ],
  [
    { type: 'array', format: 'video_uris' },
    { type: 'array', items: { type: 'string', format: 'video_uri' } },
  ],
  [
    { type: 'string', format: 'textarea', validations: [{ max: 3 }], 'x-order': 1, description: 7 },
    { type: 'string', format: 'textarea' },
  ],
  [{ type: 'string', pattern: '(' }, { type: 'string' }],
  [{ type: 'integer', minimum: null, maximum: '7', multipleOf: 0 }, { type: 'integer' }],
  [
    { type: 'number', minimum: 0, exclusiveMinimum: true },
    { type: 'number', exclusiveMinimum: 0 },
  ],
  [
    { type: 'object', required: 'a', properties: { a: { required: true }, b: true } },
    { type: 'object', properties: { a: {}, b: true }, required: ['a'] },
  ],
])('%j is standardised as %j', (dialect, standard) => {
  expect(standardise(dialect)).toEqual(standard);
});

test.each(fixtureNames)('the schema of %s, once it is standard, comes back as it is', (name) => {
  const { inputSchema } = fixtureModel(name);
  expect(standardise(inputSchema as JsonObject)).toEqual(inputSchema);
});
