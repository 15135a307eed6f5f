import { expect, test } from 'vitest';
import type { JobId } from '../../../src/core/job/job.ts';
import { pollingTime } from '../../../src/engine/polling/polling-time.ts';

const [cat, dog] = ['cat' as JobId, 'dog' as JobId];

function polling(isAway = false) {
  let waitedMs = 0;
  const time = pollingTime({ waitedMs: () => waitedMs, isAway: () => isAway, outageMs: 7_200_000 });
  return {
    time,
    wait: (ms: number) => {
      waitedMs += ms;
    },
  };
}

test('time runs while polls are answered, and while only one request cannot be polled', () => {
  const { time, wait } = polling();
  wait(1_000);
  time.answered();
  time.failed(cat);
  wait(1_000);
  time.failed(cat);
  wait(1_000);
  expect(time.elapsedMs()).toBe(3_000);
});

test('time stands still while nobody gets an answer, and runs again with the first', () => {
  const { time, wait } = polling();
  wait(1_000);
  time.failed(cat);
  time.failed(dog);
  wait(3_600_000);
  expect(time.elapsedMs()).toBe(1_000);
  time.answered();
  wait(500);
  expect(time.elapsedMs()).toBe(1_500);
});

test('one request is enough where the API is known to be away', () => {
  const { time, wait } = polling(true);
  time.failed(cat);
  wait(60_000);
  expect(time.elapsedMs()).toBe(0);
});

test('time runs again when nobody gets an answer for longer than an outage may', () => {
  const { time, wait } = polling();
  time.failed(cat);
  time.failed(dog);
  wait(7_300_000);
  expect(time.elapsedMs()).toBe(100_000);
});
