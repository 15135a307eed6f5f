import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { base64Bytes } from '../../../src/providers/wire/inline-content.ts';

describe('base64 in a result', () => {
  test('is taken in either alphabet, with line breaks, and padded or not', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 40 }),
        fc.boolean(),
        fc.boolean(),
        (bytes, web, bare) => {
          const text = Buffer.from(bytes).toString(web ? 'base64url' : 'base64');
          const written = (bare ? text.replaceAll('=', '') : text).replace(/(.{7})/g, '$1\r\n');
          expect([...(base64Bytes(written) ?? [])]).toEqual([...bytes]);
        },
      ),
    );
  });

  test('is told from every other text as its grammar tells it', () => {
    const letters = fc.string({
      unit: fc.constantFrom('A', 'z', '0', '+', '/', '_', '-', '=', '.', ' ', 'ä'),
    });
    fc.assert(
      fc.property(letters, (text) => {
        const packed = text.replace(/\s+/g, '');
        const isBase64 =
          /^[A-Za-z0-9+/_-]+={0,2}$/.test(packed) && packed.replace(/=+$/, '').length % 4 !== 1;
        expect(base64Bytes(text) !== null).toBe(isBase64);
      }),
    );
  });

  test('may be as large as a video', () => {
    const bytes = Buffer.alloc(48_000_000, 7);
    expect(base64Bytes(bytes.toString('base64'))?.length).toBe(bytes.length);
  });
});
