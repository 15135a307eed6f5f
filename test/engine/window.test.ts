import { describe, expect, test } from 'vitest';
import { failure } from '../../src/core/failures.ts';
import type { RunEvent } from '../../src/core/ports.ts';
import { adapting, firstSize } from '../../src/engine/window.ts';
import { aJob, at, requestId } from '../support/builders.ts';

const accepted: RunEvent = {
  type: 'advanced',
  job: aJob({ prompt: 'a cat' }),
  from: { status: 'submitting', attempt: 1, since: at(0) },
  state: { status: 'queued', attempt: 1, requestId: requestId('r'), since: at(0), stalled: null },
  at: at(0),
};
const limited: RunEvent = {
  type: 'repeating',
  call: 'submit',
  job: null,
  failure: failure('rate_limited', 'Too many requests.'),
  delayMs: 1_000,
};

describe('the window', () => {
  test('starts small and grows by one with every accepted submit, never beyond what the user allows', () => {
    const concurrency = { atMost: 12, adapts: true };
    const slots = { concurrency: firstSize(concurrency) };
    const observe = adapting(slots, concurrency, () => 0);
    expect(slots.concurrency).toBe(8);
    observe(accepted);
    expect(slots.concurrency).toBe(9);
    for (let n = 0; n < 20; n += 1) observe(accepted);
    expect(slots.concurrency).toBe(12);
  });

  test('shrinks once for a burst of refusals and never below one', () => {
    const slots = { concurrency: 8 };
    let now = 0;
    const observe = adapting(slots, { atMost: 64, adapts: true }, () => now);
    observe(limited);
    observe(limited);
    expect(slots.concurrency).toBe(5);
    for (let n = 0; n < 20; n += 1) {
      now += 10_000;
      observe(limited);
    }
    expect(slots.concurrency).toBe(1);
  });

  test('stays as it is when the user fixed it', () => {
    const slots = { concurrency: 3 };
    const observe = adapting(slots, { atMost: 3, adapts: false }, () => 0);
    observe(limited);
    observe(accepted);
    expect(slots.concurrency).toBe(3);
  });
});
