import { expect, test } from 'vitest';
import { keyColumn } from '../../../../src/view/page/filters/key-column.ts';
import { type Key, keysOf } from '../../../../src/view/page/filters/keys.ts';
import { wallGroups } from '../../../../src/view/page/wall/wall-order.ts';
import { aPageHead, aPageJob, withoutResult } from '../page-builders.ts';

const jobs = [
  withoutResult(aPageJob(0, { input: { prompt: 'b' } }), { state: 'pending' }),
  aPageJob(1, { input: { prompt: 'a' } }),
  aPageJob(2, { input: { prompt: 'b' } }),
  withoutResult(aPageJob(3, { input: { prompt: 'a' } }), { state: 'running' }),
  aPageJob(4, { input: {} }),
];
const prompts = keyColumn(keysOf(aPageHead(), jobs).find(({ id }) => id === 'prompt') as Key, jobs);
const order = (how: 'newest' | 'prompt' | 'plan') => wallGroups([0, 1, 2, 3, 4], jobs, how, prompts);

test('the newest result comes first, and jobs that have not ended follow in the order of the plan', () => {
  expect(order('newest')).toEqual([{ heading: null, jobs: [4, 2, 1, 0, 3] }]);
});

test('ordered by prompt, each prompt is a heading above its jobs', () => {
  expect(order('prompt')).toEqual([
    { heading: 'b', jobs: [0, 2] },
    { heading: 'a', jobs: [1, 3] },
    { heading: '(none)', jobs: [4] },
  ]);
});

test('plan order is the order of the plan', () => {
  expect(order('plan')).toEqual([{ heading: null, jobs: [0, 1, 2, 3, 4] }]);
});
