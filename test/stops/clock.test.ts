import { describe, expect, test } from 'vitest';
import type { Instant, Job, JobStatus } from '../../src/core/job/job.ts';
import type { Clock, RunEvent } from '../../src/core/ports.ts';
import { runBatch } from '../../src/engine/batch.ts';
import type { Limits } from '../../src/engine/lanes.ts';
import { aJob } from '../support/builders.ts';
import { calmLimits, handles, portsOf } from '../support/running.ts';
import { type World, type WorldOptions, world } from '../support/world.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

function worldOf(count: number, options: WorldOptions = {}): World {
  const w = world(options);
  w.put(Array.from({ length: count }, (_, seed): Job => aJob({ prompt: 'a cat', seed })));
  return w;
}

function statuses(w: World): Partial<Record<JobStatus, number>> {
  const counts: Partial<Record<JobStatus, number>> = {};
  for (const { status } of w.states()) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

interface SkewedClock extends Clock {
  /** Moves what it shows, and nothing else in the world. */
  shift(ms: number): void;
}

function skewed(clock: Clock): SkewedClock {
  let skewMs = 0;
  return {
    now: () => (clock.now() + skewMs) as Instant,
    sleep: (ms, signal) => clock.sleep(ms, signal),
    shift: (ms) => {
      skewMs += ms;
    },
  };
}

async function life(
  w: World,
  clock: Clock,
  limits: Partial<Limits>,
  observe: (event: RunEvent) => void,
): Promise<void> {
  const ports = { ...portsOf(w, observe), clock };
  await w.clock.run(runBatch(ports, { ...calmLimits, ...limits }, handles().stop));
  w.reboot();
}

// So many polls per second that none waits for its turn.
const unspaced = { maxPollsPerSecond: 1e6 };

describe.each([
  ['back by a day', -dayMs],
  ['forward by a day', dayMs],
] as const)('a clock that is set %s while jobs are in flight', (_name, shiftMs) => {
  test('times nothing out, loses nothing and submits nothing again', async () => {
    const w = worldOf(8, { latencyMs: () => 90_000 });
    const clock = skewed(w.clock);
    let shifted = false;
    await life(w, clock, { ...unspaced, jobTimeoutMs: 30 * 60_000 }, (event) => {
      if (shifted || event.type !== 'polled') return;
      shifted = true;
      clock.shift(shiftMs);
    });
    expect(shifted).toBe(true);
    expect(statuses(w)).toEqual({ done: 8 });
    expect(w.requests.size).toBe(8);
  });

  test('between two runs lets the second collect what the first left', async () => {
    const w = worldOf(4, { latencyMs: () => 10 * 60_000 });
    const clock = skewed(w.clock);
    await life(w, clock, { ...unspaced, jobTimeoutMs: 60_000 }, () => {});
    expect(statuses(w)).toEqual({ running: 4 });
    clock.shift(shiftMs);
    const delays: number[] = [];
    const watched: Clock = {
      now: clock.now,
      sleep: (ms, signal) => {
        delays.push(ms);
        return clock.sleep(ms, signal);
      },
    };
    await life(w, watched, { ...unspaced, jobTimeoutMs: 30 * 60_000 }, () => {});
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(60_000);
    expect(statuses(w)).toEqual({ done: 4 });
    expect(w.requests.size).toBe(4);
  });
});

describe('polls that are spaced', () => {
  test('are not held up by a clock that is set back by a day', async () => {
    const w = worldOf(8, { latencyMs: () => 90_000 });
    const clock = skewed(w.clock);
    const startedAt = w.clock.now();
    let polls = 0;
    await life(w, clock, { jobTimeoutMs: 30 * 60_000 }, (event) => {
      if (event.type === 'polled' && ++polls === 3) clock.shift(-dayMs);
    });
    expect(statuses(w)).toEqual({ done: 8 });
    expect(w.clock.now() - startedAt).toBeLessThan(hourMs);
  });
});

describe('a job that an earlier run left in flight', () => {
  test('is polled at once, and then at its pace, however long a poll takes', async () => {
    const w = worldOf(1, { latencyMs: () => 10 * 60_000 });
    await life(w, w.clock, { jobTimeoutMs: 60_000 }, () => {});
    let polls = 0;
    const slow: World['api'] = {
      ...w.api,
      async status(request, signal) {
        polls += 1;
        await w.clock.sleep(200, signal);
        return w.api.status(request, signal);
      },
      async result(request, signal) {
        polls += 1;
        await w.clock.sleep(200, signal);
        return w.api.result(request, signal);
      },
    };
    await w.clock.run(runBatch({ ...portsOf(w), api: slow }, calmLimits, handles().stop));
    expect(statuses(w)).toEqual({ done: 1 });
    // Nine minutes, with some seconds between polls.
    expect(polls).toBeLessThan(150);
  });
});

describe('a machine that sleeps for an hour in the middle of a run', () => {
  /** The nth wait ends an hour late, as a timer does when the machine was asleep. */
  function sleepy(w: World, nth: number): Clock {
    let waits = 0;
    return {
      now: w.clock.now,
      sleep: (ms, signal) => {
        waits += 1;
        return w.clock.sleep(waits === nth ? ms + hourMs : ms, signal);
      },
    };
  }

  test.each([
    ['ended meanwhile', 50 * 60_000],
    ['goes on for a little longer', 62 * 60_000],
  ] as const)('polls a job that %s instead of timing it out', async (_name, latencyMs) => {
    for (const nth of [1, 2, 3]) {
      const w = worldOf(1, { latencyMs: () => latencyMs });
      const failed: RunEvent[] = [];
      await life(w, sleepy(w, nth), { jobTimeoutMs: 5 * 60_000 }, (event) => {
        if (event.type === 'advanced' && 'stalled' in event.state && event.state.stalled) failed.push(event);
      });
      expect(failed).toEqual([]);
      expect(statuses(w)).toEqual({ done: 1 });
      expect(w.requests.size).toBe(1);
    }
  });

  test('asks for fresh links where those it saw ended in the night', async () => {
    const w = worldOf(1, { linkLifetimeMs: 10 * 60_000 });
    let late = true;
    const { files } = w;
    const slept: World['files'] = {
      async save(file, link, signal) {
        if (late) await w.clock.sleep(hourMs, signal);
        late = false;
        return files.save(file, link, signal);
      },
    };
    await w.clock.run(runBatch({ ...portsOf(w), files: () => slept }, calmLimits, handles().stop));
    expect(statuses(w)).toEqual({ done: 1 });
    expect(w.requests.size).toBe(1);
  });
});
