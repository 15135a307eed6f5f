import { describe, expect, test } from 'vitest';
import { failure, JobFailure, ReportedFailure } from '../../../src/core/job/failures.ts';
import { showDuration } from '../../../src/core/pacing/pace.ts';
import { runBatch } from '../../../src/engine/batch.ts';
import type { Limits } from '../../../src/engine/lanes.ts';
import { aJob } from '../../support/builders.ts';
import { calmLimits, handles, portsOf } from '../../support/running.ts';
import { type World, world } from '../../support/world.ts';

const minuteMs = 60_000;

function oneJob(): World {
  const w = world({ slots: 1, latencyMs: () => 1_000 });
  w.put([aJob({ prompt: 'a cat' })]);
  return w;
}

interface Reads {
  readonly status?: World['api']['status'];
  readonly result?: World['api']['result'];
}

/** One run in which reads are answered so. Gives the state of the job and how long it took. */
async function run(w: World, reads: Reads, limits: Partial<Limits> = {}) {
  const startedAt = w.clock.now();
  const api = { ...w.api, ...reads };
  const backoff = { retries: 5, firstMs: 1_000, limitMs: minuteMs };
  await w.clock.run(runBatch({ ...portsOf(w), api }, { ...calmLimits, backoff, ...limits }, handles().stop));
  return { state: w.states()[0], tookMs: w.clock.now() - startedAt };
}

function told(how: ReportedFailure['told'], http = 422): ReportedFailure {
  const read = new JobFailure(failure('read_failed', 'The API gave no usable answer: no.', { http }));
  return new ReportedFailure(read, failure('generation_failed', 'The generation failed: no.', { http }), how);
}

/** Throws what comes next for each call, then goes on with the real one. */
function throwing<T extends unknown[], R>(
  errors: readonly Error[],
  real: (...args: T) => Promise<R>,
): { call: (...args: T) => Promise<R>; calls: () => number } {
  let calls = 0;
  return {
    calls: () => calls,
    async call(...args) {
      const error = errors[calls];
      calls += 1;
      if (error !== undefined) throw error;
      return real(...args);
    },
  };
}

describe('a result that is answered with an error after its request was called finished', () => {
  test('is a failed generation when it has been so three times', async () => {
    const w = oneJob();
    const { call, calls } = throwing(
      Array.from({ length: 99 }, () => told('plainly')),
      w.api.result,
    );
    const { state, tookMs } = await run(w, { result: call });
    expect(state).toMatchObject({
      status: 'failed',
      failure: { kind: 'generation_failed', message: 'The generation failed: no.', http: 422 },
    });
    expect(calls()).toBeLessThanOrEqual(4);
    expect(tookMs).toBeLessThan(minuteMs);
  });

  test('is read all the same where it is well again before that', async () => {
    const w = oneJob();
    const { call } = throwing([told('plainly'), told('plainly')], w.api.result);
    expect((await run(w, { result: call })).state).toMatchObject({ status: 'done' });
  });

  test('is not given up within minutes where the server may only be broken', async () => {
    const w = oneJob();
    const brokenUntil = w.clock.now() + 4 * minuteMs;
    const { state } = await run(w, {
      async result(request, signal) {
        if (w.clock.now() < brokenUntil) throw told('perhaps', 500);
        return w.api.result(request, signal);
      },
    });
    expect(state).toMatchObject({ status: 'done' });
  });

  test('is a failed generation where it stays so, within the time of its job', async () => {
    const jobTimeoutMs = 25_000;
    const { call } = throwing(
      Array.from({ length: 999 }, () => told('perhaps', 500)),
      oneJob().api.result,
    );
    const { state } = await run(oneJob(), { result: call }, { jobTimeoutMs });
    expect(state).toMatchObject({ status: 'failed', failure: { kind: 'generation_failed' } });
  });

  test('is no failed generation while its status says that it runs', async () => {
    const w = oneJob();
    const { state } = await run(
      w,
      {
        status: async () => ({ phase: 'running' }),
        result: async () => {
          throw told('plainly');
        },
      },
      { jobTimeoutMs: 5 * minuteMs },
    );
    expect(state).toMatchObject({ status: 'running', stalled: { kind: 'overdue' } });
  });
});

