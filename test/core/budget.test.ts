import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { budget } from '../../src/core/budget.ts';
import { aJob } from '../support/builders.ts';

const jobs = Array.from({ length: 60 }, (_, seed) => aJob({ prompt: 'a cat', seed }));
const [first, second, third] = jobs as [(typeof jobs)[0], (typeof jobs)[0], (typeof jobs)[0]];

describe('a budget', () => {
  test('lets jobs go while their base prices fit, and waits for what is in flight before it stops', () => {
    const cap = budget(0.2, 0, () => 0.08);
    expect(cap.admit(first)).toBe('go');
    expect(cap.admit(second)).toBe('go');
    expect(cap.admit(third)).toBe('wait');
    cap.settle(first, 0.03);
    expect(cap.admit(third)).toBe('go');
    cap.settle(second, 0.08);
    cap.settle(third, 0.08);
    expect(cap.admit(jobs[3] as typeof first)).toBe('stop');
  });

  test('counts what the folder has cost before, and what is in flight from before', () => {
    const cap = budget(0.3, 0.1, () => 0.08);
    cap.hold(first);
    expect(cap.admit(second)).toBe('go');
    expect(cap.admit(third)).toBe('wait');
    cap.release(first);
    expect(cap.admit(third)).toBe('go');
  });

  test('sends one job ahead where no price is known, and learns from what it cost', () => {
    const cap = budget(1, 0, () => null);
    expect(cap.admit(first)).toBe('go');
    expect(cap.admit(second)).toBe('wait');
    cap.settle(first, 0.4);
    expect(cap.admit(second)).toBe('go');
    expect(cap.admit(third)).toBe('wait');
    cap.settle(second, 0.4);
    expect(cap.admit(third)).toBe('stop');
  });

  test('stops where nobody ever says what a job costs, since it could not be kept', () => {
    const cap = budget(1, 0, () => null);
    for (const job of jobs.slice(0, 3)) {
      expect(cap.admit(job)).toBe('go');
      cap.settle(job, null);
    }
    expect(cap.admit(jobs[3] as typeof first)).toBe('stop');
  });

  test('gives back what a refused job had reserved', () => {
    const cap = budget(0.08, 0, () => 0.08);
    expect(cap.admit(first)).toBe('go');
    cap.release(first);
    expect(cap.admit(second)).toBe('go');
  });

  test('is never crossed by jobs that cost no more than their price, in any order of ends', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 500 }),
        fc.integer({ min: 1, max: 40 }),
        fc.array(fc.record({ ends: fc.nat(20), share: fc.integer({ min: 0, max: 100 }) }), { maxLength: 80 }),
        (capCents, priceCents, ends) => {
          const cap = budget(capCents / 100, 0, () => priceCents / 100);
          const inFlight: typeof jobs = [];
          let spentUsd = 0;
          let next = 0;
          for (const { ends: which, share } of ends) {
            while (next < jobs.length && cap.admit(jobs[next] as typeof first) === 'go') {
              inFlight.push(jobs[next] as typeof first);
              next += 1;
            }
            const mayCost = spentUsd + (inFlight.length * priceCents) / 100;
            expect(mayCost).toBeLessThanOrEqual(capCents / 100 + 1e-6);
            const [ended] = inFlight.splice(which % Math.max(1, inFlight.length), 1);
            if (ended === undefined) continue;
            const costUsd = (priceCents * share) / 10_000;
            spentUsd += costUsd;
            cap.settle(ended, costUsd);
          }
          expect(spentUsd).toBeLessThanOrEqual(capCents / 100 + 1e-6);
        },
      ),
    );
  });
});
