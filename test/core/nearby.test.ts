import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bareName, editDistance, misspelt, suggestion } from '../../src/core/nearby.ts';

test.each([
  ['', '', 0],
  ['abc', '', 3],
  ['kitten', 'sitting', 3],
  ['promt', 'prompt', 1],
  ['pormpt', 'prompt', 1],
  ['ca', 'abc', 3],
  ['🦄a', '🦄b', 1],
])('from %j to %j it is %d steps', (a, b, steps) => {
  expect(editDistance(a, b)).toBe(steps);
});

test('the distance is symmetric, bounded, and zero only for equal texts', () => {
  const texts = fc.string({ unit: fc.constantFrom('a', 'b', 'c', '猫'), maxLength: 12 });
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      const steps = editDistance(a, b);
      expect(editDistance(b, a)).toBe(steps);
      expect(steps === 0).toBe(a === b);
      expect(steps).toBeGreaterThanOrEqual(Math.abs([...a].length - [...b].length));
      expect(steps).toBeLessThanOrEqual(Math.max([...a].length, [...b].length));
    }),
  );
});

test('one slip is one step, wherever it happens', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'abcdefgh'), minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(letters, fc.nat(), (text, seed) => {
      const at = seed % (text.length - 1);
      const [a, b] = [text[at] as string, text[at + 1] as string];
      const swapped = `${text.slice(0, at)}${b}${a}${text.slice(at + 2)}`;
      expect(editDistance(text, `${text.slice(0, at)}${text.slice(at + 1)}`)).toBe(1);
      expect(editDistance(text, `${text.slice(0, at)}z${text.slice(at)}`)).toBe(1);
      expect(editDistance(text, swapped)).toBe(a === b ? 0 : 1);
    }),
  );
});

const inputs = ['prompt', 'style', 'aspect_ratio', 'expand_prompt', 'negative_prompt', 'seed', 'n'];

test.each([
  ['promt', 'prompt'],
  ['prompts', 'prompt'],
  ['sede', 'seed'],
  ['Aspect Ratio', 'aspect_ratio'],
  ['aspcet-ratio', 'aspect_ratio'],
  ['negativ_promt', 'negative_prompt'],
  ['Category', null],
  ['Challenge', null],
  ['Note', null],
  ['m', null],
  ['title', null],
  ['', null],
  ['x'.repeat(5_000), null],
])('the column %j is taken for a misspelling of %j', (column, expected) => {
  expect(misspelt(column, inputs)).toBe(expected);
});

test.each([
  ['stile', 'style'],
  ['promp_text', null],
  ['ratio', null],
  ['x', null],
])('for the wrong name %j the suggestion is %j', (name, expected) => {
  expect(suggestion(name, inputs)).toBe(expected);
});

test('a bare name forgets case, spaces, hyphens and underscores', () => {
  expect(bareName('Aspect -_ RATIO')).toBe('aspectratio');
});
