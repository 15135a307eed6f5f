import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import { serverQueue } from '../../../src/core/pacing/server-queue.ts';
import { slotQueue } from '../../../src/simulator/faults/slot-queue.ts';

const at = (ms: number): Instant => ms as Instant;

/** So many requests, accepted one a second from 1,000 ms on. */
function queueOf(count: number) {
  const queue = serverQueue();
  for (let nth = 0; nth < count; nth += 1) queue.accepted(at(1_000 + nth * 1_000), at(1_000 + nth * 1_000));
  return queue;
}

describe('what is known of the queue at the server', () => {
  test('as long as nothing was seen to wait, requests are taken to start when they are accepted', () => {
    const queue = queueOf(3);
    expect([0, 1, 2].map((number) => queue.startOf(number))).toEqual([1_000, 2_000, 3_000]);
    expect(queue.waiting(at(9_000))).toBe(0);
  });

  test('a position tells how many wait, and that all before them have started', () => {
    const queue = queueOf(10);
    queue.queued(9, 4, at(11_000));
    expect(queue.waiting(at(11_000))).toBe(4);
    for (const number of [0, 5]) expect(queue.startOf(number)).toBeLessThanOrEqual(11_000);
  });

  test('a position that is no whole number is taken for the next one', () => {
    const queue = queueOf(10);
    queue.queued(9, 3.5, at(11_000));
    expect(queue.waiting(at(11_000))).toBe(4);
    for (let number = 0; number < 10; number += 1) queue.started(number, at(20_000));
    expect(queue.waiting(at(20_000))).toBe(0);
  });

  test('two positions tell how fast it goes on, and with that when each will start', () => {
    const queue = queueOf(10);
    queue.queued(9, 8, at(20_000));
    queue.queued(9, 4, at(24_000));
    expect(queue.waiting(at(26_000))).toBeCloseTo(2);
    expect(queue.startOf(6)).toBeCloseTo(25_000);
    expect(queue.startOf(9)).toBeCloseTo(28_000);
    // Those that started between the two polls did so evenly.
    expect([2, 3, 4, 5].map((number) => queue.startOf(number))).toEqual([21_000, 22_000, 23_000, 24_000]);
  });

  test('the newest one running means that none waits', () => {
    const queue = queueOf(10);
    queue.queued(9, 8, at(20_000));
    queue.started(9, at(21_000));
    expect(queue.waiting(at(21_000))).toBe(0);
    queue.accepted(at(30_000), at(30_000));
    expect(queue.startOf(10)).toBe(30_000);
  });

  test('without positions it is still known who waits', () => {
    const queue = queueOf(10);
    queue.started(3, at(12_000));
    queue.queued(6, null, at(12_000));
    expect(queue.waiting(at(12_000))).toBe(6);
  });

  test('one that was overtaken does not take back what is known of the others', () => {
    const queue = queueOf(10);
    queue.queued(9, 2, at(20_000));
    queue.queued(3, 1, at(21_000));
    expect(queue.waiting(at(20_000))).toBe(2);
    expect(queue.startOf(3)).toBeGreaterThanOrEqual(21_000);
  });

  test('it knows how fast requests end, how late that is seen, and how soon a free slot starts one', () => {
    const queue = queueOf(10);
    expect([queue.rate(at(20_000)), queue.minStartMs()]).toEqual([0, null]);
    queue.started(0, at(3_500));
    queue.started(1, at(2_400));
    expect(queue.minStartMs()).toBe(400);
    for (let number = 0; number < 5; number += 1) queue.ended(number, 300, at(11_000 + number * 2_000));
    expect(queue.inFlight()).toBe(5);
    expect(queue.rate(at(21_000))).toBeCloseTo(5 / 20_000);
    expect(queue.lagMs()).toBeCloseTo(300);
  });

  test('what an earlier run left tells nothing of how soon a free slot starts one', () => {
    const queue = serverQueue();
    queue.accepted(at(1_000), at(3_600_000));
    queue.started(0, at(3_600_100));
    expect(queue.minStartMs()).toBeNull();
  });

  test('on a server that is first come, first served, starts are known to within the time between two polls', () => {
    const latency = fc.integer({ min: 200, max: 5_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(latency, { minLength: 40, maxLength: 120 }),
        (slots, ms) => {
          const [server, queue, gapMs] = [slotQueue(slots), serverQueue(), 250];
          const turns = ms.map((runMs) => {
            queue.accepted(at(0), at(0));
            return server.enter(runMs, 0);
          });
          const newest = turns.at(-1) as (typeof turns)[number];
          for (let now = gapMs; newest.startedAt === null; now += gapMs) {
            server.advance(now);
            if (newest.startedAt !== null) queue.started(turns.length - 1, at(now));
            else queue.queued(turns.length - 1, server.position(newest), at(now));
          }
          for (const [number, { startedAt }] of turns.entries()) {
            expect(Math.abs(queue.startOf(number) - (startedAt as number))).toBeLessThanOrEqual(gapMs);
          }
        },
      ),
    );
  });
});
