import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { compileInputs } from '../../src/plan/models/schema.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { standardise } from '../../src/providers/wire/dialect.ts';
import { rcb, workFolder } from '../support/command-line.ts';
import { listener, obeyed, sendJson } from './attack.ts';

const modelOf = (properties: JsonObject, more: JsonObject = {}) =>
  compileInputs({
    ...ideogramV2,
    id: 'evil/model',
    inputSchema: standardise({ type: 'object', properties, ...more }),
  });

// Each would run for years, far beyond the limit of a test.
test.each([
  ['(a+)+$', `${'a'.repeat(60)}!`],
  ['^(a|a)*$', `${'a'.repeat(60)}!`],
  ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(60)],
  ['^(\\w+\\s?)*$', `${'word '.repeat(30)}!`],
  ['(.*)*(.*)*(.*)*x$', 'y'.repeat(60)],
  ['^(?:a?){50}a{50}$', 'a'.repeat(49)],
  ['(?=(a+)+$)b', `${'a'.repeat(60)}!`],
])('the pattern %s cannot hold the program up', (pattern, text) => {
  const { check } = modelOf({ prompt: { type: 'string', pattern } });
  expect(check({ prompt: text }).length).toBeLessThan(2);
  for (let row = 0; row < 200; row += 1) check({ prompt: `${text}${row}` });
});

test('a slow pattern is left to the server, and a sound one is still checked', () => {
  const { check } = modelOf({
    slow: { type: 'string', pattern: '^(a+)+$' },
    size: { type: 'string', pattern: '^(\\d+)x(\\d+)$' },
    name: { type: 'string', pattern: '^[a-z]+$' },
  });
  expect(
    check({ slow: `${'a'.repeat(60)}!`, size: '1024by768', name: 'A' }).map(({ field }) => field),
  ).toEqual(['size', 'name']);
  expect(check({ slow: 'aaa', size: '1024x768', name: 'a' })).toEqual([]);
});

function nested(depth: number): JsonValue {
  let schema: JsonObject = { type: 'string' };
  for (let level = 0; level < depth; level += 1) schema = { type: 'object', properties: { a: schema } };
  return schema;
}
const doubling = Object.fromEntries(
  Array.from({ length: 40 }, (_, at) => [
    `d${at}`,
    { anyOf: [{ $ref: `#/$defs/d${at + 1}` }, { $ref: `#/$defs/d${at + 1}` }] },
  ]),
);

test.each<[string, JsonObject, JsonObject]>([
  ['deep nesting', { prompt: nested(3_000) }, {}],
  ['a reference to itself', { prompt: { $ref: '#/properties/prompt' } }, {}],
  [
    'references in a circle',
    { prompt: { $ref: '#/$defs/a' } },
    { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } },
  ],
  ['references that double', { prompt: { $ref: '#/$defs/d0' } }, { $defs: doubling }],
  ['a reference to the whole', { prompt: { $ref: '#' } }, {}],
  ['a reference elsewhere', { prompt: { $ref: 'http://127.0.0.1:1/schema' } }, {}],
  ['a reference to what is inherited', { prompt: { $ref: '#/constructor/prototype' } }, {}],
  ['a huge enum', { prompt: { enum: Array.from({ length: 100_000 }, (_, at) => `choice ${at}`) } }, {}],
  [
    'ten thousand inputs',
    Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`p${at}`, { type: 'string' }])),
    {},
  ],
  [
    'code in names',
    {
      '"]});globalThis.polluted=1;//': { type: 'string' },
      "');globalThis.polluted=1;('": { enum: ["');globalThis.polluted=1;//"] },
    },
    {},
  ],
  [
    'keywords of wrong types',
    { prompt: { type: 7, enum: 'x', minimum: '1', pattern: '(', required: 'a', items: 3, format: {} } },
    { required: 'prompt' },
  ],
])('a schema with %s is compiled and checked', (_, properties, more) => {
  const { check } = modelOf(properties, more);
  for (const prompt of ['a', 1, { a: { a: {} } }, [], null])
    expect(check({ prompt }).length).toBeLessThan(10);
  expect(Object.keys(globalThis)).not.toContain('polluted');
});

const entry = (input_schema: JsonValue): JsonObject => ({ model_id: 'evil/model', input_schema });
const choices = Array.from({ length: 50_000 }, (_, at) => `choice \u001b[2J ${at}`);

test.each<[string, string, number, RegExp]>([
  [
    'a catastrophic pattern',
    JSON.stringify(entry({ type: 'object', properties: { prompt: { type: 'string', pattern: '^(a+)+$' } } })),
    0,
    /1 job/,
  ],
  [
    'a huge enum',
    JSON.stringify(
      entry({ type: 'object', properties: { prompt: { type: 'string' }, style: { enum: choices } } }),
    ),
    65,
    /style/,
  ],
  [
    'circles and inherited names',
    JSON.stringify(entry({ type: 'object', properties: { prompt: { $ref: '#' }, toString: {} } })),
    0,
    /1 job/,
  ],
  ['an answer without end', `{"x":"${'x'.repeat(5 * 1_024 * 1_024)}"}`, 69, /larger than any answer/],
  [
    'a schema 100,000 deep',
    `{"model_id":"evil/model","input_schema":${'{"items":'.repeat(100_000)}{}${'}'.repeat(100_000)}}`,
    0,
    /1 job/,
  ],
])('the catalogue cannot hold rcb plan up by %s', async (_, answer, code, words) => {
  const cwd = workFolder();
  const api = await listener((req, res) => {
    if (req.url?.startsWith('/v1/models/'))
      res.writeHead(200, { 'content-type': 'application/json' }).end(answer);
    else sendJson(res, 404, {});
  });
  writeFileSync(join(cwd, 'in.csv'), `prompt,style\n${'a'.repeat(50)}!,choice 7\n`);
  const at = ['--base-url', api.origin];
  const env = { RUNCOMFY_API_TOKEN: 'tok_any' };
  const plan = await rcb(['plan', 'in.csv', '-m', 'evil/model', ...at], { cwd, env });
  const said = plan.stdout + plan.stderr;
  expect(said).not.toContain('bug in rcb');
  expect(plan.code, said.slice(0, 2_000)).toBe(code);
  expect(said).toMatch(words);
  expect(said.length).toBeLessThan(20_000);
  expect(obeyed(said)).toEqual([]);
});
