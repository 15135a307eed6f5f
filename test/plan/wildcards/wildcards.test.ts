import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { Row } from '../../../src/core/row.ts';
import { holdsWildcard, wildcardParts } from '../../../src/plan/wildcards/wildcard-syntax.ts';
import { everyText, expandable } from '../../../src/plan/wildcards/wildcards.ts';
import { sized } from '../../support/tiers.ts';
import { planned, textRow, type Wish, whollyPlanned } from '../plan-arrange.ts';

const folder = mkdtempSync(join(tmpdir(), 'rcb-wildcards-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
mkdirSync(join(folder, 'wildcards', 'animals'), { recursive: true });
const file = (name: string, text: string) => writeFileSync(join(folder, 'wildcards', `${name}.txt`), text);
file('colour', '\ufeff# the usual\nred\n\n  blue  \r\n');
file('animals/cats', 'lynx\n__colour__ ocelot\n');
file('round', 'a __round__\n');
file('empty', '# nothing\n\n');
file('größe', 'klein\n2::groß\n');
file('hair color', 'black\n');
writeFileSync(join(folder, 'wildcards', 'latin.txt'), Buffer.from('caf\u00e9\n', 'latin1'));
writeFileSync(join(folder, 'secret.txt'), 'mine\n');
symlinkSync(join(folder, 'secret.txt'), join(folder, 'wildcards', 'secret.txt'));

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
    ['{same|same}', ['same']],
    ['a __colour__ cat', ['a red cat', 'a blue cat']],
    ['__animals/cats__', ['lynx', 'red ocelot', 'blue ocelot']],
    ['\\{a|b\\} \\__colour\\__', ['{a|b} __colour__']],
    ['{{mood}} {a|b}', ['sad a', 'sad b']],
    ['{a {{mood}}|b}', ['a sad', 'b']],
    ['a __größe__ ____ cat__', ['a klein ____ cat__', 'a groß ____ cat__']],
    ['__hair color__ hair', ['black hair']],
    ['{1$$a|b} {1-1$$ and $$c|d}', ['a c', 'a d', 'b c', 'b d']],
    ['\\{\\{mood\\}\\} {a|b}', ['{{mood}} a', '{{mood}} b']],
    ['(word:1.2) [a:b:0.5] {one}', ['(word:1.2) [a:b:0.5] {one}']],
  ])('%s is %j', async (prompt, expected) => {
    const row = beside(textRow(2, { prompt, mood: 'sad' }));
    const { jobs, problems } = await planned([row], { wildcards: true });
    expect(
      problems.filter(({ severity, kind }) => severity !== 'note' && kind !== 'wildcard_weight'),
    ).toEqual([]);
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

  test('the weights of options play no part, and that is said once', async () => {
    const rows = ['{2::rare|common}', 'a __größe__ cat'].map((prompt, index) =>
      beside(textRow(index + 2, { prompt })),
    );
    const { jobs, problems } = await planned(rows, { wildcards: true, words: ['negative_prompt={3::x|y}'] });
    expect(jobs.map(({ input }) => input.prompt)).toEqual([
      ...['rare', 'common', 'rare', 'common'],
      ...['a klein cat', 'a groß cat', 'a klein cat', 'a groß cat'],
    ]);
    expect(problems.map(({ kind, message }) => [kind, message])).toEqual([
      [
        'wildcard_weight',
        'negative_prompt gives weights to options; weights are ignored: each option is used once',
      ],
      [
        'wildcard_weight',
        'prompt gives weights to options (in 2 texts); weights are ignored: each option is used once',
      ],
      ['wildcard', 'the wildcards of 2 rows make 4 texts'],
    ]);
  });

  test('the one text of a word is an axis for each of its wildcards, shown in the plan', async () => {
    const { jobs, axes } = await whollyPlanned([beside(textRow(2, { animal: 'fox' }))], {
      wildcards: true,
      words: ['prompt=a {red|blue} {{animal}}, {a|b {c|d}}'],
    });
    expect(jobs.map(({ input }) => input.prompt)).toEqual([
      ...['a red fox, a', 'a red fox, b c', 'a red fox, b d'],
      ...['a blue fox, a', 'a blue fox, b c', 'a blue fox, b d'],
    ]);
    expect(axes[0]?.axes).toMatchObject([
      { name: 'red|blue', values: ['red', 'blue'] },
      { name: 'a|b c|d', values: ['a', 'b c', 'b d'] },
    ]);
    expect(jobs[4]?.axes).toEqual({ 'red|blue': 'blue', 'a|b c|d': 'b c' });
  });

  test('several texts of an axis, or linked ones, are all the texts that they can be', async () => {
    const words = ['prompt=a {red|blue} cat||\\{a|b\\}', 'expand_prompt=false'];
    const { jobs } = await whollyPlanned([], { wildcards: true, words, alone: true });
    expect(jobs.map(({ input }) => input.prompt)).toEqual(['a red cat', 'a blue cat', '{a|b}']);
    const linked = await planned([], {
      wildcards: true,
      words: ['prompt={red|blue}', 'style=anime,design'],
      link: ['prompt,style'],
      alone: true,
    });
    expect(linked.jobs.map(({ input }) => [input.prompt, input.style])).toEqual([
      ['red', 'anime'],
      ['blue', 'design'],
    ]);
  });

  test('a default with wildcards holds for the rows that leave it open', async () => {
    const rows = [textRow(2, { animal: 'fox' }), textRow(3, { prompt: 'mine' })].map(beside);
    const { jobs, problems } = await planned(rows, {
      wildcards: true,
      defaults: { prompt: 'a {red|blue} {{animal}}', negative_prompt: 'no \\{x\\}' },
    });
    expect(problems.map(({ message }) => message)).toEqual(['the wildcards of 1 row make 2 texts']);
    expect(jobs.map(({ input }) => [input.prompt, input.negative_prompt])).toEqual([
      ['a red fox', 'no {x}'],
      ['a blue fox', 'no {x}'],
      ['mine', 'no {x}'],
    ]);
  });

  test('what is wrong with a default is said once, and not for each row', async () => {
    const rows = [2, 3, 4].map((line) => beside(textRow(line, { animal: 'fox' })));
    const { problems } = await planned(rows, { wildcards: true, defaults: { prompt: 'a __none__ cat' } });
    expect(problems.filter(({ kind }) => kind === 'wildcard')).toMatchObject([
      { place: { file: 'grids/sweep.yaml' } },
    ]);
  });

  test('columns that a template draws on are part of its text', async () => {
    const row = beside(
      textRow(2, { prompt: 'a {{mood}} {{animal}}', mood: '{sad|{{how}} happy}', animal: 'x' }),
    );
    const wish: Wish = { wildcards: true, words: ['how=very,un', 'negative_prompt=not {{mood}}'] };
    const { jobs, problems } = await planned([row], wish);
    expect(problems.map(({ severity }) => severity)).toEqual(['note']);
    expect(new Set(jobs.map(({ input }) => `${input.prompt}: ${input.negative_prompt}`))).toEqual(
      new Set(['a sad x: not sad', 'a very happy x: not very happy', 'a un happy x: not un happy']),
    );
  });

  test('names of wildcards are never those of inputs, columns or other axes', async () => {
    const row = beside(textRow(2, { prompt: 'a __colour__ {x|y} {{Colour}}', Colour: 'own' }));
    const wish: Wish = { wildcards: true, words: ['negative_prompt={x|y}'] };
    const { jobs } = await planned([row], wish);
    expect(jobs.map(({ input, axes }) => [input.prompt, input.negative_prompt, axes])).toEqual(
      ['x', 'y'].flatMap((no) =>
        ['red', 'blue'].flatMap((colour) =>
          ['x', 'y'].map((letter) => [
            `a ${colour} ${letter} own`,
            no,
            { 'x|y': no, 'colour 2': colour, 'x|y 2': letter },
          ]),
        ),
      ),
    );
  });

  test.each([
    [
      'a __color__ cat',
      /__color__", which has no file: .*wildcards\/color\.txt .* did you mean __colour__\?/,
    ],
    ['__round__', /refers to itself: __round__ → __round__/],
    ['__empty__', /has no line in/],
    ['__a/../../etc/passwd__', /is not the name of a file in wildcards\//],
    ['{2$$a|b|c}', /picks several options/],
    ['__latin__', /latin\.txt, which is not UTF-8/],
    ['__secret__', /secret\.txt, which is outside /],
    ['__colou*__', /matches several files/],
    ['__@colour__', /is not the name of a file in wildcards\/; write \\__ for literal underscores/],
    [`${'{x|'.repeat(20)}y${'}'.repeat(20)}`, /is nested more than 16 levels deep/],
  ])('%s is wrong at its place', async (prompt, said) => {
    const { jobs, problems } = await prompts(prompt);
    expect(jobs).toEqual([]);
    expect(problems[0]?.message).toMatch(said);
    expect(problems[0]?.place).toMatchObject({ line: 2, column: 1 });
  });

  test('the limits of a plan hold before anything is expanded', async () => {
    await expect(prompts('{a|b}'.repeat(12), { maxJobs: 1_000 })).rejects.toThrow(/4,096 jobs/);
    expect((await prompts('{a|b}'.repeat(12), { limit: 5 })).jobs.length).toBeLessThan(10);
  });
});

test('a text of nothing but braces is cut in one go', () => {
  const braces = '{'.repeat(200_000);
  expect(wildcardParts(braces)).toEqual([{ kind: 'text', text: braces }]);
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
      expandable(whole, lines, { isTaken: () => false, ofFiles: 'bare' });
      everyText(whole, lines);
      if ('fault' in parts || whole.includes('\\')) return;
      const back = parts.map((part) =>
        part.kind === 'text' ? part.text : part.kind === 'file' ? `__${part.name}__` : part.written,
      );
      expect(back.join('')).toBe(whole);
    }),
    { numRuns: sized(200, 2_000) },
  );
});
