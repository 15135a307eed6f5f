import { describe, expect, test } from 'vitest';
import { failure, JobFailure } from '../../src/core/failures.ts';
import { longestRetryAfterMs } from '../../src/core/pace.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { type Limits, runBatch } from '../../src/engine/batch.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, oneLife, portsOf } from '../support/running.ts';
import { type SubmitFate, type World, world } from '../support/world.ts';

const patient: Partial<Limits> = { backoff: { retries: 3, firstMs: 1_000, limitMs: 8_000 } };

function worldOf(jobs: number, fates: readonly SubmitFate[]): World {
  const w = world({ slots: 8, submitFate: (nth) => fates[nth - 1] ?? 'accepted' });
  w.put(Array.from({ length: jobs }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  return w;
}

describe('a submit that provably was not accepted', () => {
  test.each(['rateLimited', 'unreachable'] as const)('is made again when it was %s', async (fate) => {
    const w = worldOf(1, [fate, fate]);
    const repeated: RunEvent[] = [];
    await oneLife(w, patient, { observe: (event) => event.type === 'repeating' && repeated.push(event) });
    expect(w.states()).toMatchObject([{ status: 'done', attempt: 1 }]);
    expect(repeated).toMatchObject([
      { call: 'submit', delayMs: 750 },
      { call: 'submit', delayMs: 1_500 },
    ]);
  });

  test('rests as pending when it is refused too often', async () => {
    const w = worldOf(1, Array<SubmitFate>(9).fill('rateLimited'));
    await oneLife(w, patient);
    expect(w.states()).toMatchObject([{ status: 'pending', stalled: { kind: 'rate_limited' } }]);
    expect(w.requests.size).toBe(0);
  });

  test('waits as pending, so that a power cut leaves nothing in doubt', async () => {
    const w = worldOf(1, ['rateLimited']);
    const states: string[] = [];
    const run = runBatch(
      portsOf(w, (event) => event.type === 'advanced' && states.push(event.state.status)),
      { ...calmLimits, ...patient },
      handles().stop,
    );
    await w.clock.run(run);
    expect(states.slice(0, 4)).toEqual(['submitting', 'pending', 'submitting', 'queued']);
  });

  test('keeps no lane from others while it waits', async () => {
    const w = worldOf(6, ['rateLimited']);
    const order: string[] = [];
    await oneLife(
      w,
      { ...patient, submits: 1, concurrency: { atMost: 6, adapts: false } },
      {
        observe: (event) => {
          if (event.type === 'advanced' && event.state.status === 'queued')
            order.push(String(event.job.input.seed));
        },
      },
    );
    expect(order).toEqual(['1', '2', '3', '4', '5', '0']);
  });

  test('is given back at once when the run drains while it waits', async () => {
    const w = worldOf(1, ['rateLimited']);
    const { stop, drain } = handles();
    const before = w.clock.now();
    await oneLife(
      w,
      { backoff: { retries: 3, firstMs: 3_600_000, limitMs: 3_600_000 } },
      {
        stop,
        observe: (event) => event.type === 'repeating' && drain.abort(new Error('drained')),
      },
    );
    expect(w.clock.now() - before).toBeLessThan(3_600_000);
    expect(w.states()).toEqual([{ status: 'pending', attempt: 1, stalled: null }]);
  });

  test.each([
    [30_000, 'done'],
    [longestRetryAfterMs + 1, 'pending'],
  ])('waits for a Retry-After of %d ms, unless nobody would: %s', async (retryAfterMs, status) => {
    const w = worldOf(1, []);
    const before = w.clock.now();
    let asked = false;
    const limited: World['api'] = {
      ...w.api,
      async submit(job, signal) {
        if (asked) {
          expect(w.clock.now() - before).toBeGreaterThanOrEqual(retryAfterMs);
          return w.api.submit(job, signal);
        }
        asked = true;
        throw new JobFailure(failure('rate_limited', 'Slow down.', { http: 429 }), { retryAfterMs });
      },
    };
    await w.clock.run(
      runBatch({ ...portsOf(w), api: limited }, { ...calmLimits, ...patient }, handles().stop),
    );
    expect(w.states()).toMatchObject([{ status }]);
  });
});
