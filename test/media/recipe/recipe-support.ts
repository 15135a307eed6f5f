import fc from 'fast-check';
import type { Recipe } from '../../../src/core/job/recipe.ts';
import type { JsonObject } from '../../../src/core/json.ts';
import type { ReadBytes, Splice } from '../../../src/core/ports.ts';
import { recipeEmbedding } from '../../../src/media/recipe/embedding.ts';
import { recipeIn } from '../../../src/media/recipe/read-recipe.ts';

export function readerOf(bytes: Buffer): ReadBytes {
  return async (from, length) => bytes.subarray(from, from + length);
}

export function spliced(bytes: Buffer, splices: readonly Splice[]): Buffer {
  const pieces: Uint8Array[] = [];
  let at = 0;
  for (const splice of splices) {
    if (splice.at < at) throw new RangeError(`The splice at ${splice.at} is over another one.`);
    pieces.push(bytes.subarray(at, splice.at), splice.inserted);
    at = splice.at + splice.removed;
  }
  return Buffer.concat([...pieces, bytes.subarray(at)]);
}

const embed = recipeEmbedding('0.1.0');

/** null: the file carries none. */
export async function withRecipe(
  { bytes, mime }: { readonly bytes: Buffer; readonly mime: string },
  recipe: Recipe,
): Promise<Buffer | null> {
  const splices = await embed(readerOf(bytes), bytes.length, mime, recipe);
  return splices === null ? null : spliced(bytes, splices);
}

export function recipeOfBytes(bytes: Buffer): Promise<Recipe | null> {
  return recipeIn(readerOf(bytes), bytes.length);
}

export const catRecipe: Recipe = {
  job: '5f1c9ae0b7d2443e',
  model: 'ideogram/ideogram-v2/generate',
  input: { prompt: 'a purple cat, "loud"', negative_prompt: 'text: watermark', seed: 7, style: 'anime' },
  rep: 2,
  request_id: '3f6c2f2e-0001',
};

const nasty = fc.constantFrom(
  '</x:xmpmeta>',
  ']]><!--',
  '</rcb:recipe>',
  'a\u0000b\u0007\u001b[31m',
  '\ud800 alone \udfff',
  '\ufffe\uffff\u0085\u2028',
  '😀 猫 ﷽ é',
  '\r\n\tNegative prompt: x\r\nSteps: 1, Seed: 2, Size: 3x4',
  '&amp;&#0;&lt;',
  '"quoted", and \\ more: yes',
  '-0',
  '{"a":1}',
  ' ',
);
const text = fc.oneof(
  nasty,
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.array(nasty).map((all) => all.join('')),
);

// JSON knows no -0, and a key `__proto__` is no key in a literal.
const input = fc
  .dictionary(
    fc.oneof(fc.constantFrom('prompt', 'negative_prompt', 'seed', 'n', 'job', 'Version'), text),
    fc.oneof(text, fc.jsonValue({ maxDepth: 3 })),
  )
  .map((value) => JSON.parse(JSON.stringify(value)) as JsonObject);

export const anyText = text;
export const anyRecipe: fc.Arbitrary<Recipe> = fc.record(
  {
    job: fc.option(fc.stringMatching(/^[0-9a-f]{16}$/)),
    model: fc.option(fc.constantFrom('ideogram/ideogram-v2/generate', 'x, "y": z')),
    input: fc.oneof(
      input,
      text.map((prompt) => ({ prompt })),
    ),
    names: fc.dictionary(
      text.filter((name) => name !== '__proto__'),
      text,
      { noNullPrototype: true },
    ),
    rep: fc.integer({ min: 1, max: 1_000 }),
    request_id: fc.option(fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/)),
  },
  { noNullPrototype: true, requiredKeys: ['job', 'model', 'input', 'rep', 'request_id'] },
);
