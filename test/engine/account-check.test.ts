import { describe, expect, test } from 'vitest';
import type { Job, JobStatus } from '../../src/core/job/job.ts';
import { failureOf, requestIdOf } from '../../src/core/job/state-facts.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import type { Limits } from '../../src/engine/lanes.ts';
import { aJob } from '../support/builders.ts';
import { handles, oneLife } from '../support/running.ts';
import { type World, type WorldOptions, world } from '../support/world.ts';

const cats = (count: number): Job[] =>
  Array.from({ length: count }, (_, seed) => aJob({ prompt: 'a cat', seed }));

function statuses(w: World): Partial<Record<JobStatus, number>> {
  const counts: Partial<Record<JobStatus, number>> = {};
  for (const { status } of w.states()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** A world in which some jobs are at the server and the process is gone. */
async function leftAt(inFlight: number, pending: number, options: WorldOptions = {}): Promise<World> {
  const w = world({ slots: 40, latencyMs: () => 3_600_000, ...options });
  w.put(cats(inFlight + pending));
  const { leave, stop } = handles();
  let accepted = 0;
  await oneLife(
    w,
    { concurrency: { max: inFlight, adapts: false } },
    {
      stop,
      observe(event) {
        if (event.type !== 'advanced' || event.state.status !== 'queued') return;
        accepted += 1;
        if (accepted === inFlight) leave.abort(new Error('The process is killed.'));
      },
    },
  );
  expect(statuses(w)).toEqual(pending === 0 ? { queued: inFlight } : { queued: inFlight, pending });
  return w;
}

async function later(w: World, ms: number): Promise<void> {
  await w.clock.run(w.clock.sleep(ms, new AbortController().signal));
}

async function rerun(w: World, limits: Partial<Limits> = {}): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  await oneLife(w, limits, { observe: (event) => events.push(event) });
  return events;
}

const haltsOf = (events: readonly RunEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'halted' ? [event.failure.kind] : []));

describe('a server that knows none of the requests of an earlier run', () => {
  test.each([
    ['as many slots as requests', 40, 12],
    ['a slot for one at a time', 1, 12],
    ['just enough requests to tell', 4, 3],
  ])('stops the run with %s: nothing is submitted and nothing given up', async (_, max, inFlight) => {
    const w = await leftAt(inFlight, 5);
    const ids = w.states().map(requestIdOf);
    w.forget();
    await later(w, 600_000);
    const events = await rerun(w, { concurrency: { max, adapts: false } });
    expect(haltsOf(events)).toEqual(['wrong_account']);
    expect(statuses(w)).toEqual({ queued: inFlight, pending: 5 });
    expect(w.states().map(requestIdOf)).toEqual(ids);
    expect(w.requests.size).toBe(0);
    expect(failureOf(w.states()[0] as never)?.message).toContain('wrong account or address?');
  });

  test('right after they were accepted too, once they would be visible', async () => {
    const w = await leftAt(6, 2);
    w.forget();
    expect(haltsOf(await rerun(w))).toEqual(['wrong_account']);
    expect(statuses(w)).toEqual({ queued: 6, pending: 2 });
    expect(w.requests.size).toBe(0);
  });

  test('gives them up where the user says that this account is meant, and goes on', async () => {
    const w = await leftAt(5, 2, { latencyMs: () => 4_000 });
    w.forget();
    await later(w, 600_000);
    expect(haltsOf(await rerun(w, { isAccountMeant: true }))).toEqual([]);
    expect(statuses(w)).toEqual({ lost: 5, done: 2 });
    for (const state of w.states()) expect(requestIdOf(state)).not.toBeNull();
  });

  test('is believed where so few were asked about that it may be chance', async () => {
    const w = await leftAt(2, 4, { latencyMs: () => 4_000 });
    w.forget();
    await later(w, 600_000);
    expect(haltsOf(await rerun(w))).toEqual([]);
    expect(statuses(w)).toEqual({ lost: 2, done: 4 });
  });
});

test('a server that knows one of them has forgotten the others', async () => {
  const w = await leftAt(6, 3, { latencyMs: () => 4_000 });
  const [kept] = [...w.requests];
  w.forget();
  (w.requests as Map<unknown, unknown>).set(...(kept as [unknown, unknown]));
  await later(w, 600_000);
  expect(haltsOf(await rerun(w))).toEqual([]);
  expect(statuses(w)).toEqual({ lost: 5, done: 4 });
});

test('finished requests of an earlier run that are not known are not given up either', async () => {
  const w = world({ slots: 8, saveFate: () => 'broken' });
  w.put(cats(5));
  await oneLife(w);
  expect(statuses(w)).toEqual({ succeeded: 5 });
  w.forget();
  await later(w, 600_000);
  expect(haltsOf(await rerun(w))).toEqual(['wrong_account']);
  expect(statuses(w)).toEqual({ succeeded: 5 });
});

test('a server that accepts and then knows nothing is paid for a handful of jobs, not for all', async () => {
  const w = world({ slots: 4 });
  w.put(cats(40));
  const events: RunEvent[] = [];
  await oneLife(
    w,
    {},
    {
      observe(event) {
        events.push(event);
        w.forget();
      },
    },
  );
  expect(haltsOf(events)).toEqual(['wrong_account']);
  expect(w.accepted.size).toBeLessThanOrEqual(8);
  expect(statuses(w).lost ?? 0).toBeLessThan(3);
});

test('an API that is away when the run begins is waited for, and the run finishes', async () => {
  const w = await leftAt(5, 5, {
    latencyMs: () => 4_000,
    readFate: (nth) => (nth < 60 ? 'broken' : 'answered'),
  });
  expect(haltsOf(await rerun(w))).toEqual([]);
  expect(statuses(w)).toEqual({ done: 10 });
});
