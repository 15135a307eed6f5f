import { expect, test } from 'vitest';
import { failure, JobFailure } from '../../src/core/failures.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, oneLife, portsOf } from '../support/running.ts';
import { world } from '../support/world.ts';

function countingLooks() {
  let looks = 0;
  function observe({ type }: RunEvent): void {
    if (type === 'looked') looks += 1;
  }
  return { observe, looks: () => looks };
}

/** Log-normal run times, the same each time. */
function latencyOf(seed: number): number {
  const roll = (n: number): number => {
    const mixed = Math.imul((seed * 2 + n) ^ 0x5bd1e995, 0x85ebca6b);
    return (((mixed ^ (mixed >>> 13)) >>> 0) + 1) / (2 ** 32 + 1);
  };
  const normal = Math.sqrt(-2 * Math.log(roll(1))) * Math.cos(2 * Math.PI * roll(2));
  return 4_000 * Math.exp(0.5 * normal);
}

const slots = 40;
const jobs = 600;

function busyWorld() {
  const w = world({ slots, latencyMs: ({ input }) => latencyOf(input.seed as number) });
  w.put(Array.from({ length: jobs }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  return w;
}

const wide = { concurrency: { atMost: slots, adapts: false }, submits: slots, downloads: slots } as const;

test('a run learns when to look: near the ideal makespan, with few calls a job', async () => {
  const w = busyWorld();
  const free = Array.from({ length: slots }, () => 0);
  for (let seed = 0; seed < jobs; seed += 1) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] as number) + latencyOf(seed);
  }
  const counting = countingLooks();
  const startedAt = w.clock.now();
  const outcome = await oneLife(w, { ...wide, looksPerSecond: 1_000 }, counting);
  expect(outcome).toBe('ended');
  expect(w.states().every(({ status }) => status === 'done')).toBe(true);
  expect(Math.max(...free) / (w.clock.now() - startedAt)).toBeGreaterThan(0.93);
  expect(counting.looks() / jobs).toBeLessThan(11);
});

test('where looks are few they are spread over the jobs, and none is forgotten', async () => {
  const w = busyWorld();
  const counting = countingLooks();
  const startedAt = w.clock.now();
  await oneLife(w, { ...wide, looksPerSecond: 20 }, counting);
  expect(w.states().every(({ status }) => status === 'done')).toBe(true);
  expect(counting.looks() / ((w.clock.now() - startedAt) / 1_000)).toBeLessThanOrEqual(20.5);
});

test('a server that calls a request lost when it is asked for its result too early is asked for its status', async () => {
  const w = world({ slots: 4, latencyMs: () => 200_000 });
  w.put([aJob({ prompt: 'a cat', seed: 1 })]);
  const api: typeof w.api = {
    ...w.api,
    async result(id, signal) {
      const result = await w.api.result(id, signal);
      if (result.phase === 'succeeded') return result;
      throw new JobFailure(failure('lost', 'There is no such result.', { http: 404 }));
    },
  };
  const run = runBatch({ ...portsOf(w), api: () => api }, calmLimits, handles().stop);
  await w.clock.run(run);
  expect(w.states().map(({ status }) => status)).toEqual(['done']);
});
