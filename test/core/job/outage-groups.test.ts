import { expect, test } from 'vitest';
import { byOutage } from '../../../src/core/job/outage-groups.ts';
import { at } from '../../support/builders.ts';

const minute = 60_000;

test('what happened close together is one outage, in the order of time; a long pause begins another', () => {
  const items = [50, 0, 14, 28, 51, 90].map((minutes) => ({ minutes }));
  const outages = byOutage(items, ({ minutes }) => at(minutes * minute));
  expect(outages.map(({ from, to, items: own }) => [from, to, own.map(({ minutes }) => minutes)])).toEqual([
    [0, 28 * minute, [0, 14, 28]],
    [50 * minute, 51 * minute, [50, 51]],
    [90 * minute, 90 * minute, [90]],
  ]);
});

test('what has no time comes last', () => {
  const outages = byOutage([null, 5, null], (ms) => (ms === null ? null : at(ms)));
  expect(outages).toEqual([
    { from: 5, to: 5, items: [5] },
    { from: null, to: null, items: [null, null] },
  ]);
  expect(byOutage([], () => at(0))).toEqual([]);
});
