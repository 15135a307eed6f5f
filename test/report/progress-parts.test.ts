import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { showCount } from '../../src/core/counts.ts';
import { etaMs, settlingPace } from '../../src/core/pacing/settling-pace.ts';
import { percentText, shareCells } from '../../src/report/progress/progress-bar.ts';
import { etaText, moneyText, rateText } from '../../src/report/terminal/wording.ts';
import { instant } from './report-builders.ts';

describe('shareCells', () => {
  test('fills the bar exactly and leaves nothing out that is there', () => {
    const amounts = fc.array(fc.nat({ max: 100_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(amounts, fc.integer({ min: 6, max: 80 }), (jobs, columns) => {
        fc.pre(jobs.some((amount) => amount > 0));
        const cells = shareCells(jobs, columns);
        expect(cells.reduce((sum, cell) => sum + cell, 0)).toBe(columns);
        jobs.forEach((amount, index) => {
          expect((cells[index] as number) > 0).toBe(amount > 0);
        });
      }),
    );
  });

  test('is empty where there is nothing to show', () => {
    expect(shareCells([0, 0], 10)).toEqual([0, 0]);
  });

  test('says 100% only when nothing is left', () => {
    expect([percentText(999, 1_000), percentText(1_000, 1_000), percentText(0, 0)]).toEqual([
      '99%',
      '100%',
      '100%',
    ]);
  });
});

describe('settlingPace', () => {
  const steady = (everyMs: number, untilMs: number) => {
    const pace = settlingPace(instant(0));
    for (let at = everyMs; at <= untilMs; at += everyMs) pace.settled(instant(at));
    return pace;
  };

  test('says nothing before a few jobs are through', () => {
    expect(steady(1_000, 2_000).perMinute(instant(2_000))).toBeNull();
    expect(steady(1_000, 3_000).perMinute(instant(3_000))).toBe(60);
  });

  test('follows the last minute when jobs are quick', () => {
    const pace = settlingPace(instant(0));
    for (let at = 0; at < 600_000; at += 1_000) pace.settled(instant(at));
    for (let at = 600_000; at < 700_000; at += 100) pace.settled(instant(at));
    expect(pace.perMinute(instant(700_000))).toBeCloseTo(600, -1);
  });

  test('looks further back when jobs are slow', () => {
    expect(steady(20_000, 600_000).perMinute(instant(610_000))).toBeCloseTo(3, 0);
  });

  test('sinks while nothing gets through', () => {
    const pace = steady(1_000, 60_000);
    expect(pace.perMinute(instant(60_000))).toBeCloseTo(60, -1);
    expect(pace.perMinute(instant(300_000)) as number).toBeLessThan(20);
  });

  test('is not thrown off by a clock that is set back', () => {
    const pace = steady(1_000, 60_000);
    pace.settled(instant(10_000));
    expect(pace.perMinute(instant(10_000))).toSatisfy((rate) => rate === null || Number.isFinite(rate));
  });

  test('gives an ETA as soon as there is a rate', () => {
    expect(etaMs(120, 60)).toBe(120_000);
    expect(etaMs(120, null)).toBeNull();
    expect(etaMs(0, null)).toBe(0);
  });
});

describe('wording', () => {
  test.each([
    [null, '–'],
    [0, '0s'],
    [31_000, '35s'],
    [200_000, '3m20s'],
    [659_000, '11m'],
    [7_500_000, '2h05m'],
  ])('shows an ETA of %j ms as %s', (ms, text) => {
    expect(etaText(ms)).toBe(text);
  });

  test('says what is not known about money', () => {
    expect([moneyText(24.96, 0), moneyText(24.96, 3), moneyText(0, 3), moneyText(0, 0)]).toEqual([
      '$24.96',
      '≥ $24.96',
      'cost unknown',
      '$0.00',
    ]);
  });

  test('shows rates with as many digits as help', () => {
    expect([null, 118.4, 4.21, 0.16, 1_234].map(rateText)).toEqual([
      '–/min',
      '118/min',
      '4.2/min',
      '9.6/h',
      '1,234/min',
    ]);
  });

  test('groups thousands', () => {
    expect([0, 999, 1_632, 1_000_000].map(showCount)).toEqual(['0', '999', '1,632', '1,000,000']);
  });
});
