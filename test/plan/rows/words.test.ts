import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { isWord } from '../../../src/core/sweep.ts';
import { parseExclusion, parseWord } from '../../../src/plan/rows/words.ts';

test.each([
  ['style=anime', 'style', 'anime'],
  ['prompt=a = b', 'prompt', 'a = b'],
  ['negative_prompt=', 'negative_prompt', ''],
  ['prompt=two\nlines', 'prompt', 'two\nlines'],
  ['_x.y-1=/a/b', '_x.y-1', '/a/b'],
])('%j is a word', (source, name, text) => {
  expect(isWord(source)).toBe(true);
  expect(parseWord(source)).toEqual({ name, given: { kind: 'text', text }, source, place: null });
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
          const { name, given } = parseWord(text);
          expect(`${name}=${given.kind === 'text' ? given.text : ''}`).toBe(text);
        } else expect(() => parseWord(text)).toThrow(expect.objectContaining({ about: 'usage' }));
      },
    ),
  );
});

test.each<[string, Record<string, string>]>([
  ['style=anime', { style: 'anime' }],
  ['style=anime,aspect_ratio=16:9', { style: 'anime', aspect_ratio: '16:9' }],
  [' style = anime , prompt="a ""cat"", a = b" ', { style: 'anime', prompt: 'a "cat", a = b' }],
  ['Mood of day=', { 'Mood of day': '' }],
])('%j names cells to leave out', (source, where) => {
  expect(parseExclusion(source)).toEqual({ where: new Map(Object.entries(where)), source, place: null });
});

test.each(['', 'style', 'style=a,', ',style=a', 'style=a,b', 'style=a,style=b', '=a', 'a="b"c'])(
  '%j names no cells',
  (source) => {
    expect(() => parseExclusion(source)).toThrow(expect.objectContaining({ about: 'usage' }));
  },
);

test('every text names cells to leave out, or is refused as usage', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom('a', '=', ',', '"', ' ') })),
      (text) => {
        try {
          expect(parseExclusion(text).where.size).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(UserError);
        }
      },
    ),
  );
});
