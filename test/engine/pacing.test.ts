import { expect, onTestFinished, test, vi } from 'vitest';
import type { Instant } from '../../src/core/job.ts';
import type { Clock } from '../../src/core/ports.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { world } from '../support/world.ts';

// The queue that spaces submits goes by the timers of the process.
const fakeClock: Clock = {
  now: () => Date.now() as Instant,
  sleep: (ms) => new Promise((resolve) => void setTimeout(resolve, ms)),
};

test('submits keep the distance that a number per minute asks for, however wide the window', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date'] });
  onTestFinished(() => void vi.useRealTimers());
  const w = world({ latencyMs: () => 0, slots: 100 });
  w.put(Array.from({ length: 6 }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  const starts: number[] = [];
  const api: typeof w.api = {
    ...w.api,
    submit(job, signal) {
      starts.push(Date.now());
      return w.api.submit(job, signal);
    },
  };
  const limits = { ...calmLimits, submits: 6, submitsPerMinute: 1_200, pace: { everyMs: 1 } };
  const run = runBatch(
    { ...portsOf(w), api, clock: fakeClock },
    { ...limits, concurrency: { atMost: 6, adapts: false } },
    handles().stop,
  );
  await vi.runAllTimersAsync();
  await run;
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] as number));
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(50);
  expect(gaps).toHaveLength(5);
});
