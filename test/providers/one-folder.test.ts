import { describe, expect, test } from 'vitest';
import { providers } from '../../src/providers/providers.ts';
import { sourceFiles } from '../support/source-tree.ts';

const modelIds = Object.values(providers).flatMap(({ builtIn }) => builtIn.map(({ id }) => id));

/** What is one provider's alone, comments included. The name of this program is not. */
const ownWords: Readonly<Record<keyof typeof providers, Readonly<Record<string, RegExp>>>> = {
  runcomfy: {
    'its name': /RunComfy|(?<!['"/])\bruncomfy\b(?![-/.])/,
    'a host': /\bruncomfy\.(net|com)\b/,
    'an error code': /\b(40000[1-5]|403001|404001)\b/,
    'an environment variable': /\bRUNCOMFY_[A-Z]|\bYOUR_API_TOKEN\b/,
    'a word of its schema dialect': /\b(float|double|bool|dict)'|\bnullable\b|\b(image|video|audio)_uris\b/,
    'a word of its catalogue': /\b(input_schema|base_price_usd|price_unit|pricing_note)\b/,
    'a model': new RegExp(modelIds.join('|')),
  },
  serverless: {
    'its name': /\bServerless\b/,
    'what it runs': /\bComfyUI\b|\bclass_type\b|\bnode_errors\b|\bKSampler\b|\bworkflow_api_json\b/,
    'a word of its calls': /\/inference\b|\bobject_info/,
    'a word of its deployments': /\b(min_instances|max_instances|queue_size|is_enabled)\b/,
    'an error code': /\b(1000[123]|401001|403003)\b/,
    'a host': /\bapi\.runcomfy\.net\b/,
    'its environment variable': /\bRUNCOMFY_API_BASE\b/,
    hardware: /\b(TURING|AMPERE|ADA|HOPPER)_\d/,
  },
};

/** Rooms and files that may name what is a provider's, each for its reason. */
const allowed: readonly (readonly [path: string, why: string])[] = [
  ['src/providers/runcomfy/', 'a folder of its own'],
  ['src/providers/serverless/', 'a folder of its own'],
  ['src/providers/runcomfy-account.ts', 'the account that opens both'],
  ['src/providers/providers.ts', 'the table of providers'],
  ['src/simulator/', 'it imitates the APIs on the wire'],
  ['src/input/json/json-foreign.ts', 'files of other programs, recognised to say what they are'],
  ['src/plan/models/foreign-models.ts', 'models of other programs, recognised to say what they are'],
];

/** What providers share: how hosted APIs with a queue speak. It may know words that several of them use. */
const shared: Readonly<Record<string, RegExp>> = {
  'src/providers/wire/dialect.ts': /dialect/,
  'src/providers/wire/unfold.ts': /dialect/,
};

const files = sourceFiles('src');
const isAllowed = (path: string): boolean => allowed.some(([start]) => path.startsWith(start));

describe.each(Object.entries(ownWords))('the provider %s is one folder', (name, words) => {
  const folder = `src/providers/${name}/`;

  test.each(Object.entries(words))('nothing outside it names %s', (what, pattern) => {
    const naming = files.filter(({ text }) => pattern.test(text)).map(({ path }) => path);
    expect(naming.filter((path) => !isAllowed(path) && shared[path]?.test(what) !== true)).toEqual([]);
    // The pattern finds what it is made for.
    const own = (path: string): boolean =>
      path.startsWith(folder) || path === 'src/providers/runcomfy-account.ts' || path in shared;
    expect(naming.filter(own)).not.toEqual([]);
  });

  test('nothing outside it imports from it but the table and its simulator', () => {
    const importing = files.filter((file) => file.files.some((each) => each.startsWith(folder)));
    const others = importing.map(({ path }) => path).filter((path) => !path.startsWith(folder));
    const known = ['src/providers/providers.ts', 'src/simulator/'];
    expect(others.filter((path) => !known.some((start) => path.startsWith(start)))).toEqual([]);
    expect(others).toContain('src/providers/providers.ts');
  });
});

test('every provider of the table has words of its own here', () => {
  expect(Object.keys(ownWords)).toEqual(Object.keys(providers));
});
