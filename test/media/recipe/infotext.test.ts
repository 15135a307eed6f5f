import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isOwnInfotext, writeInfotext } from '../../../src/media/recipe/infotext.ts';
import { parseInfotext, recipeInInfotext } from '../../../src/media/recipe/infotext-reading.ts';
import { anyRecipe, anyText, catRecipe } from './recipe-support.ts';

const size = { width: 1024, height: 768 };
const written = (recipe = catRecipe) => writeInfotext(recipe, size, '0.1.0');

/** How Stable Diffusion web UI finds the pairs of a line (its `modules/infotext_utils.py`), in JavaScript. */
function pairsAsA1111Reads(line: string): Map<string, string> {
  const form = /\s*([\p{L}\p{N}_][\p{L}\p{N}_ \-/]+):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)/gu;
  const unquoted = (value: string) => (/^".*"$/s.test(value) ? (JSON.parse(value) as string) : value);
  return new Map(
    [...line.matchAll(form)].map(([, name, value]) => [name as string, unquoted(value as string)]),
  );
}

test('a recipe is written as A1111 writes its own', () => {
  expect(written()).toBe(`a purple cat, "loud"
Negative prompt: text: watermark
Seed: 7, Size: 1024x768, Model: ideogram/ideogram-v2/generate, style: anime, request_id: 3f6c2f2e-0001, job: 5f1c9ae0b7d2443e, rep: 2, Version: runcomfy-batch 0.1.0`);
  const input = {
    prompt: 'a\r\nb\u0000',
    aspect_ratio: '16:9',
    n: 4,
    job: 'x',
    hd: true,
    refs: ['@inputs/a.png'],
    note: '',
  };
  expect(written({ ...catRecipe, input, rep: 1 })).toBe(`a
b 
Size: 1024x768, Model: ideogram/ideogram-v2/generate, aspect_ratio: "16:9", input n: 4, input job: x, hd: true, refs: "[\\"@inputs/a.png\\"]", note: "", request_id: 3f6c2f2e-0001, job: 5f1c9ae0b7d2443e, Version: runcomfy-batch 0.1.0`);
});

test('A1111 finds what is written, whatever the inputs are', () => {
  fc.assert(
    fc.property(anyRecipe, anyText, (recipe, style) => {
      const text = written({ ...recipe, job: 'aa', request_id: 'r1', input: { ...recipe.input, style } });
      const pairs = pairsAsA1111Reads(text.trim().split('\n').at(-1) as string);
      expect(pairs.get('Version')).toBe('runcomfy-batch 0.1.0');
      expect(pairs.get('Size')).toBe('1024x768');
      expect(pairs.get('job')).toBe('aa');
      expect(pairs.get('style')).toBe(style);
      expect(isOwnInfotext(text)).toBe(true);
    }),
  );
});

test('both readers find the same pairs in what is written', () => {
  fc.assert(
    fc.property(anyRecipe, (recipe) => {
      const text = written({ ...recipe, job: 'aa', request_id: 'r1' });
      const found = parseInfotext(text)?.pairs.map(({ name, text }) => [name, text] as const);
      expect(new Map(found)).toEqual(pairsAsA1111Reads(text.trim().split('\n').at(-1) as string));
    }),
  );
});

// Texts that are JSON of another type, and such as are nearly so.
const almostJson = fc.oneof(
  fc.constantFrom(
    'true',
    'tru',
    'truer',
    'false',
    'null',
    'nul',
    'nullish',
    'NaN',
    '-',
    '01',
    '1.',
    '.5',
    '1e',
    '+1',
  ),
  fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true })).map((n) => JSON.stringify(n)),
);

test('where the exact recipe was stripped from an image, the text alone gives it back', () => {
  const inputs = fc.dictionary(
    fc.stringMatching(/^[a-z][a-z_]{0,12}$/).filter((name) => !name.includes('prompt')),
    fc.oneof(
      anyText.filter((text) => !/^[[{]/.test(text)),
      almostJson,
      fc.boolean(),
      fc.integer(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.array(fc.integer()),
    ),
    { noNullPrototype: true },
  );
  fc.assert(
    fc.property(inputs, fc.stringMatching(/^[a-z ,.:"]{1,40}[a-z]$/), (more, prompt) => {
      const input = JSON.parse(JSON.stringify({ prompt: prompt.trim(), ...more }));
      const recipe = { ...catRecipe, input };
      expect(recipeInInfotext(written(recipe))).toEqual(recipe);
    }),
  );
});

test('inputs of a workflow are told by their names to people, and are no whole recipe to us', () => {
  const model = 'deployment:0f3a';
  const input = { '6.text': 'a fox', '7.text': 'blurred', '31.seed': 3, '10.strength_model': 0.8 };
  const names = { prompt: '6.text', negative_prompt: '7.text', seed: '31.seed', lora: '10.strength_model' };
  const text = written({ ...catRecipe, model, input, names, rep: 1 });
  expect(text).toBe(`a fox
Negative prompt: blurred
Seed: 3, Size: 1024x768, Model: "deployment:0f3a", lora: 0.8, request_id: 3f6c2f2e-0001, job: 5f1c9ae0b7d2443e, Partial: true, Version: runcomfy-batch 0.1.0`);
  expect(isOwnInfotext(text)).toBe(true);
  expect(recipeInInfotext(text)).toEqual({
    ...{ job: null, model: null, rep: 1, request_id: null },
    input: { prompt: 'a fox', negative_prompt: 'blurred', seed: 3 },
  });
  const bare = written({ ...catRecipe, model, input: { '6.text': 'a fox' }, rep: 1 });
  expect(bare).toMatch(/^a fox\n.*Partial: true/);
  expect(recipeInInfotext(bare)?.model).toBeNull();
});

describe('the text of another program', () => {
  const theirs = `girl with a beret, (blue eyes:1.2)
on two lines
Negative prompt: ugly, fat
[blurry]
Steps: 20, Sampler: Euler a, CFG scale: 7, Seed: 965400086, Size: 512x512, Lora hashes: "a: 1, b: 2", Version: v1.9.3`;

  test('gives prompts and seed', () => {
    expect(recipeInInfotext(theirs)).toEqual({
      ...{ job: null, model: null, rep: 1, request_id: null },
      input: {
        prompt: 'girl with a beret, (blue eyes:1.2)\non two lines',
        negative_prompt: 'ugly, fat\n[blurry]',
        seed: 965400086,
      },
    });
    expect(isOwnInfotext(theirs)).toBe(false);
    expect(parseInfotext(theirs)?.pairs.at(-2)).toEqual({
      name: 'Lora hashes',
      text: 'a: 1, b: 2',
      isQuoted: true,
    });
  });

  test.each([
    '',
    'a cat, alone',
    'a cat\nSteps: 20, Seed: 1',
    '{"prompt": "x", "seed": 1, "steps": 2}',
    'a: b',
  ])('is none of this form where it says %j', (text) => {
    expect(recipeInInfotext(text)).toBe(null);
  });

  test('takes no longer to read than it is long, whoever wrote it', () => {
    const long = 1_000_000;
    for (const text of [
      'a'.repeat(long),
      'ab:'.repeat(long / 3),
      'a "'.repeat(long / 3),
      `ab: "${'\\'.repeat(long)}`,
    ]) {
      expect(() => recipeInInfotext(text)).not.toThrow();
    }
    expect(parseInfotext(`${'ab: "x, '.repeat(long / 8)}`)?.pairs).toHaveLength(long / 8);
  });
});
