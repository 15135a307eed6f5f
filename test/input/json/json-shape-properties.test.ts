import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isError, UserError } from '../../../src/core/complaints.ts';
import { readInput } from '../../../src/input/inputs.ts';
import { sized } from '../../support/tiers.ts';
import { plain, quoted, read, sourceOf } from '../reading-inputs.ts';

const letters = fc.string({
  unit: fc.constantFrom('a', ' ', '"', '\\', '\n', '😀', ',', '[', '}', "'", '//', '\ufeff'),
});
const rowsGiven = fc.array(
  fc.record({ prompt: letters, seed: fc.integer(), style: fc.option(letters) }, { noNullPrototype: true }),
  { minLength: 1, maxLength: 6 },
);

test('every wrapper gives the same cells as the plain list, each at its place', async () => {
  await fc.assert(
    fc.asyncProperty(rowsGiven, fc.constantFrom(undefined, 2, '\t'), async (given, indent) => {
      const names = ['prompt', 'seed', 'style'] as const;
      const numbered = <T>(items: readonly T[]) => Object.fromEntries(items.map((item, at) => [at, item]));
      const cells = given.map((row) => names.map((name) => row[name]));
      const column = (name: (typeof names)[number]) => given.map((row) => row[name]);
      const shapes = [
        ...['prompts', 'data', 'items', 'anything'].map((key) => ({ [key]: given })),
        numbered(given),
        Object.fromEntries(names.map((name) => [name, numbered(column(name))])),
        Object.fromEntries(names.map((name) => [name, column(name)])),
        { columns: names, index: given.map((_, at) => at), data: cells },
        { schema: {}, data: given.map((row, index) => ({ index, ...row })) },
        [names, ...cells],
        given.map((input) => ({ input })),
      ];
      const wanted = plain((await read(JSON.stringify(given), 'json')).rows);
      const texts = [
        ...shapes.map((shape) => JSON.stringify(shape, null, indent)),
        given.map((row) => JSON.stringify(row, null, indent)).join('\n'),
      ];
      for (const text of texts) {
        const { rows, problems } = await read(text, 'json');
        expect(problems.filter(isError)).toEqual([]);
        expect(plain(rows)).toEqual(wanted);
        expect(quoted(text, rows).filter(([, isThere]) => !isThere)).toEqual([]);
      }
      const prompts = given.map(({ prompt }) => prompt);
      for (const shape of [prompts, { prompts }, { prompt: prompts }]) {
        const { rows } = await read(JSON.stringify(shape, null, indent), 'json');
        expect(plain(rows)).toEqual(prompts.map((prompt) => ({ prompt })));
      }
    }),
    { numRuns: sized(40, 100) },
  );
});

test('any text at all read as JSON or JSONL ends in rows and problems', async () => {
  const token = fc.constantFrom(
    ...[
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"prompt"',
      '"input"',
      '"data"',
      '"columns"',
      '"0"',
      '"a b"',
      '"rows"',
      '"messages"',
    ],
    ...['1', 'NaN', 'null', "'", '//', '\n', ' ', '\ufeff', '\\', '"', '12345678901234567890', 'None'],
  );
  const text = fc.oneof(
    fc.array(token, { maxLength: 40 }).map((parts) => parts.join('')),
    fc.json().map((json) => json.replaceAll('"a"', '"prompt"')),
    fc.string({ unit: 'binary' }),
  );
  await fc.assert(
    fc.asyncProperty(text, fc.constantFrom('json' as const, 'jsonl' as const), async (content, format) => {
      const problems: unknown[] = [];
      try {
        const input = await readInput(sourceOf(content, format), (problem) => problems.push(problem));
        if (input.kind === 'rows') for await (const row of input.rows) problems.push(row);
        else problems.push(input.sweep);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
      }
      expect(problems.length).toBeGreaterThan(0);
    }),
    { numRuns: sized(200, 2_000) },
  );
});
