import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Row } from '../../src/core/row.ts';
import { holdsWildcard, wildcardParts } from '../../src/plan/wildcard-syntax.ts';
import { everyText, expandable } from '../../src/plan/wildcards.ts';
import { planned, textRow, type Wish, whollyPlanned } from './plan-arrange.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcb-wildcards-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'wildcards', 'animals'), { recursive: true });
const file = (name: string, text: string) => writeFileSync(join(folder, 'wildcards', `${name}.txt`), text);
file('colour', '\ufeff# the usual\nred\n\n  blue  \r\n');
file('animals/cats', 'lynx\n__colour__ ocelot\n');
file('round', 'a __round__\n');
file('empty', '# nothing\n\n');

const beside = (row: Row): Row => ({
  ...row,
  file: join(folder, 'list.csv'),
  placeOf: (name) => ({ ...row.placeOf(name), file: join(folder, 'list.csv') }),
});
const prompts = async (prompt: string, wish: Wish = {}) => {
  const { jobs, problems } = await planned([beside(textRow(2, { prompt }))], { wildcards: true, ...wish });
  return { prompts: jobs.map(({ input }) => input.prompt), jobs, problems };
};

describe('with --wildcards', () => {
  test.each([
    ['a {red|blue} cat', ['a red cat', 'a blue cat']],
    ['{a|b}{c|d}', ['ac', 'ad', 'bc', 'bd']],
    ['a {|very }big cat', ['a big cat', 'a very big cat']],
    ['{a|{b|c} d}', ['a', 'b d', 'c d']],
    ['{2::rare|common}', ['rare', 'common']],
    ['{same|same}', ['same']],
    ['a __colour__ cat', ['a red cat', 'a blue cat']],
    ['__animals/cats__', ['lynx', 'red ocelot', 'blue ocelot']],
    ['\\{a|b\\} \\__colour\\__', ['{a|b} __colour__']],
    ['{{mood}} {a|b}', ['sad a', 'sad b']],
    ['{a {{mood}}|b}', ['a sad', 'b']],
    ['(word:1.2) [a:b:0.5] {one}', ['(word:1.2) [a:b:0.5] {one}']],
  ])('%s is %j', async (prompt, expected) => {
    const row = beside(textRow(2, { prompt, mood: 'sad' }));
    const { jobs, problems } = await planned([row], { wildcards: true });
    expect(problems).toEqual([]);
    expect(jobs.map(({ input }) => input.prompt)).toEqual(expected);
  });

  test('each choice is on an axis with a speaking name, beside the others', async () => {
    const { jobs } = await prompts('a __colour__ {cat|dog} on a __colour__ mat', {
      words: ['style=anime,design', 'expand_prompt=false'],
    });
    expect(jobs).toHaveLength(16);
    expect(jobs[5]?.axes).toEqual({ style: 'anime', colour: 'blue', 'cat|dog': 'cat', 'colour 2': 'blue' });
    expect(jobs[5]?.tags).toMatchObject({ colour: 'blue', 'cat|dog': 'cat' });
  });

  test('a word of the command line is an axis of its texts', async () => {
    const { jobs, axes } = await whollyPlanned([], {
      wildcards: true,
      words: ['prompt=a {red|blue} cat, sitting'],
      alone: true,
    });
    expect(jobs.map(({ input }) => input.prompt)).toEqual(['a red cat, sitting', 'a blue cat, sitting']);
    expect(axes[0]?.axes).toMatchObject([
      { name: 'prompt', values: ['a red cat, sitting', 'a blue cat, sitting'] },
    ]);
  });

  test.each([
    [
      'a __color__ cat',
      /__color__", which has no file: .*wildcards\/color\.txt .* did you mean __colour__\?/,
    ],
    ['__round__', /goes round in a circle: __round__ → __round__/],
    ['__empty__', /has no line in/],
    ['__a/../../etc/passwd__', /is not the name of a file in wildcards\//],
    ['{2$$a|b|c}', /picks several options/],
    [`${'{a|b|c|d|e|f|g|h|i|j}'.repeat(1)}${'{'.repeat(20)}a|b${'}'.repeat(20)}`, /nested more than|holds/],
  ])('%s is wrong at its place', async (prompt, said) => {
    const { jobs, problems } = await prompts(prompt);
    if (jobs.length > 0) return;
    expect(problems[0]?.message).toMatch(said);
    expect(problems[0]?.place).toMatchObject({ line: 2, column: 1 });
  });

  test('the limits of a plan hold before anything is expanded', async () => {
    await expect(prompts('{a|b}'.repeat(12), { mostJobs: 1_000 })).rejects.toThrow(/4,096 jobs/);
    expect((await prompts('{a|b}'.repeat(12), { limit: 5 })).jobs.length).toBeLessThan(10);
  });
});

const piece = fc.oneof(
  fc.string(),
  fc.constantFrom('{', '}', '|', '{{', '}}', '__', '__a__', '\\', '$$', '::', '{a|b}'),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
const lines = (name: string) => (name === 'a' ? ['x', '{y|z}', '__a__'] : { fault: 'has no file' });

test('any text is cut, expanded and named without a throw, and parts give the text back', () => {
  fc.assert(
    fc.property(text, (whole) => {
      const parts = wildcardParts(whole);
      holdsWildcard(whole);
      expandable(whole, lines, () => false);
      everyText(whole, lines);
      if ('fault' in parts || whole.includes('\\')) return;
      const back = parts.map((part) =>
        part.kind === 'text' ? part.text : part.kind === 'file' ? `__${part.name}__` : part.written,
      );
      expect(back.join('')).toBe(whole);
    }),
    { numRuns: 2_000 },
  );
});
