import fc from 'fast-check';
import { expect, test } from 'vitest';
import { utf8Pieces } from '../../../src/store/exports/utf8-pieces.ts';
import { sized } from '../../support/tiers.ts';

/** The pieces as a writer has them that takes each before it asks for the next. */
function taken(texts: readonly string[]): Buffer[] {
  const pieces: Buffer[] = [];
  for (const piece of utf8Pieces(texts)) pieces.push(Buffer.from(piece));
  return pieces;
}

test('whatever the texts and however long, the pieces together are their bytes', () => {
  const text = fc
    .tuple(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), fc.integer({ min: 1, max: 90_000 }))
    .map(([part, times]) => part.repeat(times));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 6 }), (texts) => {
      expect(Buffer.concat(taken(texts)).equals(Buffer.from(texts.join('')))).toBe(true);
    }),
    { numRuns: sized(12, 50) },
  );
});

test('short texts are put together, and all pieces of them are in the same memory', () => {
  const texts = Array.from({ length: 20_000 }, (_, n) => `line ${n}, more than a few letters of it\n`);
  expect(taken(texts).length).toBeLessThan(10);
  const memories = new Set<ArrayBufferLike>();
  for (const { buffer } of utf8Pieces(texts)) memories.add(buffer);
  expect(memories.size).toBe(1);
});
