import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { sized } from '../support/tiers.ts';
import { plain, sweepFrom } from './reading-inputs.ts';

test('a sweep reads back from any YAML or JSON that says the same', async () => {
  const text = fc.string({
    unit: fc.constantFrom(...'ab{}[]:-#*&!"\'| 16é'),
    minLength: 1,
    maxLength: 8,
  });
  const word = text.filter((given) => given.trim() !== '');
  const value = fc.oneof(text, fc.integer(), fc.boolean(), fc.array(text, { maxLength: 3 }));
  const name = fc.constantFrom('prompt', 'seed', 'a b', '16:9', 'no', '"', '#');
  const values = fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true });
  const axis = fc.oneof(text, fc.integer(), fc.array(value, { minLength: 1, maxLength: 3 }));
  const given = fc.record({
    name: word,
    input: fc.array(word, { minLength: 1, maxLength: 3 }),
    rows: fc.array(values, { minLength: 1, maxLength: 4 }),
    defaults: values,
    axes: fc.dictionary(name, axis, { maxKeys: 4, noNullPrototype: true }),
    repeat: fc.integer({ min: 1, max: 9 }),
  });
  const writers = {
    yaml: (sweep: unknown) => stringify(sweep),
    json: (sweep: unknown) => JSON.stringify(sweep),
  };
  await fc.assert(
    fc.asyncProperty(given, fc.constantFrom('yaml', 'json'), async (wanted, format) => {
      const { sweep, problems } = await sweepFrom(writers[format](wanted), format);
      expect(problems).toEqual([]);
      const { rows, defaults, axes, inputs, name: called, repeat } = sweep ?? never();
      const pairs = axes.map(({ name: axisName, given: how }) => [axisName, how]);
      expect({ name: called, input: inputs, rows: plain(rows), repeat }).toEqual({
        name: wanted.name,
        input: wanted.input,
        rows: wanted.rows,
        repeat: wanted.repeat,
      });
      expect(Object.fromEntries(defaults.map(({ name: input, cell }) => [input, cell]))).toEqual(
        Object.fromEntries(
          Object.entries(wanted.defaults).map(([input, typed]) => [input, { kind: 'typed', value: typed }]),
        ),
      );
      expect(Object.fromEntries(pairs)).toEqual(
        Object.fromEntries(
          Object.entries(wanted.axes).map(([axisName, how]) => [
            axisName,
            typeof how === 'string'
              ? { kind: 'text', text: how }
              : { kind: 'list', values: Array.isArray(how) ? how : [how] },
          ]),
        ),
      );
    }),
    { numRuns: sized(40, 200) },
  );
});

function never(): never {
  throw new Error('there is no sweep');
}
