import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { JsonValue } from '../../src/core/json.ts';
import { jobId } from '../../src/plan/cells/planned-job.ts';
import { ideogramV2 } from '../../src/providers/runcomfy/built-in.ts';
import { sized } from '../support/tiers.ts';
import { planned, textRow, typedRow } from './plan-arrange.ts';

interface Sample {
  readonly text: string;
  readonly value: JsonValue;
}

const same = (value: string): Sample => ({ text: value, value });
const schema = ideogramV2.inputSchema as { properties: Record<string, { enum?: string[] }> };
const choices = (name: string): readonly string[] => schema.properties[name]?.enum ?? [];

const sound = {
  prompt: fc
    .string({ unit: 'grapheme', minLength: 1 })
    .filter((text) => text.trim() !== '' && text.isWellFormed() && !/[\0\r]/.test(text))
    .map((text) => text.normalize('NFC'))
    .map(same),
  style: fc.constantFrom(...choices('style')).map(same),
  aspect_ratio: fc.constantFrom(...choices('aspect_ratio')).map(same),
  expand_prompt: fc
    .constantFrom<[string, boolean]>(
      ['true', true],
      ['YES', true],
      ['1', true],
      ['False', false],
      ['no', false],
      ['0', false],
    )
    .map(([text, value]) => ({ text, value })),
  negative_prompt: fc.constantFrom('text, watermark', '0042', 'nothing', 'true').map(same),
  seed: fc
    .tuple(fc.nat(2_147_483_647), fc.constantFrom('', '+', '00'))
    .map(([seed, before]) => ({ text: `${before}${seed}`, value: seed })),
};
const names = Object.keys(sound);
const soundRow = fc.record(sound, { requiredKeys: ['prompt'] });

/** Such a cell counts as empty. */
const isBlank = (text: string): boolean =>
  /^(\\N|nil|#?N\/A.*|#NA|NaN?|NA|NULL|null|nan|None|n\/a|<NA>|NaT|-nan|-NaN)$/i.test(text.trim());

const unsound = {
  prompt: fc.constantFrom('', '  ', 'a\0b', '\ud800'),
  style: fc
    .string()
    .filter((text) => !choices('style').includes(text.trim().toLowerCase()) && !isBlank(text)),
  aspect_ratio: fc
    .string()
    .filter((text) => !choices('aspect_ratio').includes(text.trim()) && !isBlank(text)),
  expand_prompt: fc
    .string()
    .filter((text) => !/^(true|false|yes|no|on|off|[yntf]|[01](\.0)?)$/i.test(text.trim()) && !isBlank(text)),
  negative_prompt: fc.string().map((text) => `${text}\0`),
  seed: fc.oneof(
    fc.string().filter((text) => !/^\s*[+-]?\d+/.test(text) && !isBlank(text)),
    fc.integer({ max: -2 }).map(String),
    fc.bigInt({ min: 2_147_483_648n }).map(String),
  ),
};

/** What is said of texts that may be meant as more than they say: they are sent as written all the same. */
const aboutTexts: ReadonlySet<string | undefined> = new Set(['wildcard', 'brace', 'midjourney']);

const disguise = fc.func(fc.boolean()).map((upper) => (name: string) => {
  return [...name].map((letter, index) => (upper(index) ? letter.toUpperCase() : letter)).join('');
});

test('every sound row gives exactly the body it says, whatever the order and case of its columns', async () => {
  await fc.assert(
    fc.asyncProperty(soundRow, disguise, fc.boolean(), fc.boolean(), async (row, dress, turned, typed) => {
      const given = Object.entries(row as Record<string, Sample>);
      if (turned) given.reverse();
      const cells = given.map(([name, { text, value }]) => [dress(name), typed ? value : text]);
      const made = (typed ? typedRow : textRow)(2, Object.fromEntries(cells));
      const { jobs, problems } = await planned([made]);
      const input = Object.fromEntries(
        names.flatMap((name) =>
          given.filter(([each]) => each === name).map(([, { value }]) => [name, value]),
        ),
      );
      expect(problems.filter(({ kind }) => !aboutTexts.has(kind))).toEqual([]);
      expect(jobs).toHaveLength(1);
      expect(jobs[0]?.input).toStrictEqual(input);
      expect(Object.keys(jobs[0]?.input ?? {})).toEqual(Object.keys(input));
      expect(jobs[0]?.id).toBe(jobId(ideogramV2.id, input, 1, null));
    }),
  );
});

test('every unsound cell is one error, at its own place, and there are no others', async () => {
  const rowWithFaults = fc
    .tuple(soundRow, fc.subarray(names, { minLength: 1 }), fc.record(unsound))
    .map(([row, faulty, wrong]) => ({
      faulty,
      cells: {
        ...Object.fromEntries(
          Object.entries(row as Record<string, Sample>).map(([name, { text }]) => [name, text]),
        ),
        ...Object.fromEntries(faulty.map((name) => [name, wrong[name as keyof typeof wrong]])),
      },
    }));
  await fc.assert(
    fc.asyncProperty(fc.array(rowWithFaults, { minLength: 1, maxLength: 4 }), async (rows) => {
      const made = rows.map(({ cells }, index) => textRow(index + 2, cells));
      const { jobs, problems } = await planned(made);
      const expected = rows.flatMap(({ faulty }, index) => faulty.map((name) => made[index]?.placeOf(name)));
      const order = (places: readonly unknown[]): string[] =>
        places.map((place) => JSON.stringify(place)).sort();
      const errors = problems.filter(({ severity }) => severity === 'error');
      expect(order(errors.map(({ place }) => place))).toEqual(order(expected));
      expect(jobs).toEqual([]);
      for (const { message } of problems) expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202e]/);
    }),
  );
});

test('the same rows in another order give the same jobs', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(soundRow, { maxLength: 6 }), async (rows) => {
      const made = rows.map((row, index) => {
        const cells = Object.entries(row as Record<string, Sample>).map(([name, { text }]) => [name, text]);
        return textRow(index + 2, Object.fromEntries(cells));
      });
      const there = await planned(made);
      const back = await planned(made.toReversed());
      expect(back.jobs.toReversed()).toEqual(there.jobs);
    }),
    { numRuns: sized(10, 40) },
  );
});
