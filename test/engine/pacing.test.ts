import { expect, test } from 'vitest';
import { runBatch } from '../../src/engine/batch.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { world } from '../support/world.ts';

test('submissions keep the distance that a number per minute asks for, however wide the window', async () => {
  const w = world({ latencyMs: () => 0, slots: 100 });
  w.put(Array.from({ length: 12 }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  const starts: number[] = [];
  const api: typeof w.api = {
    ...w.api,
    async submit(job, signal) {
      starts.push(w.clock.now());
      // Answers that come late must not let the next ones leave together.
      await w.clock.sleep(starts.length % 3 === 0 ? 400 : 5, signal);
      return w.api.submit(job, signal);
    },
  };
  const limits = { ...calmLimits, maxSubmissions: 6, maxSubmissionsPerMinute: 1_200 };
  await w.clock.run(
    runBatch({ ...portsOf(w), api }, { ...limits, concurrency: { max: 12, adapts: false } }, handles().stop),
  );
  const gaps = starts.slice(1).map((start, index) => start - (starts[index] as number));
  // A turn that is nearer than a timer is exact is taken at once.
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(46);
  expect(gaps).toHaveLength(11);
});
