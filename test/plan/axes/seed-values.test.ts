import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UserError } from '../../../src/core/complaints.ts';
import { derivedSeeds } from '../../../src/plan/axes/seed-values.ts';

test('the seeds are the same for ever', () => {
  expect(derivedSeeds(3, null)).toStrictEqual([2_034_151_101, 560_642_266, 919_192_847]);
});

test('seeds lie within the limits, come once each, and more of them begin with the same ones', () => {
  const limits = fc.record({ least: fc.integer(), width: fc.integer({ min: 1, max: 300 }) });
  fc.assert(
    fc.property(limits, fc.nat(300), fc.nat(300), ({ least, width }, some, more) => {
      const field = { minimum: Math.max(0, least), maximum: Math.max(0, least) + width - 1 };
      const many = derivedSeeds(Math.min(width, some + more), field);
      expect(new Set(many).size).toBe(many.length);
      expect(many.every((seed) => field.minimum <= seed && seed <= field.maximum)).toBe(true);
      expect(derivedSeeds(Math.min(width, some), field)).toStrictEqual(many.slice(0, Math.min(width, some)));
    }),
  );
});

test('-1, which means any seed to many models, is not derived', () => {
  expect(derivedSeeds(10, { minimum: -1, maximum: 9 }).toSorted((a, b) => a - b)).toStrictEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
  ]);
});

test('more seeds than the model has are refused', () => {
  expect(() => derivedSeeds(11, { minimum: 0, maximum: 9 })).toThrow(
    new UserError(
      'usage',
      '--seeds 11 is more than this model has: its seeds go from 0 to 9.',
      'Ask for at most 10.',
    ),
  );
});

test('a hundred thousand seeds are all different', () => {
  expect(new Set(derivedSeeds(100_000, null)).size).toBe(100_000);
});
