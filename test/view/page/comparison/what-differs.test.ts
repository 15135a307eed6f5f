import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, type JsonObject, type JsonValue } from '../../../../src/core/json.ts';
import { whatDiffers } from '../../../../src/view/page/comparison/what-differs.ts';
import { jobAt } from '../page-builders.ts';

test('only differences are listed: the model, inputs, tags and rep', () => {
  const one = jobAt(0, 0, { input: { prompt: 'sea', seed: 1, style: 'anime' }, tags: { place: 'sea' } });
  const other = jobAt(0, 0, {
    model: 'another/model',
    rep: 2,
    input: { prompt: 'sea', seed: 2, cfg: null },
    tags: { place: 'shore' },
  });
  expect(whatDiffers([one, other])).toEqual([
    { source: 'job', key: 'model', values: [one.model, 'another/model'] },
    { source: 'input', key: 'seed', values: [1, 2] },
    { source: 'input', key: 'style', values: ['anime', undefined] },
    { source: 'input', key: 'cfg', values: [undefined, null] },
    { source: 'tag', key: 'place', values: ['sea', 'shore'] },
    { source: 'job', key: 'rep', values: [1, 2] },
  ]);
});

test('a job does not differ from itself, or from one whose objects have their keys in another order', () => {
  const one = jobAt(0, 0, { input: { lora: { a: 1, b: 2 } } });
  expect(whatDiffers([one, one])).toEqual([]);
  expect(whatDiffers([one, jobAt(0, 0, { input: { lora: { b: 2, a: 1 } } })])).toEqual([]);
});

const key = fc.constantFrom('seed', 'style', '__proto__', 'constructor', 'prompt');
const input = fc.dictionary(key, fc.jsonValue() as fc.Arbitrary<JsonValue>, { noNullPrototype: true });

test('an input is listed exactly if two jobs have different values for it', () => {
  fc.assert(
    fc.property(fc.array(input, { minLength: 2, maxLength: 4 }), (inputs) => {
      const listed = new Set(
        whatDiffers(inputs.map((each) => jobAt(0, 0, { input: each as JsonObject }))).map(
          (difference) => difference.key,
        ),
      );
      for (const name of new Set(inputs.flatMap(Object.keys))) {
        const texts = inputs.map((each) =>
          Object.hasOwn(each, name) ? canonicalJson(each[name] as JsonValue) : 'none',
        );
        expect(listed.has(name)).toBe(new Set(texts).size > 1);
      }
    }),
  );
});
