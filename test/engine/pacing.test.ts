import { expect, test } from 'vitest';
import { realClock } from '../../src/cli/real-clock.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { world } from '../support/world.ts';

test('submits keep the distance that a number per minute asks for, however wide the window', async () => {
  const w = world({ latencyMs: () => 0, slots: 100 });
  const clock = { ...w.clock, ...realClock };
  w.put(Array.from({ length: 6 }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  const starts: number[] = [];
  const api: typeof w.api = {
    ...w.api,
    submit(job, signal) {
      starts.push(performance.now());
      return w.api.submit(job, signal);
    },
  };
  const limits = { ...calmLimits, submits: 6, submitsPerMinute: 1_200, pace: { everyMs: 1 } };
  await runBatch(
    { ...portsOf(w), api: api, clock },
    { ...limits, concurrency: { atMost: 6, adapts: false } },
    handles().stop,
  );
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] as number));
  // Timers may fire a little early; what matters is that none leave together.
  for (const gap of gaps) expect(gap).toBeGreaterThan(25);
  expect(gaps).toHaveLength(5);
});
