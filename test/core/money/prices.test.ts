import fc from 'fast-check';
import { expect, test } from 'vitest';
import { basePriceUsd, type Price, showUsd } from '../../../src/core/money/prices.ts';

const perOutput: Price = { usd: 0.08, unit: 'output' };
const perSecond: Price = { usd: 0.05, unit: 'second' };

test.each<[Price | null, Record<string, unknown>, number | null]>([
  [null, { num_images: 4 }, null],
  [perOutput, {}, 0.08],
  [perOutput, { num_images: 4 }, 0.32],
  [perOutput, { num_images: 'many' }, null],
  [perSecond, { duration: 5 }, 0.25],
  [perSecond, { duration: '5' }, 0.25],
  [perSecond, {}, null],
  [perSecond, { duration: 'long' }, null],
])('with the price %j the input %j costs %j', (price, input, expected) => {
  expect(basePriceUsd(price, input)).toBe(expected);
});

test.each([
  [0, '$0.00'],
  [0.08, '$0.08'],
  [0.0035, '$0.0035'],
  [0.05, '$0.05'],
  [0.1, '$0.10'],
  [12.5, '$12.50'],
  [1_234.567, '$1234.57'],
])('%d dollars are shown as %s', (usd, expected) => {
  expect(showUsd(usd)).toBe(expected);
});

test('an amount is never shown as one that differs by more than half of its last digit', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 10_000, noNaN: true }), (usd) => {
      const error = Math.abs(Number(showUsd(usd).slice(1)) - usd);
      expect(error).toBeLessThanOrEqual((usd < 0.1 ? 0.00005 : 0.005) + 1e-9);
    }),
  );
});
