import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleaned, needsRedaction, redacted, redactor } from '../../../src/report/terminal/redaction.ts';

const secrets = fc
  .string({ unit: 'binary', minLength: 12, maxLength: 60 })
  .filter((text) => text.isWellFormed());
const around = fc.string({ maxLength: 20 });

describe('redactor', () => {
  test('leaves no trace of a secret, however it is written', () => {
    fc.assert(
      fc.property(secrets, around, around, (secret, before, after) => {
        const clean = redactor([secret]);
        const encoded = Buffer.from(`${before}${secret}${after}`).toString('base64');
        const forms = [
          secret,
          encodeURIComponent(secret),
          JSON.stringify(secret).slice(1, -1),
          new URLSearchParams({ q: secret }).toString().slice(2),
        ];
        for (const form of forms) {
          const text = clean(`${before}${form}${after}`);
          expect(text).toContain(redacted);
          expect(text).not.toContain(form);
        }
        expect(clean(encoded)).not.toBe(encoded);
        expect(clean(encoded).length).toBeLessThanOrEqual(
          encoded.length - secret.length + redacted.length + 4,
        );
      }),
    );
  });

  test('finds a token in a Basic header, whatever user name stands before it', () => {
    const token = 'rc_live_0123456789abcdef';
    const clean = redactor([token]);
    for (const user of ['', 'u', 'us', 'user']) {
      const header = Buffer.from(`${user}:${token}`).toString('base64');
      const shown = Buffer.from(clean(header).replace(redacted, ''), 'base64').toString();
      expect(clean(`Basic ${header}`)).toContain(redacted);
      expect(shown).not.toContain(token.slice(4, -4));
    }
  });

  test('cuts the query off links', () => {
    const clean = redactor([]);
    expect(clean('GET https://f.runcomfy.net/a/b.png?X-Sig=abc&e=1#x failed, see http://x.y/z.')).toBe(
      `GET https://f.runcomfy.net/a/b.png?${redacted} failed, see http://x.y/z.`,
    );
  });

  test('changes nothing in innocent text, and nothing for an empty secret', () => {
    fc.assert(
      fc.property(fc.lorem(), (text) => {
        expect(redactor(['rc_live_0123456789abcdef', ''])(text)).toBe(text);
      }),
    );
  });

  test('leaves texts readable for a token of a few letters, which is part of every other word', () => {
    const text = 'The API refused the token or its account.';
    for (const secret of ['T', 'API', 'token']) expect(redactor([secret])(text)).toBe(text);
    expect(redactor(['refused'])(text)).toBe(`The API ${redacted} the token or its account.`);
  });

  test('reaches every text of a value, names too', () => {
    const clean = redactor(['topsecret']);
    expect(cleaned({ a: ['x topsecret', 1, null, { topsecret: true }] }, clean)).toEqual({
      a: [`x ${redacted}`, 1, null, { [redacted]: true }],
    });
  });
});

describe('needsRedaction', () => {
  test('misses nothing that the redactor would replace in some text of the JSON', () => {
    const forms = [
      (secret: string) => secret,
      encodeURIComponent,
      (secret: string) => Buffer.from(secret).toString('base64'),
      (secret: string) => `https://f.runcomfy.net/a.png?q=${secret}`,
    ];
    fc.assert(
      fc.property(secrets, around, fc.constantFrom(...forms), (secret, before, form) => {
        const value = { a: [{ [`${before}${form(secret)}`]: 1 }], b: `${before}${form(secret)}` };
        expect(cleaned(value, redactor([secret]))).not.toEqual(value);
        expect(needsRedaction([secret])(JSON.stringify(value))).toBe(true);
      }),
    );
  });

  test('lets a line pass that holds neither a secret nor a link', () => {
    const line = '{"event":"job","job":"8a9bb2fa","path":"files/a-cat/8a9bb2fa.png","cost":0.08}';
    expect(needsRedaction(['rc_live_0123456789abcdef', 'short'])(line)).toBe(false);
    expect(needsRedaction([])(line)).toBe(false);
  });
});
