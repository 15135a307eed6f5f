import { getEventListeners } from 'node:events';
import { expect, test } from 'vitest';
import { realClock } from '../../src/app/real-clock.ts';

test('a sleep that is aborted rejects with the reason of its signal, at once or later', async () => {
  const reason = new Error('the run is left');
  const alarm = new AbortController();
  const slept = realClock.sleep(1e12, alarm.signal);
  alarm.abort(reason);
  await expect(slept).rejects.toBe(reason);
  await expect(realClock.sleep(1, alarm.signal)).rejects.toBe(reason);
});

test('a sleep that is over leaves nothing behind at a signal that outlives it', async () => {
  const { signal } = new AbortController();
  const slept = [0, 1, -5].map((ms) => realClock.sleep(ms, signal));
  expect(getEventListeners(signal, 'abort')).toHaveLength(slept.length);
  await Promise.all(slept);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
