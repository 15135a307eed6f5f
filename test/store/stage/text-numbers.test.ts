import { array, assert, property, string } from 'fast-check';
import { expect, test } from 'vitest';
import { textNumbers } from '../../../src/store/stage/text-numbers.ts';

test('each text keeps the number that it was first given', () => {
  assert(
    property(array(string({ maxLength: 3 })), (texts) => {
      const given = new Map<string, number>();
      const numbers = textNumbers((num) => texts[num - 1] ?? null);
      for (const [index, text] of texts.entries()) {
        expect(numbers.find(text)).toBe(given.get(text) ?? null);
        expect(numbers.claim(text, index + 1)).toBe(given.get(text) ?? null);
        if (!given.has(text)) given.set(text, index + 1);
      }
      for (const [text, num] of given) expect(numbers.find(text)).toBe(num);
    }),
  );
});

test('the texts themselves are hardly ever asked for unless they are equal', () => {
  let asked = 0;
  const textOf = (num: number): string => {
    asked += 1;
    return `files/lighthouse-${num}`;
  };
  const numbers = textNumbers(textOf);
  for (let num = 1; num <= 20_000; num += 1) {
    expect(numbers.claim(`files/lighthouse-${num}`, num)).toBeNull();
  }
  // By chance, 0.05 of them have the hash of another one.
  expect(asked).toBeLessThan(5);
  expect(numbers.claim('files/lighthouse-7', 20_001)).toBe(7);
  expect(numbers.find('files/lighthouse-20001')).toBeNull();
});
