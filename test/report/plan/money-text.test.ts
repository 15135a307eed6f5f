import { describe, expect, test } from 'vitest';
import { atStake } from '../../../src/core/money/at-stake.ts';
import { estimator } from '../../../src/core/money/estimator.ts';
import { atStakeText, committedText } from '../../../src/report/plan/money-text.ts';

const nothing = { attempts: 0, usd: 0, unvalued: 0 };

describe('money that may have been spent', () => {
  test('stands beside the money spent, and alone if no cost was reported', () => {
    const six = { attempts: 6, usd: 0.48, unvalued: 0 };
    expect(committedText(1.92, nothing)).toBe('$1.92');
    expect(committedText(0, nothing)).toBe('$0.00');
    expect(committedText(1.92, six)).toBe('≥ $1.92, at stake about $0.48: 6 attempts of unknown cost');
    expect(committedText(0, six)).toBe('at stake about $0.48: 6 attempts of unknown cost');
  });

  test('says which attempts have no price', () => {
    expect(atStakeText({ attempts: 1, usd: 0, unvalued: 1 })).toBe('1 attempt of unknown cost and price');
    expect(atStakeText({ attempts: 6, usd: 0.08, unvalued: 5 })).toBe(
      'about $0.08: 6 attempts of unknown cost, 5 of them of unknown price',
    );
  });

  test('is reckoned by base price, else by what such jobs have cost', () => {
    const group = (model: string, attempts: number, images = 1) => ({
      model,
      input: { num_images: images },
      attempts,
    });
    const past = {
      model: 'seen',
      input: { num_images: 1 },
      latest: 1,
      usd: [[0.5, 9]],
      tookMs: [],
      bytes: [],
    } as const;
    const prices = new Map([['priced', { usd: 0.1, unit: 'output' } as const]]);
    const stake = atStake(
      [group('seen', 2), group('priced', 1, 4), group('priced', 3), group('free', 4)],
      estimator({ prices, own: [past], others: [] }),
    );
    expect(stake).toEqual({ attempts: 10, usd: expect.closeTo(2 * 0.5 + 0.4 + 0.3), unvalued: 4 });
  });
});
