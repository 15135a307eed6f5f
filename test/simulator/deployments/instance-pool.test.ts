import fc from 'fast-check';
import { expect, test } from 'vitest';
import { instancePool, type PoolTurn } from '../../../src/simulator/deployments/instance-pool.ts';

const step = fc.oneof(
  fc.record({ what: fc.constant('enter' as const), ms: fc.integer({ min: 0, max: 500 }) }),
  fc.record({ what: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 900 }) }),
  fc.record({ what: fc.constant('cancel' as const), ms: fc.integer({ min: 0, max: 30 }) }),
);
const terms = fc.record({
  maxInstances: fc.integer({ min: 1, max: 4 }),
  queueSize: fc.integer({ min: 1, max: 3 }),
  keepWarmMs: fc.integer({ min: 0, max: 400 }),
  coldMs: fc.integer({ min: 0, max: 300 }),
  cancelMs: fc.integer({ min: 0, max: 200 }),
});

/** How many of these turns ran at one moment. */
function runningAt(turns: readonly PoolTurn[], at: number): readonly PoolTurn[] {
  return turns.filter(
    ({ startedAt, endsAt }) => startedAt !== null && endsAt !== null && startedAt <= at && at < endsAt,
  );
}

test('for any requests, pauses and cancellations, each runs once at most, in order, one to an instance, and all ends', () => {
  fc.assert(
    fc.property(terms, fc.array(step, { maxLength: 60 }), (how, steps) => {
      let now = 1_000;
      const pool = instancePool(() => ({
        ...how,
        coldStartMs: () => how.coldMs,
        instanceId: (nth) => `instance ${nth}`,
      }));
      const turns: PoolTurn[] = [];
      const left = new Set<PoolTurn>();
      for (const { what, ms } of steps) {
        if (what === 'enter') turns.push(pool.enter(ms, now));
        else if (what === 'pass') now += ms;
        else {
          const turn = turns[ms % Math.max(1, turns.length)];
          if (turn === undefined) continue;
          const before = { ...turn };
          const outcome = pool.cancel(turn, now, how.cancelMs);
          if (outcome === 'left') left.add(turn);
          if (outcome === 'ended') expect(before.isCancelled || (turn.endsAt as number) <= now).toBe(true);
        }
        pool.advance(now);
        expect(pool.instances()).toBeLessThanOrEqual(how.maxInstances);
        const waiting = turns.filter(({ startedAt, isCancelled }) => startedAt === null && !isCancelled);
        expect(waiting.map((turn) => pool.position(turn))).toEqual(waiting.map((_, index) => index + 1));
      }
      // Nobody comes any more: all of it ends, and every instance is shut down.
      const end = now + 1_000_000;
      pool.advance(end);
      expect([pool.inFlight(), pool.instances()]).toEqual([0, 0]);
      const ran = turns.filter((turn) => !left.has(turn));
      for (const { startedAt, endsAt, runMs, isCancelled, instanceId } of ran) {
        const took = (endsAt as number) - (startedAt as number);
        if (isCancelled) expect(took).toBeLessThanOrEqual(runMs);
        else expect(took).toBe(runMs);
        expect(instanceId).not.toBeNull();
      }
      for (const { startedAt, instanceId } of left) expect([startedAt, instanceId]).toEqual([null, null]);
      const starts = ran.map(({ startedAt }) => startedAt as number);
      expect(starts).toEqual(starts.toSorted((a, b) => a - b));
      for (const at of starts) {
        const together = runningAt(ran, at);
        expect(new Set(together.map(({ instanceId }) => instanceId)).size).toBe(together.length);
      }
      const busyMs = ran.reduce(
        (sum, { startedAt, endsAt }) => sum + (endsAt as number) - (startedAt as number),
        0,
      );
      expect(pool.uptimeMs(end)).toBeGreaterThanOrEqual(busyMs);
      expect(pool.uptimeMs(end + 1_000)).toBe(pool.uptimeMs(end));
    }),
    { numRuns: 400 },
  );
});
