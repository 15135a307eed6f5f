import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Instant } from '../../../src/core/job/job.ts';
import { type Breaker, breaker } from '../../../src/core/pacing/breaker.ts';
import { sized } from '../../support/tiers.ts';

const hourMs = 3_600_000;
const at = (ms: number): Instant => ms as Instant;

function open(gate: Breaker, submits: number): void {
  for (let n = 0; n < Math.min(2, submits); n += 1) {
    gate.left(at(0));
    gate.unanswered(at(0));
  }
}

describe('a breaker', () => {
  test('lets submissions in one by one at first, and more with each answer', () => {
    const gate = breaker({ maxSubmissions: 4, outageMs: 2 * hourMs });
    const seen: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      seen.push(gate.allowance(at(n)));
      gate.left(at(n));
      gate.answered(at(n));
    }
    expect(seen).toEqual([1, 2, 3, 4, 4]);
  });

  test('bears one unanswered submission, and lets nothing leave after two in a row', () => {
    const gate = breaker({ maxSubmissions: 8, outageMs: 2 * hourMs });
    gate.unanswered(at(0));
    expect(gate.outage()).toBeNull();
    expect(gate.allowance(at(0))).toBe(1);
    for (let n = 0; n < 3; n += 1) gate.answered(at(1));
    gate.unanswered(at(2));
    expect(gate.outage()).toBeNull();
    gate.unanswered(at(3));
    expect(gate.outage()).toMatchObject({ since: 3, unanswered: 2, isThere: true });
    expect(gate.allowance(at(4))).toBe(0);
  });

  test('opens at the first where only one may be under way', () => {
    const gate = breaker({ maxSubmissions: 1, outageMs: 2 * hourMs });
    gate.unanswered(at(0));
    expect(gate.outage()).not.toBeNull();
  });

  test('spreads its trials over half of the time, close together at first', () => {
    const gate = breaker({ maxSubmissions: 8, outageMs: 2 * hourMs });
    open(gate, 8);
    const trials: number[] = [];
    let now = 0;
    while (!gate.isHopeless(at(now))) {
      now += gate.waitMs(at(now));
      gate.heard(true, at(now));
      expect(gate.allowance(at(now))).toBe(1);
      gate.left(at(now));
      gate.unanswered(at(now));
      trials.push(now);
    }
    expect(trials).toHaveLength(8);
    expect(trials[0]).toBe(5_000);
    expect(trials.at(-1)).toBe(hourMs);
    expect(trials).toEqual(trials.toSorted((a, b) => a - b));
  });

  test('waits for a free call to be answered before it tries', () => {
    const gate = breaker({ maxSubmissions: 8, outageMs: 2 * hourMs });
    open(gate, 8);
    expect(gate.allowance(at(10_000))).toBe(0);
    gate.heard(false, at(1));
    expect(gate.waitMs(at(10_000))).toBe(Number.POSITIVE_INFINITY);
    expect(gate.allowance(at(10_000))).toBe(0);
    gate.heard(true, at(3_000));
    expect(gate.allowance(at(3_000))).toBe(1);
  });

  test('opens without a connection as well, at no cost', () => {
    const gate = breaker({ maxSubmissions: 8, outageMs: 2 * hourMs });
    gate.unreachable(at(0));
    gate.unreachable(at(1));
    expect(gate.outage()).toMatchObject({ isThere: false, unanswered: 0 });
    gate.heard(true, at(5_000));
    expect(gate.allowance(at(5_000))).toBe(1);
    gate.answered(at(5_001));
    expect(gate.outage()).toBeNull();
  });

  test('gives up when the outage takes too long', () => {
    const gate = breaker({ maxSubmissions: 8, outageMs: 60_000 });
    open(gate, 8);
    expect(gate.isHopeless(at(59_999))).toBe(false);
    expect(gate.isHopeless(at(60_000))).toBe(true);
  });

  test('is over an outage after enough answers and a calm minute, and has its whole budget again', () => {
    const gate = breaker({ maxSubmissions: 2, outageMs: 2 * hourMs });
    open(gate, 2);
    const trialAt = gate.waitMs(at(0));
    gate.heard(true, at(trialAt));
    gate.left(at(trialAt));
    gate.answered(at(trialAt));
    gate.answered(at(59_000 + trialAt));
    expect(gate.allowance(at(59_000 + trialAt))).toBe(1);
    gate.answered(at(60_000 + trialAt));
    expect(gate.allowance(at(60_000 + trialAt))).toBe(2);
    gate.unanswered(at(61_000 + trialAt));
    expect(gate.outage()).toBeNull();
  });
});

test('whatever the API does, an outage leaves at most submits + 2 unanswered', () => {
  const happening = fc.record({
    end: fc.constantFrom('answered', 'unanswered', 'unanswered', 'unreachable', 'refused', 'heard', 'deaf'),
    afterMs: fc.constantFrom(0, 1, 50, 1_000, 8_000, 30_000, 59_000, 600_000),
  });
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 12 }),
      fc.array(happening, { maxLength: 300 }),
      (submits, happenings) => {
        const gate = breaker({ maxSubmissions: submits, outageMs: 2 * hourMs });
        let [now, underWay, unanswered, inARow, calmFrom] = [0, 0, 0, 0, 0];
        for (const { end, afterMs } of happenings) {
          now += afterMs;
          while (underWay < gate.allowance(at(now))) {
            underWay += 1;
            gate.left(at(now));
          }
          expect(underWay).toBeLessThanOrEqual(submits);
          if (end === 'heard' || end === 'deaf') gate.heard(end === 'heard', at(now));
          if (underWay === 0 || end === 'heard' || end === 'deaf') continue;
          underWay -= 1;
          if (end === 'answered') gate.answered(at(now));
          if (end === 'unreachable') gate.unreachable(at(now));
          if (end === 'answered' && inARow === 0) calmFrom = now;
          if (end === 'answered') inARow += 1;
          if (end !== 'unanswered') continue;
          // A new outage: there was a minute with nothing but answers.
          if (inARow >= submits && now - calmFrom >= 60_000) unanswered = 0;
          // One alone, with an answer before and after it, is no outage.
          if (gate.outage() === null && inARow > 0 && unanswered <= 1) unanswered = 0;
          unanswered += 1;
          inARow = 0;
          gate.unanswered(at(now));
          expect(unanswered).toBeLessThanOrEqual(submits + 2);
        }
      },
    ),
    { numRuns: sized(200, 2_000) },
  );
});
