import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import { isWord, parseWord } from '../../src/plan/words.ts';

test.each([
  ['style=anime', 'style', 'anime'],
  ['prompt=a = b', 'prompt', 'a = b'],
  ['negative_prompt=', 'negative_prompt', ''],
  ['prompt=two\nlines', 'prompt', 'two\nlines'],
  ['_x.y-1=/a/b', '_x.y-1', '/a/b'],
])('%j is a word', (source, name, text) => {
  expect(isWord(source)).toBe(true);
  expect(parseWord(source)).toEqual({ name, text, source });
});

test.each([
  './a=b.csv',
  'in/a=b.csv',
  '/tmp/a=b.csv',
  'C:\\a=b.csv',
  'prompts.csv',
  '-',
  '=x',
  '1a=b',
  'a b=c',
  '',
])('%j is a path', (text) => {
  expect(isWord(text)).toBe(false);
  expect(() => parseWord(text)).toThrow(UserError);
});

test('a text is read as a word exactly if it is one', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.string().map((text) => `key=${text}`),
      ),
      (text) => {
        if (isWord(text)) {
          const word = parseWord(text);
          expect(`${word.name}=${word.text}`).toBe(text);
        } else expect(() => parseWord(text)).toThrow(expect.objectContaining({ about: 'usage' }));
      },
    ),
  );
});
