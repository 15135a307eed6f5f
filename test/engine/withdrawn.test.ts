import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/ports.ts';
import { aJob } from '../support/builders.ts';
import { gatedAccount } from '../support/gated-account.ts';
import { gatedRun } from '../support/gated-run.ts';
import { calmLimits } from '../support/running.ts';
import { world } from '../support/world.ts';

test('what waits at the gate does not leave into an outage that has begun meanwhile', async () => {
  const answered = 8;
  const w = world({ slots: 20, submitFate: (nth) => (nth <= answered ? 'accepted' : 'lostBefore') });
  const account = gatedAccount(w.clock);
  account.put(Array.from({ length: 40 }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  const posts: number[] = [];
  let closedAt = Number.POSITIVE_INFINITY;
  const observe = (event: RunEvent): void => {
    if (event.type === 'waiting' && event.for === 'api') closedAt = Math.min(closedAt, w.clock.now());
  };
  const limits = {
    ...calmLimits,
    concurrency: { max: 20, adapts: false },
    ...{ maxSubmissions: 4, maxSubmissionsPerMinute: 60, outageMs: 3_600_000 },
  };
  const api: typeof w.api = {
    ...w.api,
    submit(job, ...how) {
      posts.push(w.clock.now());
      return w.api.submit(job, ...how);
    },
  };
  const { batch } = gatedRun({
    ...{ name: 'a', account, limits },
    ports: {
      ...{ api, results: () => w.api, files: () => w.files, past: new Map() },
      ...{ clock: w.clock, dice: () => 0.5, observe },
    },
  });
  await w.clock.run(batch);
  expect(posts.length).toBeLessThanOrEqual(answered + limits.maxSubmissions + 2);
  // The gate would have let the next one leave a second after the one before.
  const next = posts.find((at) => at > closedAt) ?? Number.POSITIVE_INFINITY;
  expect(next - closedAt).toBeGreaterThan(10_000);
});

test('what waits at the gate does not leave once the run is drained', async () => {
  const w = world({ slots: 2 });
  const account = gatedAccount(w.clock);
  account.put(Array.from({ length: 6 }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  account.pause(60_000);
  const { batch, drain } = gatedRun({
    ...{ name: 'a', account, limits: { ...calmLimits, maxSubmissions: 4 } },
    ports: {
      ...{ api: w.api, results: () => w.api, files: () => w.files, past: new Map() },
      ...{ clock: w.clock, dice: () => 0.5, observe: () => {} },
    },
  });
  const stopped = w.clock
    .sleep(5_000, new AbortController().signal)
    .then(() => drain.abort(new Error('Ctrl-C')));
  await w.clock.run(Promise.all([batch, stopped]));
  expect(w.requests.size).toBe(0);
  expect(account.states().every(({ state }) => state.status === 'pending')).toBe(true);
});
