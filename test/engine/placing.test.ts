import { expect, test } from 'vitest';
import { failure, JobFailure } from '../../src/core/job/failures.ts';
import type { Collected, FilePlace } from '../../src/core/ports.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { type World, world } from '../support/world.ts';

const hourMs = 3_600_000;

function worldOf(count: number): World {
  const w = world();
  w.put(Array.from({ length: count }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  return w;
}

const run = (w: World, place: FilePlace) =>
  w.clock.run(runBatch({ ...portsOf(w), place: () => place }, calmLimits, handles().stop));

const placed = ({ files }: Collected) => files.map((file) => ({ ...file, object: `s3://cats/${file.path}` }));

test('a place that takes nothing for an hour holds up no downloads, and submitting once too much waits', async () => {
  const w = worldOf(300);
  const begun = w.clock.now();
  let [saved, submitted] = [0, 0];
  await run(w, {
    waiting: async () => null,
    async put(_job, _requestId, collected, signal) {
      const leftMs = begun + hourMs - w.clock.now();
      if (leftMs > 0) {
        [saved, submitted] = [w.disk.size, w.requests.size];
        await w.clock.sleep(leftMs, signal);
      }
      return placed(collected);
    },
  });
  // Those that are being collected, and a few in flight.
  expect(saved).toBeGreaterThan(90);
  expect(submitted).toBeLessThan(150);
  expect(w.states().every((state) => state.status === 'done' && state.files[0]?.object !== undefined)).toBe(
    true,
  );
  expect(w.requests.size).toBe(300);
});

test('a place that refuses files ends submitting, and what was saved goes there next time without being fetched', async () => {
  const w = worldOf(60);
  const kept = new Map<string, Collected>();
  await run(w, {
    waiting: async () => null,
    async put(job, _requestId, collected) {
      kept.set(job, collected);
      throw new JobFailure(failure('bucket_refused', 'The bucket refused the files.'));
    },
  });
  expect(w.requests.size).toBeLessThan(60);
  const stalled = w.states().filter(({ status }) => status === 'succeeded');
  expect(stalled.length).toBe(kept.size);
  w.reboot();
  const before = kept.size;
  let again = 0;
  await run(w, {
    waiting: async (job) => kept.get(job) ?? null,
    async put(job, _requestId, collected) {
      if (kept.has(job)) again += 1;
      return placed(collected);
    },
  });
  expect(again).toBe(before);
  expect(w.states().every(({ status }) => status === 'done')).toBe(true);
  expect(Math.max(...w.accepted.values())).toBe(1);
});
