import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { sized } from '../support/tiers.ts';
import { sweepFrom } from './reading-inputs.ts';

const jobs = `${import.meta.dirname}/../../jobs`;
const schema = JSON.parse(readFileSync(`${jobs}/sweep.schema.json`, 'utf8')) as Record<string, unknown>;
const ajv = new Ajv2020({ strict: true, strictTypes: false, allErrors: true });
const allows = ajv.compile(schema);

const good: readonly unknown[] = [
  {},
  { $schema: './sweep.schema.json', name: 'a', model: 'm', input: 'x.csv', repeat: 3 },
  { input: ['a.csv', 'b.jsonl'], rows: [{ id: 'a', prompt: null, images: ['x', {}] }, {}] },
  {
    defaults: { a: null, b: [1], c: { d: 1 } },
    axes: { a: '1-4', b: 1, c: false, d: ['x', 1, {}, []], e: '' },
  },
  { link: [] },
  { link: ['a', 'b'] },
  {
    link: [
      ['a', 'b'],
      ['c', 'd', 'e'],
    ],
  },
  { exclude: [{ a: 1, b: 'x', c: true }, 'a=1', 'Aspect Ratio=16:9,b="x, ""y""", c='] },
  { output: {}, limits: {} },
  {
    output: { dir: 'x', name: '{job}' },
    limits: { concurrency: 4, rpm: 5, max_cost: 0, max_duration: 90 },
  },
  { limits: { concurrency: 'auto', max_duration: '1h30m' } },
];

const bad: readonly unknown[] = [
  [],
  'a cat',
  null,
  { models: 'm' },
  { Name: 'a' },
  { name: '' },
  { name: 5 },
  { name: null },
  { input: [] },
  { input: [5] },
  { input: { file: 'x' } },
  { rows: [] },
  { rows: {} },
  { rows: [5] },
  { rows: [{ ' ': 1 }] },
  { defaults: [] },
  { defaults: { '': 1 } },
  { axes: ['seed'] },
  { axes: { seed: null } },
  { axes: { seed: [] } },
  { axes: { seed: [1, null] } },
  { axes: { seed: { from: 1 } } },
  { link: 'a,b' },
  { link: ['a'] },
  { link: [['a']] },
  { link: [['a', 'a']] },
  { link: [['a', 'b'], 'c'] },
  { link: [[1, 2]] },
  { exclude: {} },
  { exclude: [{}] },
  { exclude: [{ a: [1] }] },
  { exclude: [{ a: null }] },
  { exclude: ['a'] },
  { exclude: ['=a'] },
  { exclude: ['a=1,'] },
  { exclude: ['a="x'] },
  { exclude: [`a=${'1,b='.repeat(5_000)}`] },
  { repeat: 0 },
  { repeat: 1.5 },
  { repeat: '2' },
  { repeat: 1_000_001 },
  { output: 'out' },
  { output: { folder: 'x' } },
  { output: { dir: null } },
  { limits: [] },
  { limits: { concurrency: 0 } },
  { limits: { concurrency: 'many' } },
  { limits: { rpm: 0 } },
  { limits: { rpm: 0.5 } },
  { limits: { max_cost: -1 } },
  { limits: { 'max-cost': 1 } },
  { limits: { max_duration: '8 hours' } },
  { limits: { max_duration: 0 } },
  { limits: { max_duration: '1h'.repeat(30) } },
];

async function isRead(sweep: unknown): Promise<boolean> {
  return (await sweepFrom(JSON.stringify(sweep), 'json')).problems.length === 0;
}

describe('the schema of sweeps for editors', () => {
  test.each(good)('allows what the reader reads: %j', async (sweep) => {
    expect(allows(sweep) ? null : allows.errors).toBeNull();
    expect(await isRead(sweep)).toBe(true);
  });

  test.each(bad)('refuses what the reader refuses: %j', async (sweep) => {
    expect(allows(sweep)).toBe(false);
    expect(await isRead(sweep)).toBe(false);
  });

  test('agrees with the reader on any other value at any key', async () => {
    const name = fc.constantFrom('seed', 'style', 'a b', 'x', ' ', '');
    const scalar = fc.oneof(
      fc.constantFrom('1-4', 'a', '', ' ', 'auto', '8h', '90', 'a=1', 'a=1,b="x"', 'a=1,,', '"', 'a = b'),
      fc.constantFrom<unknown>(null, true, 0, 1, 2.5, -1, 60, 1_000_001, 1_000_000_001),
    );
    const value = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        scalar,
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.oneof(name, fc.constantFrom('dir', 'name', 'rpm', 'max_cost')), tie('value'), {
          maxKeys: 3,
        }),
      ),
    })).value;
    const key = fc.constantFrom(...Object.keys(schema.properties as object), 'unknown');
    const sweep = fc
      .dictionary(key, value, { minKeys: 1, maxKeys: 2 })
      .map((given) => JSON.parse(JSON.stringify(given)) as unknown);
    await fc.assert(
      fc.asyncProperty(sweep, async (given) => {
        expect(await isRead(given)).toBe(allows(given));
      }),
      { numRuns: sized(200, 2_000) },
    );
  });

  test('describes every key', () => {
    const undescribed = (part: unknown): readonly string[] => {
      const { properties = {} } = part as { properties?: Record<string, { description?: string }> };
      return Object.entries(properties).flatMap(([key, inner]) => [
        ...(inner.description === undefined ? [key] : []),
        ...undescribed(inner),
      ]);
    };
    expect(undescribed(schema)).toEqual([]);
  });

  test.each(['grid.yaml', 'workflow.yaml'])('allows %s, which the reader reads', async (name) => {
    const text = readFileSync(`${jobs}/${name}`, 'utf8');
    expect(allows(parse(text)) ? null : allows.errors).toBeNull();
    expect((await sweepFrom(text)).problems).toEqual([]);
  });
});
