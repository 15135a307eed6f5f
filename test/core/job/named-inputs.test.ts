import fc from 'fast-check';
import { expect, test } from 'vitest';
import { keyedInput, namedInput, promptText } from '../../../src/core/job/named-inputs.ts';
import type { JsonObject } from '../../../src/core/json.ts';

const word = fc.oneof(
  fc.constantFrom('6.text', '7.text', '31.seed', '12:3.seed', 'prompt', 'Prompt', 'seed', 'KSampler.seed'),
  fc.constantFrom('constructor', 'toString', ''),
  fc.string(),
);
const key = word.filter((each) => each !== '__proto__');
const anyInput = fc.dictionary(key, fc.oneof(fc.integer(), fc.string()), { noNullPrototype: true });
const anyNames = fc.dictionary(key, key, { noNullPrototype: true });

test('whatever inputs are called, a record by names gives back each input under its key', () => {
  fc.assert(
    fc.property(anyInput, anyNames, (input, names) => {
      const shown = namedInput({ input, names });
      expect(Object.keys(shown.input)).toHaveLength(Object.keys(input).length);
      const told = JSON.parse(JSON.stringify(shown));
      const kept = keyedInput(told);
      expect(kept.input).toEqual(input);
      expect(namedInput(kept)).toEqual(shown);
    }),
  );
});

test('a name that two inputs would have is nobody’s, in whatever case, and one of an absent input says nothing', () => {
  const input = { '6.text': 'a', '7.text': 'b', seed: 1 };
  const shown = (names: Record<string, string>) => Object.keys(namedInput({ input, names }).input);
  expect(shown({ '6.text': 'prompt', '7.text': 'negative' })).toEqual(['prompt', 'negative', 'seed']);
  expect(shown({ '6.text': 'prompt', '7.text': 'Prompt' })).toEqual(['6.text', '7.text', 'seed']);
  expect(shown({ '6.text': 'Seed', '7.text': '6.text' })).toEqual(['6.text', '7.text', 'seed']);
  expect(shown({ seed: 'Seed', '9.text': 'prompt' })).toEqual(['6.text', '7.text', 'Seed']);
  expect(namedInput({ input, names: { '9.text': 'prompt' } })).toEqual({ input });
});

test('an input that somebody has given twice, by its name and its key, stays twice', () => {
  const told = { input: { prompt: 'a', '6.text': 'b' }, names: { prompt: '6.text' } };
  expect(keyedInput(told)).toEqual({ input: told.input });
  const both = { input: { a: 1, b: 2 }, names: { a: 'k', b: 'k' } };
  expect(Object.values(keyedInput(both).input)).toEqual([1, 2]);
});

test.each<[JsonObject, string | null]>([
  [{ text: 'a long text that is longer', prompt: 'fox' }, 'fox'],
  [{ Prompt: 'fox', other: 'longer than that' }, 'fox'],
  [{ negative_prompt: 'blurred, and more', '3.positive_prompt': 'fox' }, 'fox'],
  [
    { '7.text': 'blurred', '6.text': 'a fox in the snow', '4.ckpt_name': 'a.safetensors' },
    'a fox in the snow',
  ],
  [{ 'Negative prompt.text': 'blurred, and more', 'Positive prompt.text': 'fox' }, 'fox'],
  [{ image_url: 'https://example.com/a/long/link.png', text: 'hi' }, 'hi'],
  [{ image: '@inputs/0123.png', seed: 7 }, null],
  [{ prompt: 7, text: 'hi' }, 'hi'],
  [{}, null],
])('of %j the prompt is %j', (input, prompt) => {
  expect(promptText(input)).toBe(prompt);
});
