import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonObject } from '../../../src/core/json.ts';
import { jobId } from '../../../src/plan/cells/planned-job.ts';

function golden(canonical: string): string {
  return createHash('sha256').update(canonical).digest('hex').slice(0, 16);
}

test.each<[string, JsonObject, number, string]>([
  [
    'ideogram/ideogram-v2/generate',
    { seed: 1, prompt: 'a purple cat', style: 'anime' },
    1,
    '{"input":{"prompt":"a purple cat","seed":1,"style":"anime"},"model":"ideogram/ideogram-v2/generate","rep":1}',
  ],
  ['m', {}, 2, '{"input":{},"model":"m","rep":2}'],
  [
    'm',
    { prompt: 'Größe "é"\n猫', list: [3, { b: null, a: 0.5 }] },
    1,
    '{"input":{"list":[3,{"a":0.5,"b":null}],"prompt":"Größe \\"é\\"\\n猫"},"model":"m","rep":1}',
  ],
])('a job of %s is known by the hash of its canonical text', (model, input, rep, canonical) => {
  expect(jobId(model, input, rep, null)).toBe(golden(canonical));
});

test('an id never changes between versions', () => {
  const input = { prompt: 'a purple cat', seed: 1, style: 'anime' };
  expect(jobId('ideogram/ideogram-v2/generate', input, 1, null)).toBe('238faae0e80dbd7a');
});

test('an id does not depend on the order of keys, but on everything else', () => {
  const inputs = fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()), {
    minKeys: 1,
  });
  fc.assert(
    fc.property(inputs, fc.string(), fc.integer({ min: 1, max: 9 }), (input, model, rep) => {
      const turned = Object.fromEntries(Object.entries(input).reverse());
      const id = jobId(model, input, rep, null);
      expect(id).toMatch(/^[0-9a-f]{16}$/);
      expect(jobId(model, turned, rep, null)).toBe(id);
      expect(jobId(model, input, rep + 1, null)).not.toBe(id);
      expect(jobId(`${model}x`, input, rep, null)).not.toBe(id);
      expect(jobId(model, { ...input, [`${Object.keys(input)[0]}x`]: 'new' }, rep, null)).not.toBe(id);
    }),
  );
});

test('the same body at a provider that stands in ids is another job', () => {
  const input = { prompt: 'a cat' };
  const canonical = '{"input":{"prompt":"a cat"},"model":"m","provider":"other","rep":1}';
  expect(jobId('m', input, 1, 'other')).toBe(golden(canonical));
  expect(jobId('m', input, 1, 'other')).not.toBe(jobId('m', input, 1, null));
});
