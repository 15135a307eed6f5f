import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../../src/core/json.ts';
import { fillValue, isTemplate, type TextSource, templateNames } from '../../../src/plan/cells/templates.ts';
import { showProblem } from '../../support/shown-problem.ts';
import { modelWith, textRow, typedRow, type Wish, whollyPlanned } from '../plan-arrange.ts';

const columns: Readonly<Record<string, string>> = {
  animal: 'cat',
  nested: 'a {{animal}}',
  nest: '{{nested}} in {{ animal }}',
  lost: '{{dog}}',
  none: '',
  a: '{{b}}',
  b: 'x {{A}}',
  self: '{{self}}',
};
const textOf = (name: string): string | null => columns[name.toLowerCase()] ?? null;
const source = { textOf, isDeep: true };

test.each<[JsonValue, JsonValue, readonly string[]]>([
  ['a {{animal}} and {{ animal }}', 'a cat and cat', []],
  ['{{nested}}', 'a cat', []],
  ['{{nest}}', 'a cat in cat', []],
  ['{{lost}}', '{{dog}}', ['dog']],
  ['a{{none}}b', 'ab', []],
  ['\\{{animal}} {{animal}}', '{{animal}} cat', []],
  ['{{{animal}}}', '{cat}', []],
  ['{{animal} {animal}} {{', '{{animal} {animal}} {{', []],
  ['{{dog}} {{}}', '{{dog}} {{}}', ['dog', '']],
  [{ '{{animal}}': ['{{animal}}', 1, null] }, { '{{animal}}': ['cat', 1, null] }, []],
])('%j is filled in as %j', (value, expected, missing) => {
  expect(fillValue(value, source)).toEqual({ value: expected, missing });
});

test('what an earlier job has sent is put in place once', () => {
  expect(fillValue('{{nested}}', { textOf, isDeep: false }).value).toBe('a {{animal}}');
});

test.each([
  ['{{a}}', 'refers to itself: a → b → A'],
  ['x {{self}}', 'refers to itself: self → self'],
])('%s is not filled in: it %s', (text, fault) => {
  expect(fillValue(text, source)).toEqual({ value: text, missing: [], fault });
});

test('columns that would grow without end are given up', () => {
  const grown: TextSource = {
    textOf: (name) => (name === 'x30' ? 'end' : `{{x${Number(name.slice(1)) + 1}}}`.repeat(2)),
    isDeep: true,
  };
  expect(fillValue('{{x0}}', grown).fault).toMatch(/grows without limit/);
});

test('any columns fill any text in the end, or say why not', () => {
  const names = ['a', 'b', 'c'] as const;
  const text = fc
    .array(
      fc.oneof(
        fc.string().map((some) => some.replace(/[{}]/g, '')),
        fc.constantFrom('{{a}}', '{{b}}', '{{ c }}', '{{z}}', '\\{{'),
      ),
    )
    .map((all) => all.join(''));
  fc.assert(
    fc.property(text, fc.record({ a: text, b: text, c: text }), (whole, given) => {
      const { value, missing, fault } = fillValue(whole, {
        textOf: (name) => given[name as (typeof names)[number]] ?? null,
        isDeep: true,
      });
      if (fault !== undefined) expect(value).toBe(whole);
      // An escaped placeholder is text in the end.
      else if ([whole, ...Object.values(given)].some((each) => each.includes('\\{{'))) return;
      else if (missing.length === 0) expect(value).not.toMatch(/\{\{ ?[abc] ?\}\}/);
    }),
  );
});

test('what is no template stays as it is, and the names are those that are asked for', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (sample) => {
      const value = sample as JsonValue;
      const asked: string[] = [];
      const filled = fillValue(value, {
        textOf(name) {
          asked.push(name);
          return null;
        },
        isDeep: true,
      });
      expect(templateNames(value)).toEqual(asked);
      if (!isTemplate(value)) expect(filled).toEqual({ value, missing: [] });
    }),
  );
});

async function inputs(rows: Parameters<typeof whollyPlanned>[0], wish: Wish) {
  const { jobs, problems } = await whollyPlanned(rows, wish);
  expect(problems).toEqual([]);
  return jobs.map(({ input }) => input);
}

test('cells, words, axes and defaults draw on the columns of their row, whatever these are', async () => {
  const rows = [
    textRow(2, { Animal: 'fox', prompt: 'a {{ANIMAL}}', size: '7', Look: 'anime' }),
    textRow(3, { Animal: 'owl', negative_prompt: '{{prompt}}?', size: '8', Look: 'design', id: 'o' }),
  ];
  const wish: Wish = {
    words: ['prompt=the {{animal}} {{Look}}'],
    axes: { style: ['{{look}}'], seed: '{{size}},{{size}}0' },
    defaults: { negative_prompt: 'no {{animal}}', expand_prompt: false },
  };
  const { jobs, problems } = await whollyPlanned(rows, wish);
  expect(problems.map(({ message }) => message)).toEqual([
    'prompt=the {{animal}} {{Look}} is ignored for 1 of 2 rows, which has its own value',
  ]);
  const fox = { prompt: 'a fox', style: 'anime', expand_prompt: false, negative_prompt: 'no fox' };
  const owl = { prompt: 'the owl design', style: 'design', expand_prompt: false };
  expect(jobs.map(({ input }) => input)).toEqual([
    { ...fox, seed: 7 },
    { ...fox, seed: 70 },
    { ...owl, negative_prompt: 'the owl design?', seed: 8 },
    { ...owl, negative_prompt: 'the owl design?', seed: 80 },
  ]);
  expect(jobs.map(({ axes }) => axes)).toEqual([{ seed: 7 }, { seed: 70 }, { seed: 8 }, { seed: 80 }]);
});

