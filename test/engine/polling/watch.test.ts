import { expect, test } from 'vitest';
import { failure, JobFailure } from '../../../src/core/job/failures.ts';
import type { RunEvent } from '../../../src/core/ports.ts';
import { runBatch } from '../../../src/engine/batch.ts';
import { aJob } from '../../support/builders.ts';
import { calmLimits, handles, oneLife, portsOf } from '../../support/running.ts';
import { world } from '../../support/world.ts';

function countingPolls() {
  let polls = 0;
  function observe({ type }: RunEvent): void {
    if (type === 'polled') polls += 1;
  }
  return { observe, polls: () => polls };
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

const wide = {
  concurrency: { max: slots, adapts: false },
  maxSubmissions: slots,
  maxDownloads: slots,
} as const;

test('a run learns when to poll: near the ideal makespan, with few calls a job', async () => {
  const w = busyWorld();
  const free = Array.from({ length: slots }, () => 0);
  for (let seed = 0; seed < jobs; seed += 1) {
    const first = free.indexOf(Math.min(...free));
    free[first] = (free[first] as number) + latencyOf(seed);
  }
  const counting = countingPolls();
  const startedAt = w.clock.now();
  const outcome = await oneLife(w, { ...wide, maxPollsPerSecond: 1_000 }, counting);
  expect(outcome).toBe('ended');
  expect(w.states().every(({ status }) => status === 'done')).toBe(true);
  expect(Math.max(...free) / (w.clock.now() - startedAt)).toBeGreaterThan(0.93);
  expect(counting.polls() / jobs).toBeLessThan(11);
});

test('where requests end at once, one that is polled early spares all others a wait', async () => {
  const w = world({ slots, latencyMs: () => 0 });
  w.put(Array.from({ length: slots }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  const polledAt: number[] = [];
  const startedAt = w.clock.now();
  const observe = ({ type }: RunEvent): void => {
    if (type === 'polled') polledAt.push(w.clock.now() - startedAt);
  };
  await oneLife(w, { ...wide, maxPollsPerSecond: 1_000 }, { observe });
  expect(w.states().every(({ status }) => status === 'done')).toBe(true);
  expect(polledAt).toHaveLength(slots);
  expect(Math.max(...polledAt)).toBeLessThan(150);
});

test('where polls are few they are spread over the jobs, and none is forgotten', async () => {
  const w = busyWorld();
  const counting = countingPolls();
  const startedAt = w.clock.now();
  await oneLife(w, { ...wide, maxPollsPerSecond: 20 }, counting);
  expect(w.states().every(({ status }) => status === 'done')).toBe(true);
  expect(counting.polls() / ((w.clock.now() - startedAt) / 1_000)).toBeLessThanOrEqual(20.5);
});

test('a job taken over from an earlier run is polled at once, and what ended in between teaches nothing', async () => {
  const w = world({ slots, latencyMs: () => 4_000 });
  w.put(Array.from({ length: 80 }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  const { stop, leave } = handles();
  const first = runBatch(portsOf(w), { ...calmLimits, ...wide }, stop);
  void w.clock.sleep(2_000, stop.drain).then(() => leave.abort(new Error('left')));
  await w.clock.run(first);
  await w.clock.run(w.clock.sleep(8 * 3_600_000, stop.drain));

  const again = w.clock.now();
  const { observe, polls } = countingPolls();
  await w.clock.run(runBatch(portsOf(w, observe), { ...calmLimits, ...wide }, handles().stop));
  expect(w.states().every(({ status }) => status === 'done')).toBe(true);
  // Had it learned that jobs take eight hours, the other forty would not be polled for a while.
  expect(w.clock.now() - again).toBeLessThan(8_000);
  expect(polls()).toBeGreaterThan(40);
});

test('reads of a job from an earlier run that fail are spaced, and come to an end', async () => {
  const w = world({ slots: 4, latencyMs: () => 4_000 });
  w.put([aJob({ prompt: 'a cat', seed: 1 })]);
  const { stop, leave } = handles();
  void w.clock.sleep(2_000, stop.drain).then(() => leave.abort(new Error('left')));
  await w.clock.run(runBatch(portsOf(w), calmLimits, stop));
  let calls = 0;
  async function broken(): Promise<never> {
    calls += 1;
    throw new JobFailure(failure('server_error', 'The server reports 503.', { http: 503 }));
  }
  const api = { ...w.api, status: broken, result: broken };
  const limits = { ...calmLimits, jobTimeoutMs: 5 * 60_000 };
  await w.clock.run(runBatch({ ...portsOf(w), api: api }, limits, handles().stop));
  expect(w.states()).toMatchObject([{ stalled: { kind: 'overdue' } }]);
  expect(calls).toBeLessThan(500);
});

test('a server that calls a request lost when it is asked for its result too early is asked for its status', async () => {
  const w = world({ slots: 4, latencyMs: () => 200_000 });
  w.put([aJob({ prompt: 'a cat', seed: 1 })]);
  const api: typeof w.api = {
    ...w.api,
    async result(request, signal) {
      const result = await w.api.result(request, signal);
      if (result.phase === 'succeeded') return result;
      throw new JobFailure(failure('lost', 'There is no such result.', { http: 404 }));
    },
  };
  const run = runBatch({ ...portsOf(w), api: api }, calmLimits, handles().stop);
  await w.clock.run(run);
  expect(w.states().map(({ status }) => status)).toEqual(['done']);
});
