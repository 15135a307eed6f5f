import { describe, expect, test } from 'vitest';
import { providers } from '../../src/providers/providers.ts';
import { sourceFiles } from '../support/source-tree.ts';

const modelIds = Object.values(providers).flatMap(({ builtIn }) => builtIn.map(({ id }) => id));

/** What is RunComfy's alone, comments included. The name of this program is not. */
const ownWords = {
  'its name': /RunComfy|(?<!['"/])\bruncomfy\b(?![-/.])/,
  'a host': /\bruncomfy\.(net|com)\b/,
  'an error code': /\b(40000[1-5]|403001|404001)\b/,
  'an environment variable': /\bRUNCOMFY_[A-Z]|\bYOUR_API_TOKEN\b/,
  'a word of its schema dialect': /\b(float|double|bool|dict)'|\bnullable\b|\b(image|video|audio)_uris\b/,
  'a word of its catalogue': /\b(input_schema|base_price_usd|price_unit|pricing_note)\b/,
  'a model': new RegExp(modelIds.join('|')),
} as const satisfies Record<string, RegExp>;

/** Rooms and files that may say so, each for its reason. */
const allowed: readonly (readonly [path: string, why: string])[] = [
  ['src/providers/runcomfy/', 'the folder itself'],
  ['src/providers/providers.ts', 'the table of providers'],
  ['src/simulator/', 'it imitates the API on the wire'],
];

describe('a provider is one folder', () => {
  const files = sourceFiles('src');

  test.each(Object.entries(ownWords))('nothing outside it names %s of RunComfy', (_, pattern) => {
    const naming = files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
    expect(naming.filter((path) => !allowed.some(([start]) => path.startsWith(start)))).toEqual([]);
    // The pattern finds what it is made for.
    expect(naming.filter((path) => path.startsWith('src/providers/runcomfy/'))).not.toEqual([]);
  });

  test('nothing outside it imports from it but the table and its simulator', () => {
    const importing = files.filter((file) =>
      file.files.some((each) => each.startsWith('src/providers/runcomfy/')),
    );
    const others = importing.map(({ path }) => path);
    expect(others.filter((path) => !allowed.some(([start]) => path.startsWith(start)))).toEqual([]);
    expect(others).toContain('src/providers/providers.ts');
  });
});