describe('a job whose time is over', () => {
  test.each([
    [{ phase: 'running' } as const, 'It was last seen running.'],
    [{ phase: 'queued', position: 3 } as const, 'It was last seen in the queue.'],
    [{ phase: 'unrecognised', word: 'thawing' } as const, 'Its last status was an unknown word.'],
  ])('says how it was last seen: %j', async (status, said) => {
    const { state } = await run(
      oneJob(),
      { status: async () => status, result: async () => ({ phase: 'unfinished', status }) },
      { jobTimeoutMs: 25_000 },
    );
    expect(state).toMatchObject({
      stalled: {
        kind: 'overdue',
        message: `The server did not finish it within 25s; the next run polls it again. ${said}`,
      },
    });
  });

  test('says what the server answered last', async () => {
    const broken = async (): Promise<never> => {
      throw new JobFailure(failure('server_error', 'The API reported an error of its own (HTTP 500).'));
    };
    const { state } = await run(
      oneJob(),
      { status: broken, result: broken },
      { jobTimeoutMs: 30 * minuteMs },
    );
    expect(state).toMatchObject({
      stalled: {
        message: `The server did not finish it within ${showDuration(30 * minuteMs)}; the next run polls it again. The last answer: The API reported an error of its own (HTTP 500).`,
      },
    });
  });
});

describe('a poll that is answered with a wait of years', () => {
  const asked = new JobFailure(failure('server_error', 'Busy.', { http: 503 }), {
    retryAfterMs: 1_000_000_000_000,
  });

  test('is made again when the longest wait that is obeyed is over', async () => {
    const w = oneJob();
    const { call } = throwing([asked], w.api.result);
    const { state, tookMs } = await run(w, { result: call }, { jobTimeoutMs: 60 * minuteMs });
    expect(state).toMatchObject({ status: 'done' });
    expect(tookMs).toBeLessThan(17 * minuteMs);
  });

  test('does not keep a job beyond its own time', async () => {
    const always = async (): Promise<never> => {
      throw asked;
    };
    const { state, tookMs } = await run(
      oneJob(),
      { status: always, result: always },
      { jobTimeoutMs: 5_000 },
    );
    expect(state).toMatchObject({ stalled: { kind: 'overdue' } });
    expect(tookMs).toBeLessThan(minuteMs);
  });
});

test('a submit that is asked to wait for a day ends submitting at once, with what is in flight collected', async () => {
  const w = world({ slots: 4, latencyMs: () => 5_000 });
  w.put(Array.from({ length: 50 }, (_, seed) => aJob({ prompt: 'a cat', seed })));
  let posts = 0;
  const halts: string[] = [];
  const api: World['api'] = {
    ...w.api,
    async submit(job, signal) {
      posts += 1;
      if (posts <= 2) return w.api.submit(job, signal);
      throw new JobFailure(failure('rate_limited', 'The API asked for fewer calls (HTTP 429).'), {
        retryAfterMs: 86_400_000,
      });
    },
  };
  const ports = portsOf(w, (event) => event.type === 'halted' && halts.push(event.failure.message));
  await w.clock.run(runBatch({ ...ports, api }, calmLimits, handles().stop));
  const counts = Object.groupBy(w.states(), ({ status }) => status);
  expect([counts.done?.length, counts.pending?.length]).toEqual([2, 48]);
  expect(posts).toBeLessThanOrEqual(2 + calmLimits.maxSubmissions);
  expect(halts).toEqual([
    'The API accepts no submissions for now: it asked for a wait of 1d0h, and a run waits at most 15m00s. Its answer: The API asked for fewer calls (HTTP 429).',
  ]);
});
