import { expect, test } from 'vitest';
import type { JobId } from '../../src/core/job/job.ts';
import { pollingTime } from '../../src/engine/polling-time.ts';

const [cat, dog] = ['cat' as JobId, 'dog' as JobId];

function listening(isAway = false) {
  let restedMs = 0;
  const silent = pollingTime({ restedMs: () => restedMs, isAway: () => isAway, outageMs: 7_200_000 });
  return {
    silent,
    rest: (ms: number) => {
      restedMs += ms;
    },
  };
}

test('time runs while polls are answered, and while only one request cannot be polled', () => {
  const { silent, rest } = listening();
  rest(1_000);
  silent.answered();
  silent.failed(cat);
  rest(1_000);
  silent.failed(cat);
  rest(1_000);
  expect(silent.heardMs()).toBe(3_000);
});

test('time stands still while nobody gets an answer, and runs again with the first', () => {
  const { silent, rest } = listening();
  rest(1_000);
  silent.failed(cat);
  silent.failed(dog);
  rest(3_600_000);
  expect(silent.heardMs()).toBe(1_000);
  silent.answered();
  rest(500);
  expect(silent.heardMs()).toBe(1_500);
});

test('one request is enough where the API is known to be away', () => {
  const { silent, rest } = listening(true);
  silent.failed(cat);
  rest(60_000);
  expect(silent.heardMs()).toBe(0);
});

test('time runs again when the silence takes longer than an outage may', () => {
  const { silent, rest } = listening();
  silent.failed(cat);
  silent.failed(dog);
  rest(7_300_000);
  expect(silent.heardMs()).toBe(100_000);
});
