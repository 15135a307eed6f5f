import { expect, test } from 'vitest';
import { capacityOf, controlsWithin, withinCapacity } from '../../../src/core/pacing/capacity.ts';
import { runControls } from '../../../src/core/pacing/run-controls.ts';

test('models take together what each takes, as far as all of them say', () => {
  expect(capacityOf([{ capacity: 12, machines: 4 }])).toEqual({ requests: 12, machines: 4 });
  expect(capacityOf([{ capacity: 12, machines: 4 }, { capacity: 2 }])).toEqual({
    requests: 14,
    machines: null,
  });
  expect(capacityOf([{ capacity: 12 }, {}])).toEqual({ requests: null, machines: null });
  expect(capacityOf([])).toEqual({ requests: null, machines: null });
});

test('a run has no more in flight than its models take, and begins with as many', () => {
  const requests = 12;
  expect(withinCapacity({ max: 64, adapts: true }, { requests })).toEqual({ max: 12, adapts: false });
  expect(withinCapacity({ max: 64, adapts: false }, { requests })).toEqual({ max: 12, adapts: false });
  expect(withinCapacity({ max: 3, adapts: false }, { requests })).toEqual({ max: 3, adapts: false });
  expect(withinCapacity({ max: 64, adapts: true }, { requests: null })).toEqual({ max: 64, adapts: true });
});

test('nobody gets more by hand', () => {
  const controls = runControls();
  const within = controlsWithin(controls, 3);
  within.attach({ maxInFlight: () => 3, changed() {} });
  for (let presses = 0; presses < 9; presses += 1) controls.step('up');
  expect(within.concurrency({ max: 3, adapts: false })).toEqual({ max: 3, adapts: false });
});