test('a renamed column is known by both of its names', async () => {
  const row = textRow(2, { Text: 'fox', negative_prompt: '{{text}} {{Prompt}}' });
  expect(await inputs([row], { renames: { Text: 'prompt' } })).toEqual([
    { prompt: 'fox', negative_prompt: 'fox fox' },
  ]);
});

test('typed texts are filled in at any depth, and a whole one is read by the type of its input', async () => {
  const properties = { n: { type: 'integer' }, list: { type: 'array' }, object: { type: 'object' } };
  const modelOf: Wish['modelOf'] = async (id) => modelWith({ type: 'object', properties }, id);
  const typed = typedRow(2, { k: 5, quote: 'a "b"', n: '{{k}}', list: ['{{quote}}', 1] });
  const text = textRow(3, {
    k: '5',
    quote: 'a "b"',
    n: '{{k}}',
    list: '["{{quote}}", 1]',
    object: '{"a":"{{k}}"}',
  });
  expect(await inputs([typed, text], { modelOf })).toEqual([
    { n: 5, list: ['a "b"', 1] },
    { n: 5, list: ['a "b"', 1], object: { a: '5' } },
  ]);
});

test('an axis or a default that is no input is a column where a template draws on it', async () => {
  const rows = [
    textRow(2, { prompt: 'a {{animal}} {{mood}}' }),
    textRow(3, { prompt: 'a car' }),
    textRow(4, { prompt: 'the {{animal}}', animal: 'hen' }),
  ];
  const { jobs, problems } = await whollyPlanned(rows, {
    words: ['animal=fox,owl', 'style={{look}}', 'look=anime,design'],
    defaults: { mood: 'asleep', expand_prompt: false },
  });
  expect(problems.map(({ message }) => message)).toEqual([
    'animal=fox,owl is ignored for 1 of 3 rows, which has its own value',
  ]);
  expect(jobs.map(({ input, tags, axes }) => [input.prompt, input.style, tags, axes])).toEqual([
    ...['fox', 'owl'].flatMap((animal) =>
      ['anime', 'design'].map((look) => [
        `a ${animal} asleep`,
        look,
        { mood: 'asleep', animal, look },
        { animal, look },
      ]),
    ),
    ...['anime', 'design'].map((look) => ['a car', look, { look }, { look }]),
    ...['anime', 'design'].map((look) => ['the hen', look, { animal: 'hen', look }, { animal: 'hen', look }]),
  ]);
});

test('an empty cell fills in nothing, and what comes out empty is not given', async () => {
  const row = textRow(2, { prompt: 'a {{mood}}fox', seed: '{{n}}', mood: '', n: '' });
  const cells = new Map([...row.cells].filter(([name]) => name === 'prompt' || name === 'seed'));
  expect(await inputs([{ ...row, cells }], {})).toEqual([{ prompt: 'a fox' }]);
});

test.each<[Wish, Readonly<Record<string, string>>, readonly string[]]>([
  [
    {},
    { prompt: 'a {{anmial}}', animal: 'fox' },
    ['in.csv:2:1 prompt holds {{anmial}}, but this row has no column "anmial"; did you mean {{animal}}?'],
  ],
  [
    {},
    { prompt: '{{x}}', seed: '{{y}}' },
    [
      'in.csv:2:1 prompt holds {{x}}, but this row has no column "x"; write \\{{ for literal braces, or add --literal to take every text as it is',
      'in.csv:2:11 seed holds {{y}}, but this row has no column "y"; write \\{{ for literal braces, or add --literal to take every text as it is',
    ],
  ],
  [
    { axes: { style: '{{look}}' } },
    { prompt: 'a', look: 'animee' },
    ['grids/sweep.yaml:10:3 style "animee" is not allowed; did you mean "anime"?'],
  ],
  [
    { defaults: { negative_prompt: 'no {{b}}' } },
    { prompt: 'a' },
    [
      'grids/sweep.yaml:20:3 negative_prompt holds {{b}}, but this row has no column "b"; write \\{{ for literal braces, or add --literal to take every text as it is',
    ],
  ],
  [
    { words: ['seed={{n}}'] },
    { prompt: 'a', n: '-4' },
    ['seed -4 is out of range; it must be between 0 and 2147483647'],
  ],
])('with %j the row %j is wrong at the place of the text', async (wish, cells, expected) => {
  const { jobs, problems } = await whollyPlanned([textRow(2, cells)], wish);
  expect(jobs).toEqual([]);
  expect(problems.map(showProblem)).toEqual(expected);
});

test('what is wrong with a template of an axis is said once for all rows, and once for all cells of a row', async () => {
  const rows = [2, 3].map((line) => textRow(line, { prompt: `p${line} {{style}} {{oops}}` }));
  const { problems } = await whollyPlanned(rows, {
    words: ['style=anime,design', 'negative_prompt={{none}}'],
  });
  expect(problems.map(({ place, kind }) => [place?.line, kind])).toEqual([
    [2, 'unknown_template'],
    [undefined, 'unknown_template'],
    [3, 'unknown_template'],
  ]);
});

test('an axis that only a column of a column draws on is an axis', async () => {
  const row = textRow(2, { prompt: '{{scene}}', scene: 'a {{mood}} {{animal}}', animal: '{{mood}} fox' });
  expect(await inputs([row], { words: ['mood=sad,happy'], defaults: { expand_prompt: false } })).toEqual([
    { prompt: 'a sad sad fox', expand_prompt: false },
    { prompt: 'a happy happy fox', expand_prompt: false },
  ]);
});
