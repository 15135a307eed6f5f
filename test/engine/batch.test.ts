import { describe, expect, test } from 'vitest';
import { failure, JobFailure } from '../../src/core/job/failures.ts';
import type { Job, JobStatus } from '../../src/core/job/job.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { runBatch } from '../../src/engine/batch.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, oneLife, portsOf } from '../support/running.ts';
import { type World, type WorldOptions, world } from '../support/world.ts';

const cats = (count: number): Job[] =>
  Array.from({ length: count }, (_, seed) => aJob({ prompt: 'a cat', seed }));

function worldOf(count: number, options: WorldOptions = {}): World {
  const w = world(options);
  w.put(cats(count));
  return w;
}

function statuses(w: World): Partial<Record<JobStatus, number>> {
  const counts: Partial<Record<JobStatus, number>> = {};
  for (const { status } of w.states()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('a batch', () => {
  test('brings every job to done with its files and its cost', async () => {
    const w = worldOf(9, { filesPerJob: 2 });
    await oneLife(w);
    expect(statuses(w)).toEqual({ done: 9 });
    expect(w.disk.size).toBe(18);
    for (const state of w.states()) expect(state).toMatchObject({ costUsd: 0.08, attempt: 1 });
  });

  test('makes no call at all when everything is done', async () => {
    const w = worldOf(5);
    await oneLife(w);
    const events: RunEvent[] = [];
    await oneLife(w, {}, { observe: (event) => events.push(event) });
    expect(events).toEqual([]);
    expect(w.requests.size).toBe(5);
  });

  test('never has more requests at the server than its window', async () => {
    const w = worldOf(40, { slots: 40 });
    await oneLife(w, { concurrency: { max: 7, adapts: false } });
    expect(w.inFlightPeak()).toBe(7);
  });

  test('tells each change once and in the order of the diagram', async () => {
    const w = worldOf(1);
    const seen: string[] = [];
    await oneLife(
      w,
      {},
      {
        observe: (event) => {
          if (event.type === 'advanced') seen.push(`${event.from.status} ${event.state.status}`);
        },
      },
    );
    expect(seen).toEqual([
      'pending submitting',
      'submitting queued',
      'queued running',
      'running succeeded',
      'succeeded done',
    ]);
  });

  test('asks for fresh links when those it saw have expired, and generates nothing again', async () => {
    const w = worldOf(1, { saveFate: (nth) => (nth === 1 ? 'broken' : 'answered') });
    await oneLife(w);
    expect(statuses(w)).toEqual({ done: 1 });
    expect(w.requests.size).toBe(1);
  });

  test('leaves a job succeeded when its files cannot be had, and the next run collects them', async () => {
    const w = worldOf(1, { saveFate: (nth) => (nth <= 2 ? 'broken' : 'answered') });
    await oneLife(w);
    expect(w.states()[0]).toMatchObject({ status: 'succeeded', stalled: { kind: 'download_failed' } });
    await oneLife(w);
    expect(statuses(w)).toEqual({ done: 1 });
    expect(w.requests.size).toBe(1);
  });

  test('fails a refused job alone', async () => {
    const w = worldOf(6, { submitFate: (_nth, job) => (job.input.seed === 2 ? 'refused' : 'accepted') });
    await oneLife(w);
    expect(statuses(w)).toEqual({ done: 5, failed: 1 });
  });

  test('holds a submit whose answer was lost, in every later run too', async () => {
    const w = worldOf(3, { submitFate: (nth) => (nth === 2 ? 'lostAfter' : 'accepted') });
    await oneLife(w);
    await oneLife(w);
    expect(statuses(w)).toEqual({ done: 2, unknown: 1 });
    expect(w.requests.size).toBe(3);
  });

  test('stops submitting when the server cannot be reached, and collects what is in flight', async () => {
    const w = worldOf(20, { submitFate: (nth) => (nth > 4 ? 'unreachable' : 'accepted') });
    const halts: RunEvent[] = [];
    await oneLife(w, {}, { observe: (event) => event.type === 'halted' && halts.push(event) });
    expect(statuses(w)).toEqual({ done: 4, pending: 16 });
    expect(halts).toHaveLength(1);
  });

  test('goes on polling through failed polls', async () => {
    const w = worldOf(3, { readFate: (nth) => (nth % 5 >= 3 ? 'answered' : 'broken') });
    await oneLife(w);
    expect(statuses(w)).toEqual({ done: 3 });
  });

  test('leaves a job that does not end in time queued or running, for a later run', async () => {
    const w = worldOf(2, { slots: 1, latencyMs: () => 3_600_000 });
    await oneLife(w, { jobTimeoutMs: 60_000 });
    for (const state of w.states()) expect(state).toMatchObject({ stalled: { kind: 'overdue' } });
    expect(statuses(w)).toEqual({ running: 1, queued: 1 });
    await oneLife(w, { jobTimeoutMs: 86_400_000 });
    expect(statuses(w)).toEqual({ done: 2 });
    expect(w.requests.size).toBe(2);
  });

  test.each([
    [2, 'done'],
    [3, 'failed'],
  ])('polls a result without links again: %d of them make the job %s', async (empties, status) => {
    const w = worldOf(1);
    let results = 0;
    const late: World['api'] = {
      ...w.api,
      async result(request, signal) {
        results += 1;
        if (results <= empties) throw new JobFailure(failure('no_output', 'It holds no link.'));
        return w.api.result(request, signal);
      },
    };
    await w.clock.run(runBatch({ ...portsOf(w), api: late }, calmLimits, handles().stop));
    expect(w.states()).toMatchObject([{ status }]);
    expect(w.requests.size).toBe(1);
  });

  test('records a job that the server forgot as lost, but not in the first moments after its submit', async () => {
    const w = worldOf(1);
    let polls = 0;
    function forget(until: number): void {
      polls += 1;
      if (polls <= until) throw new JobFailure(failure('lost', 'Not found.', { http: 404 }));
    }
    const forgetful = (until: number): World['api'] => ({
      ...w.api,
      async status(request, signal) {
        forget(until);
        return w.api.status(request, signal);
      },
      async result(request, signal) {
        forget(until);
        return w.api.result(request, signal);
      },
    });
    await w.clock.run(runBatch({ ...portsOf(w), api: forgetful(3) }, calmLimits, handles().stop));
    expect(statuses(w)).toEqual({ done: 1 });

    w.put(cats(1));
    await w.clock.run(
      runBatch({ ...portsOf(w), api: forgetful(Number.POSITIVE_INFINITY) }, calmLimits, handles().stop),
    );
    expect(statuses(w)).toEqual({ lost: 1 });
  });

  test('a bug stops the whole batch and comes out of it', async () => {
    const w = worldOf(10);
    const broken = { ...w.files, save: () => Promise.reject(new TypeError('a bug')) };
    const batch = runBatch({ ...portsOf(w), files: () => broken }, calmLimits, handles().stop);
    await expect(w.clock.run(batch)).rejects.toThrow('a bug');
    expect(w.requests.size).toBeLessThan(10);
  });
});

describe('a stop', () => {
  test('by drain submits nothing more and collects what is in flight', async () => {
    const w = worldOf(20);
    const { stop, drain } = handles();
    await oneLife(
      w,
      {},
      {
        stop,
        observe: (event) => {
          if (event.type === 'advanced' && event.state.status === 'done') drain.abort();
        },
      },
    );
    const { done, pending } = statuses(w);
    expect(done).toBe(w.requests.size);
    expect((done ?? 0) + (pending ?? 0)).toBe(20);
    expect(pending).toBeGreaterThan(0);
  });

  test('by leave ends at once with every known request in the ledger', async () => {
    const w = worldOf(20, { latencyMs: () => 3_600_000 });
    const { stop, leave } = handles();
    const before = w.clock.now();
    await oneLife(
      w,
      {},
      {
        stop,
        observe: (event) => {
          if (event.type === 'polled') leave.abort(new Error('left'));
        },
      },
    );
    expect(w.clock.now() - before).toBeLessThan(60_000);
    expect(statuses(w).unknown).toBeUndefined();
    expect((statuses(w).queued ?? 0) + (statuses(w).running ?? 0)).toBe(w.requests.size);
    await oneLife(w, { jobTimeoutMs: 86_400_000 });
    expect(statuses(w)).toEqual({ done: 20 });
    expect(w.requests.size).toBe(20);
  });

  test('by leave waits a while for the answer of a submit under way', async () => {
    const w = worldOf(1);
    const { stop, leave } = handles();
    const slow: World['api'] = {
      ...w.api,
      async submit(job, signal) {
        leave.abort(new Error('left'));
        await w.clock.sleep(2_000, signal);
        return w.api.submit(job, signal);
      },
    };
    await w.clock.run(runBatch({ ...portsOf(w), api: slow }, calmLimits, stop));
    expect(w.states()[0]).toMatchObject({ status: 'queued', requestId: 'req-1' });
  });

  test('gives a submit of which nothing was sent back to the pending jobs', async () => {
    const w = worldOf(1);
    const { stop, leave } = handles();
    const stuck: World['api'] = {
      ...w.api,
      async submit(_job, signal) {
        leave.abort(new Error('left'));
        await w.clock.sleep(3_600_000, signal);
        throw new Error('unreachable code');
      },
    };
    await w.clock.run(runBatch({ ...portsOf(w), api: stuck }, calmLimits, stop));
    expect(w.states()[0]).toEqual({ status: 'pending', attempt: 1, stalled: null });
    expect(w.requests.size).toBe(0);
  });
});
