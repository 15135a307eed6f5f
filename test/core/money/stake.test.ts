import { expect, test } from 'vitest';
import { type KnownPrices, likelyCost, stakeOf, stakeText } from '../../../src/core/money/stake.ts';

const known: KnownPrices = {
  maxUsd: new Map([['a/seen', 0.5]]),
  prices: new Map([
    ['a/seen', { usd: 0.08, unit: 'output' }],
    ['a/priced', { usd: 0.1, unit: 'output' }],
    ['a/free', null],
  ]),
};
const costOf = (model: string, input = {}) => likelyCost({ model, input }, known);

test('a job is likely to cost what others of its model have cost here, else its base price', () => {
  expect(costOf('a/seen')).toEqual({ usd: 0.5, by: 'history' });
  expect(costOf('a/priced', { num_images: 3 })).toMatchObject({ by: 'base price' });
  expect(costOf('a/free')).toEqual({ usd: null, by: null });
  expect(costOf('a/unheard-of')).toEqual({ usd: null, by: null });
});

test.each([
  [['a/seen', 'a/seen'], 'about $1.00 (cost of such jobs here)'],
  [['a/priced', 'a/priced'], 'about $0.20 (base prices)'],
  [['a/seen', 'a/priced'], 'about $0.60 (cost of such jobs here, else base prices)'],
  [['a/priced', 'a/free'], 'more than $0.10 (base prices)'],
  [['a/free'], 'an unknown amount'],
])('what is at stake with %j is %s', (models, text) => {
  expect(stakeText(stakeOf(models.map((model) => costOf(model))))).toBe(text);
});
