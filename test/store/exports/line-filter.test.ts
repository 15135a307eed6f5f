import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { foldedLine } from '../../../src/core/folded-text.ts';
import type { Condition } from '../../../src/core/job/conditions.ts';
import type { ManifestLine } from '../../../src/core/job/manifest.ts';
import { hasWords, meets } from '../../../src/store/exports/manifest-filter.ts';
import { openLedger, type RunLedger } from '../../../src/store/ledger/ledger.ts';
import { type LedgerReader, openReader } from '../../../src/store/ledger/reader.ts';
import { markDone } from '../../support/done-ledger.ts';
import { adopt, planned, readableAtOnce, temporaryFolder } from '../store-support.ts';

let ledger: RunLedger;
let reader: LedgerReader;
let lines: readonly ManifestLine[];

// Whatever SQLite may see otherwise than JavaScript: escapes in JSON, letters that fold into others, LIKE's own signs.
const texts = [
  'a corgi, sitting',
  'Ein CORGI\nim Café',
  'ｃｏｒｇｉ',
  'cafe\u0301',
  'K\u212a ſtrange ﬁsh',
  '100% "real" \\o/ _x_',
  "it's\ttabbed",
  '7.0',
  'true',
  '[1,2]',
  '犬',
  'бобик',
  '',
];

beforeAll(async () => {
  const dir = join(temporaryFolder(), 'run');
  ledger = readableAtOnce(openLedger(dir));
  const jobs = texts.map((text, n) =>
    planned(`${text}${n}`, {
      input: { prompt: text, seed: n, hd: n % 2 === 0, refs: ['x', text] },
      tags: n % 3 === 0 ? { Mood: text, 'a.b': String(n) } : {},
      axes: { seed: n },
      name: n % 4 === 0 ? `id ${text}` : null,
    }),
  );
  adopt(ledger, jobs);
  await ledger.close();
  markDone(dir);
  reader = openReader(dir);
  lines = [...reader.lines()];
});
afterAll(() => reader.close());

const value = fc.oneof(
  fc.constantFrom(
    ...texts,
    'corgi',
    'CAFE',
    '7',
    '7.00',
    '0.08',
    'x',
    '%',
    '_',
    '\\',
    '"',
    'done',
    '2026-01-01',
  ),
  fc
    .tuple(fc.constantFrom(...texts), fc.nat(8), fc.nat(8))
    .map(([text, from, n]) => text.slice(from, from + n)),
  fc.string(),
);
const condition: fc.Arbitrary<Condition> = fc
  .record({
    key: fc.constantFrom('prompt', 'seed', 'hd', 'refs', 'mood', 'a.b', 'id', 'job', 'model', 'none'),
    source: fc.constantFrom('any', 'input', 'tags', 'axes'),
    comparison: fc.constantFrom('=', '!=', '~', '!~', '<', '<=', '>', '>='),
    value,
  })
  .map((each) => each as Condition);
const fieldCondition: fc.Arbitrary<Condition> = fc
  .record({
    key: fc.constantFrom(
      'state',
      'cost',
      'attempts',
      'submitted_at',
      'took_s',
      'width',
      'file',
      'error',
      'rep',
    ),
    source: fc.constant('field'),
    comparison: fc.constantFrom('=', '!=', '~', '!~', '<', '<=', '>', '>='),
    value,
  })
  .map((each) => each as Condition);

test('SQLite leaves out no job that a condition or a word means', () => {
  expect(lines).toHaveLength(texts.length);
  fc.assert(
    fc.property(
      fc.array(fc.oneof(condition, fieldCondition), { maxLength: 2 }),
      fc.array(value, { maxLength: 2 }),
      (conditions, words) => {
        const folded = words.map((word) => foldedLine(word).trim()).filter((word) => word !== '');
        const expected = lines.filter(
          (line) => conditions.every((each) => meets(line, each)) && hasWords(line, folded),
        );
        expect([...reader.lines({ conditions, words })]).toEqual(expected);
      },
    ),
    { numRuns: 300 },
  );
});

test('a word is found in any text of the input, in id, tag, file and job id, whatever its case', () => {
  const found = (...words: string[]): number[] =>
    [...reader.lines({ words })].map(({ input }) => Number(input.seed));
  expect(found('CORGI')).toEqual([0, 1, 2]);
  expect(found('corgi im café')).toEqual([1]);
  expect(found('café', 'ein')).toEqual([1]);
  expect(found('fish')).toEqual([4]);
  expect(found('100%')).toEqual([5]);
  expect(found('БОБИК')).toEqual([11]);
  const [first] = lines as [ManifestLine];
  expect(found(first.job.slice(0, 8))).toEqual([0]);
  expect(found(first.outputs[0]?.path.split('/').at(-1) as string)).toEqual([0]);
  expect(found('files')).toHaveLength(texts.length);
  // Digits of an id that happen to be a word.
  expect(found(first.job.slice(2, 5), 'corgi, sitting')).toEqual([]);
});

test('the keys are those of the first jobs, or of all', () => {
  expect(reader.keys()).toMatchObject({
    input: expect.arrayContaining(['prompt', 'seed', 'hd', 'refs']),
    tags: expect.arrayContaining(['Mood', 'a.b']),
    axes: ['seed'],
    fields: expect.arrayContaining(['state', 'cost']),
  });
  expect(reader.keys(0)).toMatchObject({ input: [], tags: [], axes: [] });
});
