import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import { cleanText, errorText, failedResultText, plainErrorText } from '../../src/http/server-text.ts';

test.each<[JsonObject, string]>([
  [{ error_message: 'a', message: 'b', error: 'c', detail: 'd' }, 'a'],
  [{ message: 'b', error: 'c' }, 'b'],
  [{ error: 'c', detail: 'd' }, 'c'],
  [{ error_message: '  ', detail: 'd' }, 'd'],
  [{ error: { message: 'inner' } }, 'inner'],
  [{ error: { type: 'quota', left: 0 } }, 'type: quota, left: 0'],
  [
    { detail: [{ loc: ['body', 'seed'], msg: 'too large', type: 'x' }, 'also this'] },
    'seed: too large (x); also this',
  ],
  [
    {
      errors: [
        { path: '/body/seed', message: 'too large' },
        { path: ['images', 0], message: 'no URL' },
      ],
    },
    'seed: too large; images.0: no URL',
  ],
  [
    { error_message: 'Refused', detail: { reason: 'nsfw', field: 'prompt' } },
    'Refused; reason: nsfw, field: prompt',
  ],
  [{ error_message: 'Refused', detail: [{ loc: ['body', 'seed'], msg: 'no' }] }, 'Refused; seed: no'],
  [
    { error: { code: 'content_policy_violation', message: 'Not allowed' } },
    'Not allowed (content_policy_violation)',
  ],
  [{ message: 'Not allowed', code: 'E7', type: 'policy' }, 'Not allowed (E7, policy)'],
  [
    { error: [{ errorCode: 'OOM', error: 'Out of memory', debugInfo: 'node 6' }] },
    'Out of memory (OOM, node 6)',
  ],
  [{ type: 'about:blank', title: 'Unprocessable', detail: 'The seed is negative' }, 'The seed is negative'],
  [{ title: 'Unprocessable' }, 'Unprocessable'],
  [{ detail: [{ loc: ['body', 'images', 0], msg: 'no URL' }] }, 'images.0: no URL'],
  [{ detail: { msg: 'odd' } }, 'odd'],
  [{}, ''],
  [{ status: 'x' }, ''],
])('the error %j says %j', (body, text) => {
  expect(errorText(body)).toBe(text);
});

test('a failed result speaks through its error first', () => {
  expect(failedResultText({ message: 'ok', error: ['unsafe'] })).toBe('unsafe');
});

test.each([
  ['prompt is too long\n', 'prompt is too long'],
  ['"prompt is too long"', 'prompt is too long'],
  ['[{"message":"no seed"}]', 'no seed'],
  ['  ', ''],
])('what is not a JSON object is read as the words that it is: %j', (text, said) => {
  expect(plainErrorText(text)).toBe(said);
});

test('any JSON is put into words without failing', () => {
  let deep: JsonValue = 'end';
  for (let n = 0; n < 50_000; n += 1) deep = n % 2 ? [deep] : { error: deep };
  expect(errorText({ error: deep })).toBe('…');
  fc.assert(
    fc.property(fc.jsonValue(), (value) => typeof errorText({ detail: value as JsonValue }) === 'string'),
  );
});

test('a text is one line, and its control and direction characters are shown, not obeyed', () => {
  expect(cleanText(' a\r\n\tb \u001b[31mred\u0007 \u202egpj.exe\u009b ', 'tok')).toBe(
    'a b \\u001b[31mred\\u0007 \\u202egpj.exe\\u009b',
  );
});

test('a text of any length is cut at a whole character', () => {
  const cut = cleanText('🐈'.repeat(5_000), 'tok');
  expect([...cut]).toHaveLength(300);
  expect(cut.endsWith('🐈…')).toBe(true);
});

test('no text shows the token, not even where it is cut', () => {
  const secret = 'tok_abcdef';
  fc.assert(
    fc.property(fc.nat(1_300), fc.string(), (filler, tail) => {
      const shown = cleanText(`${'x'.repeat(filler)}${secret}${tail}${secret}`, secret);
      return !shown.includes(secret) && !shown.includes('tok_');
    }),
  );
});
