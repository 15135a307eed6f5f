import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jobStatuses } from '../../src/core/job/job.ts';
import type { ManifestError } from '../../src/core/job/manifest.ts';
import type { JsonObject, JsonValue } from '../../src/core/json.ts';
import type { PageJob } from '../../src/view/page-data.ts';
import { blockJson, blockText, decoding, encoding, type WireJob } from '../../src/view/page-wire.ts';

const text = fc.string({ unit: 'binary', maxLength: 12 });
const object = fc.dictionary(text, fc.jsonValue() as fc.Arbitrary<JsonValue>, { noNullPrototype: true });
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const instant = maybe(fc.integer({ min: 0, max: 4e12 }));

const names = fc.dictionary(text, text, { noNullPrototype: true });

const unnamed: fc.Arbitrary<PageJob> = fc.record({
  job: fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 16, maxLength: 16 }),
  name: maybe(text),
  rows: fc.array(text),
  model: text,
  state: fc.constantFrom(...jobStatuses),
  isPlanned: fc.boolean(),
  rep: fc.nat(),
  parent: maybe(text),
  input: object as fc.Arbitrary<JsonObject>,
  tags: fc.dictionary(text, text, { noNullPrototype: true }),
  axes: object,
  requestId: maybe(text),
  attempts: fc.nat(),
  plannedAt: instant,
  submittedAt: instant,
  startedAt: instant,
  finishedAt: instant,
  doneAt: instant,
  costUsd: maybe(fc.double({ min: 0, max: 100, noNaN: true })),
  outputs: fc.array(
    fc.record({
      path: text,
      bytes: fc.nat(),
      mime: text,
      width: maybe(fc.nat()),
      height: maybe(fc.nat()),
      thumb: maybe(text),
    }),
  ),
  notes: fc.array(text),
  answer: maybe(text),
  error: maybe(
    fc.record({ class: fc.constantFrom('model', 'rate'), message: text }) as fc.Arbitrary<ManifestError>,
  ),
});

const job = fc.tuple(unnamed, fc.option(names, { nil: undefined }), fc.boolean()).map(
  ([each, called, isEstimated]): PageJob => ({
    ...each,
    ...(called === undefined ? {} : { names: called }),
    ...(isEstimated ? { costEstimated: true } : {}),
  }),
);

test('the page reads exactly what was written into it, whatever users and servers wrote', () => {
  fc.assert(
    fc.property(fc.array(job), (jobs) => {
      const { encode, values } = encoding();
      const written = blockJson(jobs.map(encode));
      const shared = blockText(`[${[...values()].join(',')}]`);
      expect(`${written}${shared}`).not.toMatch(/[<\u2028\u2029]/);
      const read = (JSON.parse(written) as WireJob[]).map(decoding(JSON.parse(shared) as JsonValue[]));
      // JSON knows no negative zero.
      expect(JSON.parse(JSON.stringify(read))).toEqual(JSON.parse(JSON.stringify(jobs)));
    }),
  );
});

test('values that jobs share are written once', () => {
  const [sample] = fc.sample(job, 1) as [PageJob];
  const { encode, values } = encoding();
  const prompt = { ...sample, input: { prompt: 'a long prompt that every job has' } };
  encode(prompt);
  const before = [...values()].length;
  encode({ ...prompt, job: '0000000000000001' });
  expect([...values()].length).toBe(before);
});
