import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { unquotedName, wordParts } from '../../../src/core/input-words.ts';
import { isWord } from '../../../src/core/sweep.ts';
import { parseExclusion, parseWord } from '../../../src/plan/rows/words.ts';

test.each([
  ['style=anime', 'style', 'anime'],
  ['prompt=a = b', 'prompt', 'a = b'],
  ['negative_prompt=', 'negative_prompt', ''],
  ['prompt=two\nlines', 'prompt', 'two\nlines'],
  ['_x.y-1=/a/b', '_x.y-1', '/a/b'],
  ['31.seed=1..4', '31.seed', '1..4'],
  ['12:3.image=@a/b.png', '12:3.image', '@a/b.png'],
  ['6.text!=a = b', '6.text!', 'a = b'],
  ['prompt!=a', 'prompt!', 'a'],
  ['Positive prompt.text=a cat', 'Positive prompt.text', 'a cat'],
  ['"Positive prompt".text=a', '"Positive prompt".text', 'a'],
  ["'KSampler.seed'=1..4", "'KSampler.seed'", '1..4'],
  ["'a=b/c'.text=d", "'a=b/c'.text", 'd'],
  ["Bob's image.image=x", "Bob's image.image", 'x'],
  ['正面提示.text=a', '正面提示.text', 'a'],
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
  '-x.y=z',
  '.hidden.x=y',
  '../a.b=c',
  'in/6.text=a.csv',
  'https://x.y/z?a=b',
  '{"a.b":"c=d"}',
  '*.x=y',
  'a cat. Shot on film, ratio=3',
  '6.=x',
  'a\nb.c=d',
  '',
])('%j is a path', (text) => {
  expect(isWord(text)).toBe(false);
  expect(() => parseWord(text)).toThrow(UserError);
});

test.each([
  ["'Positive prompt'.text", 'Positive prompt.text'],
  ['"Positive prompt"."text"!', 'Positive prompt.text!'],
  ["'KSampler.seed'", 'KSampler.seed'],
  ["'Bob''s image'.image", "Bob's image.image"],
  ["Bob's image.image", "Bob's image.image"],
  ['6.text', '6.text'],
  ['a"b".c', 'a"b".c'],
])('%j is %j without its quotes', (name, bare) => {
  expect(unquotedName(name)).toBe(bare);
});

test('every title in quotes is the beginning of a word, and comes back', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.constantFrom('"', "'"), (title, quote) => {
      fc.pre(!/\p{Cc}/u.test(title));
      const name = `${quote}${title.replaceAll(quote, quote + quote)}${quote}.text`;
      expect(unquotedName(name)).toBe(`${title}.text`);
      expect(wordParts(`${name}=a = b`)).toEqual({ name, value: 'a = b' });
    }),
  );
});

test('a name in any quotes at all is told apart in no time', () => {
  const long = `${'"a".'.repeat(50_000)}${"'".repeat(50_000)}`;
  expect(isWord(long)).toBe(false);
  expect(isWord(`${long}=x`)).toBe(false);
  expect(unquotedName(long).length).toBeGreaterThan(0);
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
  ['"A, b".text=x,31.seed=2', { '"A, b".text': 'x', '31.seed': '2' }],
  ["'A, b'.text=x, KSampler.seed=2", { "'A, b'.text": 'x', 'KSampler.seed': '2' }],
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
