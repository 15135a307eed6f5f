import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/core/complaints.ts';
import { drawLatencyMs, latencyOf, parseLatency } from '../../src/simulator/faults/latency.ts';
import { slotQueue, type Turn } from '../../src/simulator/faults/slot-queue.ts';
import { roll, rolling } from '../../src/simulator/simulated-dice.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import { ask, stillClock, submitted } from './raw-client.ts';

const arrivals = fc.array(fc.record({ afterMs: fc.nat(50), runMs: fc.nat(200), leaves: fc.boolean() }), {
  minLength: 1,
  maxLength: 60,
});

/** Lets everybody in, some out again, and the rest finish. */
function played(slots: number, moves: readonly { afterMs: number; runMs: number; leaves: boolean }[]) {
  const queue = slotQueue(slots);
  const turns: Turn[] = [];
  let now = 1_000;
  for (const move of moves) {
    now += move.afterMs;
    const turn = queue.enter(move.runMs, now);
    turns.push(turn);
    if (move.leaves) queue.leave(turns[Math.floor(turns.length / 2)] as Turn, now);
  }
  return { queue, turns, now };
}

describe('the queue', () => {
  test('never runs more than it has slots for, and never rests while somebody waits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), arrivals, (slots, moves) => {
        const { queue, turns } = played(slots, moves);
        queue.advance(1_000_000);
        const ran = turns.filter((turn) => turn.leftAt === null);
        for (const turn of ran) {
          const started = turn.startedAt as number;
          expect(turn.endsAt).toBe(started + turn.runMs);
          const beside = ran.filter(
            (each) => (each.startedAt as number) <= started && (each.endsAt as number) > started,
          );
          expect(beside.length).toBeLessThanOrEqual(slots);
          // It started when it came, or at the very moment at which another ended.
          expect(started === turn.enteredAt || ran.some((each) => each.endsAt === started)).toBe(true);
        }
        const starts = ran.map((turn) => turn.startedAt as number);
        expect(starts).toEqual([...starts].sort((a, b) => a - b));
        expect(queue.inFlight()).toBe(0);
      }),
    );
  });

  test('numbers those who wait without gaps, whoever leaves', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), arrivals, (slots, moves) => {
        const { queue, turns, now } = played(slots, moves);
        queue.advance(now);
        const waiting = turns.filter((turn) => turn.startedAt === null && turn.leftAt === null);
        expect(waiting.map((turn) => queue.position(turn))).toEqual(waiting.map((_, index) => index + 1));
      }),
    );
  });

  test('does the same however often it is looked at', () => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 40 }), (moves, stepMs) => {
        const once = played(2, moves);
        const often = played(2, moves);
        once.queue.advance(20_000);
        for (let now = often.now; now <= 20_000; now += stepMs) often.queue.advance(now);
        often.queue.advance(20_000);
        expect(often.turns).toEqual(once.turns);
      }),
    );
  });

  test('gives new slots to those who wait, from that moment on', () => {
    const queue = slotQueue(1);
    const turns = [1, 2, 3].map(() => queue.enter(1_000, 5_000));
    queue.resize(2, 5_400);
    expect(turns.map((turn) => turn.startedAt)).toEqual([5_000, 5_400, null]);
  });
});

describe('latency', () => {
  test('is read from text, and round trips through its JSON', () => {
    expect(parseLatency('0')).toEqual({ kind: 'fixed', ms: 0 });
    expect(parseLatency('4s')).toEqual({ kind: 'fixed', ms: 4_000 });
    expect(parseLatency('fixed(250ms)')).toEqual({ kind: 'fixed', ms: 250 });
    expect(parseLatency('uniform(1s, 5s)')).toEqual({ kind: 'uniform', minMs: 1_000, maxMs: 5_000 });
    expect(parseLatency('lognormal(4s,0.5)')).toEqual({ kind: 'lognormal', medianMs: 4_000, sigma: 0.5 });
    const bimodal = { kind: 'bimodal', firstMs: 2_000, secondMs: 30_000, secondShare: 0.1 };
    expect(parseLatency('bimodal(2s,30s,0.1)')).toEqual(bimodal);
    expect(latencyOf(JSON.parse(JSON.stringify(bimodal)))).toEqual(bimodal);
  });

  test.each([
    '',
    'soon',
    '-1s',
    'lognormal(4s)',
    'uniform(5s,1s)',
    'normal(1s,2s)',
    'bimodal(1s,2s,1.5)',
    'fixed(',
  ])('refuses "%s" with a hint', (text) => {
    expect(() => parseLatency(text)).toThrow(UserError);
    expect(() => parseLatency(text)).toThrow(`The latency "${text}" cannot be read.`);
  });

  test('has the median and the spread that it was given', () => {
    const dice = rolling(7, 'median');
    const drawn = Array.from({ length: 4_001 }, () => drawLatencyMs(parseLatency('lognormal(4s,0.5)'), dice));
    const sorted = drawn.sort((a, b) => a - b);
    expect(sorted[2_000]).toBeGreaterThan(3_800);
    expect(sorted[2_000]).toBeLessThan(4_200);
    // One standard deviation up is a factor of e^0.5.
    expect((sorted[3_366] as number) / 4_000).toBeGreaterThan(1.55);
    expect((sorted[3_366] as number) / 4_000).toBeLessThan(1.75);
  });
});

describe('the dice', () => {
  test('are spread evenly, and depend on every key', () => {
    const cells = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i += 1) {
      const cell = Math.floor(roll(1, 'even', i) * 10);
      cells[cell] = (cells[cell] ?? 0) + 1;
    }
    for (const count of cells) expect(Math.abs(count - 1_000)).toBeLessThan(150);
    expect(new Set([roll(1, 'a', 1), roll(2, 'a', 1), roll(1, 'b', 1), roll(1, 'a', 2)]).size).toBe(4);
  });

  test('give each body the same time under a seed, in whatever order bodies come', async () => {
    const inputs = [1, 2, 3, 4, 5].map((seed) => ({ prompt: 'a cat', seed }));
    const times = async (seed: number, order: typeof inputs): Promise<Record<number, unknown>> => {
      const clock = stillClock();
      const simulator = await startSimulator({ seed, clock: clock.now, failRate: 0.4 });
      const ids: [number, string][] = [];
      for (const input of order) ids.push([input.seed, await submitted(simulator.baseUrl, input)]);
      clock.pass(600_000);
      const seen: Record<number, unknown> = {};
      for (const [n, id] of ids) {
        const { json } = await ask(`${simulator.baseUrl}/v1/requests/${id}/result`);
        seen[n] = [id, json.status, json.finished_at];
      }
      await simulator.close();
      return seen;
    };
    const first = await times(1, inputs);
    expect(await times(1, inputs.toReversed())).toEqual(first);
    expect(await times(2, inputs)).not.toEqual(first);
  });
});
