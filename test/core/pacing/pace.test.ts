import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import {
  backoffMs,
  defaultBackoff,
  parseDurationMs,
  priceFactorAfter,
  retryAfterMs,
  showDuration,
  withinPollBounds,
} from '../../../src/core/pacing/pace.ts';

const now = Date.UTC(2026, 10, 22, 10, 0, 0) as Instant;

test.each([
  ['120', 120_000],
  [' 0 ', 0],
  ['Sun, 22 Nov 2026 10:02:00 GMT', 120_000],
  ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
  ['-5', null],
  ['1.5', null],
  ['soon', null],
  ['2026', 2_026_000],
  ['', null],
  [null, null],
  [undefined, null],
])('Retry-After %j means %j ms', (header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected);
});

test('Retry-After is never negative, infinite or not a number', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.bigInt().map(String),
        fc.date({ noInvalidDate: true }).map((date) => date.toUTCString()),
      ),
      (header) => {
        const ms = retryAfterMs(header, now);
        if (ms !== null) expect(ms).toSatisfy((value: number) => Number.isFinite(value) && value >= 0);
      },
    ),
  );
});

const roll = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test('a backoff stays between half of its step and its whole, and below its limit', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), roll, (n, dice) => {
      const step = Math.min(defaultBackoff.firstMs * 2 ** (n - 1), defaultBackoff.limitMs);
      const ms = backoffMs(n, defaultBackoff, null, dice);
      expect(ms).toBeGreaterThanOrEqual(step / 2);
      expect(ms).toBeLessThanOrEqual(step);
    }),
  );
});

test('a backoff is never shorter than what the server asked for', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.nat(1_000_000), roll, (n, askedMs, dice) => {
      const ms = backoffMs(n, defaultBackoff, askedMs, dice);
      expect(ms).toBeGreaterThanOrEqual(askedMs);
      expect(ms).toBeGreaterThanOrEqual(backoffMs(n, defaultBackoff, null, dice));
    }),
  );
});

test('a poll never comes in less than 50 ms, nor later than a minute, and sooner while little is known', () => {
  expect([withinPollBounds(-5, 0, true), withinPollBounds(700, 4_000, false)]).toEqual([50, 700]);
  expect(withinPollBounds(45_000, 4_000, true)).toBe(45_000);
  expect(withinPollBounds(1e9, 4_000, true)).toBe(60_000);
  expect(withinPollBounds(60_000, 4_000, false)).toBe(10_000);
  expect(withinPollBounds(1e9, 240_000, false)).toBe(30_000);
  expect(withinPollBounds(1e9, 3_600_000, false)).toBe(60_000);
});

test('polls get dearer while they queue, cheaper else, and never cheaper than they are worth', () => {
  fc.assert(
    fc.property(fc.array(fc.boolean()), (queues) => {
      const after = queues.reduce(
        (priceFactor, queued) => priceFactorAfter(priceFactor, queued ? 400 : 0, 1_000),
        1,
      );
      expect(after).toBeGreaterThanOrEqual(1);
      expect(priceFactorAfter(after, 400, 1_000)).toBeGreaterThan(after);
      if (after > 1) expect(priceFactorAfter(after, 0, 1_000)).toBeLessThan(after);
    }),
  );
});

test.each([
  ['90', 90_000],
  ['1.5', 1_500],
  ['90s', 90_000],
  ['30m', 1_800_000],
  ['8h', 28_800_000],
  ['2d', 172_800_000],
  ['500ms', 500],
  ['1h30m', 5_400_000],
  [' 1.5h ', 5_400_000],
  ['', null],
  ['m', null],
  ['-5s', null],
  ['1 h', null],
  ['1h30', null],
  ['1w', null],
  ['1e3', null],
])('the duration %j is %j ms', (text, expected) => {
  expect(parseDurationMs(text)).toBe(expected);
});

test.each([
  [0, '0s'],
  [-1, '0s'],
  [499, '0s'],
  [59_400, '59s'],
  [59_500, '1m00s'],
  [200_000, '3m20s'],
  [3_599_600, '1h00m'],
  [7_500_000, '2h05m'],
  [97_200_000, '1d3h'],
])('%d ms are shown as %s', (ms, expected) => {
  expect(showDuration(ms)).toBe(expected);
});

test('a duration that is shown reads back as itself, to the last unit shown', () => {
  fc.assert(
    fc.property(fc.nat(40 * 86_400), (seconds) => {
      const unit = seconds < 3_600 ? 1 : seconds < 86_400 ? 60 : 3_600;
      const read = parseDurationMs(showDuration(seconds * 1_000));
      expect(read).toBe(Math.floor(seconds / unit) * unit * 1_000);
    }),
  );
});
